"""Five programs that read calendars, none of them ours: what instants each makes of a file.

vobject comes with the development dependencies; the others are installed by `.ci/run`, by
`make calendar-readers`. Where one is missing its tests are skipped and say so, unless
CALENDAR_READERS=required.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import datetime as dt
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import pytest
import vobject

HERE = Path(__file__).parent
#: Where `make calendar-readers` puts the packages that Node reads with.
PACKAGES = Path(os.environ.get("CALENDAR_READERS_DIR") or Path.home() / ".cache/calendar-readers")


class Span(NamedTuple):
    """When an event begins and ends; without an end it is a moment."""

    starts_at: dt.datetime
    ends_at: dt.datetime


#: Returns the spans in a file by what it tells events apart by: their UID, or their title.
Reader = Callable[[Path], dict[str, Span]]


def read_with_vobject(file: Path) -> dict[str, Span]:
    calendar = vobject.readOne(file.read_text(encoding="utf-8"))
    return {
        str(event.uid.value): Span(
            event.dtstart.value.astimezone(dt.UTC),
            (event.dtend if hasattr(event, "dtend") else event.dtstart).value.astimezone(dt.UTC),
        )
        for event in calendar.vevent_list
    }


def read_with_ical_js(file: Path) -> dict[str, Span]:
    return _with_node("ical.js", "read_with_ical_js.mjs", file)


def read_with_node_ical(file: Path) -> dict[str, Span]:
    return _with_node("node-ical", "read_with_node_ical.mjs", file)


def read_with_libical(file: Path) -> dict[str, Span]:
    name = ctypes.util.find_library("ical")
    if name is None:
        _missing("libical is not installed")
    ical = _libical(str(name))
    calendar = ical.icalparser_parse_string(file.read_bytes())
    utc = ical.icaltimezone_get_utc_timezone()
    kind = ical.icalcomponent_string_to_kind(b"VEVENT")
    found: dict[str, Span] = {}
    event = ical.icalcomponent_get_first_component(calendar, kind)
    while event:
        moments = (ical.icalcomponent_get_dtstart(event), ical.icalcomponent_get_dtend(event))
        spans = (ical.icaltime_convert_to_zone(moment, utc) for moment in moments)
        found[ical.icalcomponent_get_uid(event).decode()] = Span(*map(_of_libical, spans))
        event = ical.icalcomponent_get_next_component(calendar, kind)
    ical.icalcomponent_free(calendar)
    return found


def read_with_calcurse(file: Path) -> dict[str, Span]:
    """Return the spans by title, for calcurse keeps no UID."""
    program = shutil.which("calcurse")
    if program is None:
        _missing("calcurse is not installed")
    data = file.parent / "calcurse"
    _run(str(program), "-D", str(data), "-q", "-i", str(file))
    spans = "%(start:epoch)|%(end:epoch)|%m\n"
    query = ("--from", "01/01/2026", "--to", "12/31/2028", "--filter-type", "apt")
    lines = _run(str(program), "-D", str(data), "-Q", *query, "--format-apt", spans).splitlines()
    found = {}
    for line in lines:
        if "|" in line:
            start, end, title = line.strip().split("|", 2)
            found[title] = _span(int(start), int(end))
    return found


BY_UID: dict[str, Reader] = {
    "vobject": read_with_vobject,
    "ical.js": read_with_ical_js,
    "node-ical": read_with_node_ical,
    "libical": read_with_libical,
}


class _IcalTime(ctypes.Structure):
    """`struct icaltimetype` of libical 3."""

    _fields_ = (
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second")),
        ("is_date", ctypes.c_int),
        ("is_daylight", ctypes.c_int),
        ("zone", ctypes.c_void_p),
    )


def _libical(name: str) -> Any:
    ical: Any = ctypes.CDLL(name)
    pointer = ctypes.c_void_p
    for function, result, *taken in (
        ("icalparser_parse_string", pointer, ctypes.c_char_p),
        ("icaltimezone_get_utc_timezone", pointer),
        ("icalcomponent_string_to_kind", ctypes.c_int, ctypes.c_char_p),
        ("icalcomponent_get_first_component", pointer, pointer, ctypes.c_int),
        ("icalcomponent_get_next_component", pointer, pointer, ctypes.c_int),
        ("icalcomponent_get_uid", ctypes.c_char_p, pointer),
        ("icalcomponent_get_dtstart", _IcalTime, pointer),
        ("icalcomponent_get_dtend", _IcalTime, pointer),
        ("icaltime_convert_to_zone", _IcalTime, _IcalTime, pointer),
        ("icalcomponent_free", None, pointer),
    ):
        getattr(ical, function).restype = result
        getattr(ical, function).argtypes = taken
    return ical


def _of_libical(time: _IcalTime) -> dt.datetime:
    parts = (time.year, time.month, time.day, time.hour, time.minute, time.second)
    return dt.datetime(*parts, tzinfo=dt.UTC)


def _with_node(package: str, script: str, file: Path) -> dict[str, Span]:
    node = shutil.which("node")
    if node is None:
        _missing(f"{package} is not tried: Node is not installed")
    if not (PACKAGES / "node_modules" / package).is_dir():
        _missing(f"{package} is not installed in {PACKAGES}")
    read = json.loads(_run(str(node), str(HERE / script), str(PACKAGES), str(file)))
    return {uid: _span(start, end) for uid, start, end in read}


def _span(start: int, end: int) -> Span:
    return Span(*(dt.datetime.fromtimestamp(seconds, dt.UTC) for seconds in (start, end)))


def _run(*command: str) -> str:
    # Whoever subscribes may live by other clocks than ours.
    environment = {**os.environ, "TZ": "America/New_York", "LC_ALL": "C.UTF-8"}
    ran = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def _missing(why: str) -> NoReturn:
    """Skip the test, or fail it where every reader has to be there."""
    if os.environ.get("CALENDAR_READERS") == "required":
        pytest.fail(f"{why}; run `make calendar-readers`")
    pytest.skip(f"{why}; `make calendar-readers` installs it")
