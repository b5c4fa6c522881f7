"""The watched folder: staff drop files into it and need no shell."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from ats.errors import FileFault, Refused
from ats.intake.columns import ROSTER, kind_of, lay_out
from ats.intake.dates import LONDON
from ats.intake.preflight import is_cohort
from ats.intake.table import Table
from ats.intake.text import clean, legible, shown

#: What browsers, Windows and macOS leave beside files; everything else is answered.
_PASSING = (
    *(".part", ".partial", ".crdownload", ".download", ".tmp", "~", "#"),
    *("thumbs.db", "desktop.ini"),
)
_DATE = re.compile(
    r"(?<!\d)(?:(\d{4})([-._]?)(\d{2})\2(\d{2})|(\d{2})([-._])(\d{2})\6(\d{4}))(?!\d)", re.ASCII
)
_LONGEST_NAME = 255  # bytes that a file system takes


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a file in the folder is; `as_of` counts for progress only."""

    path: Path
    kind: str
    cohort: str
    as_of: dt.date
    is_guessed: bool = False  # no date stands in its name

    @property
    def order(self) -> tuple[bool, dt.date, str]:
        """Sort by this before importing: rosters first, then progress by its day."""
        return self.kind != ROSTER, self.as_of, self.path.name


def scan_folder(folder: Path, *, settle_seconds: float = 0.5) -> list[Path]:
    """Return the files that are there in full: their size holds for a moment.

    Subfolders, hidden files and what Excel and browsers put beside an open file are left out.
    Raises FileFault when the folder cannot be read.
    """
    before = _sizes(folder)
    if before:
        time.sleep(settle_seconds)
    after = _sizes(folder)
    return sorted(path for path, size in after.items() if before.get(path) == size)


def file_kind_and_cohort(
    path: Path,
    table: Table,
    *,
    codes: Collection[str],
    saved: Mapping[str, Mapping[str, str]] | None = None,
    zone: ZoneInfo = LONDON,
) -> Dropped:
    """Return what a file is, by its headers, its cohort column and the date in its name.

    `codes` are the cohorts that are known, `saved` the meanings of other headers. Without a date
    in its name, as 2026-11-16 or 16-11-2026, a file is as of the day it was last changed. Raises
    FileFault when it is neither roster nor progress, Refused when its cohort is not known.
    """
    saved = saved or {}
    kind = kind_of(table.headers, saved=saved)
    if kind is None:
        raise FileFault(
            f"{table.filename} is neither a roster nor a progress export by its headers; "
            "import it by hand with --map, which will be remembered."
        )
    layout = lay_out(table, kind, given={}, saved=saved.get(kind, {}))
    names = Counter(clean(layout.raw(row, "cohort")) for row in table.rows)
    for name, _ in names.most_common():
        for code in codes:
            if is_cohort(name, code):
                said = _day_in(path.name)
                day = said or dt.datetime.fromtimestamp(path.stat().st_mtime, zone).date()
                return Dropped(path, kind, code, day, is_guessed=said is None)
    named = shown(names.most_common(1)[0][0]) if names else "none"
    raise Refused(
        f"{table.filename} is of the cohort {named}, which is not here; launch it first, or check "
        "the cohort column."
    )


def move_done(path: Path, state: Literal["applied", "refused"]) -> Path:
    """Move a file into the subfolder of that name and return where it is; overwrites nothing."""
    folder = path.parent / state
    try:
        folder.mkdir(exist_ok=True)
        return _move_into(folder, path)
    except OSError as error:
        raise FileFault(
            f"{legible(path.name)} cannot be moved into {folder} ({error.strerror}); "
            "make the folder writable."
        ) from error


def _move_into(folder: Path, path: Path) -> Path:
    number = 1
    while True:
        again = "" if number == 1 else f" ({number})"
        target = folder / fitting(path.stem, again + path.suffix)
        try:
            target.touch(exist_ok=False)
        except FileExistsError:
            number += 1
            continue
        return path.replace(target)


def fitting(name: str, ending: str) -> str:
    """Return name and ending as a file's name, shortened where no file system would take it."""
    room = _LONGEST_NAME - len(os.fsencode(ending))
    whole = os.fsencode(name)
    return (name if len(whole) <= room else whole[:room].decode(errors="ignore")) + ending


def _sizes(folder: Path) -> dict[Path, tuple[int, int]]:
    sizes = {}
    try:
        found = list(folder.iterdir())
    except OSError as error:
        raise FileFault(
            f"The folder {folder} cannot be read ({error.strerror}); check ATS_IMPORT_DIR."
        ) from error
    for path in found:
        if path.name.startswith((".", "~$")) or path.name.lower().endswith(_PASSING):
            continue
        with contextlib.suppress(OSError):  # gone in the meantime
            if path.is_file():
                status = path.stat()
                sizes[path] = (status.st_size, status.st_mtime_ns)
    return sizes


def _day_in(name: str) -> dt.date | None:
    """Return the last date that stands in a file's name; the day first, if not the year."""
    for found in reversed(list(_DATE.finditer(name))):
        year, month, day = found[1] or found[8], found[3] or found[7], found[4] or found[5]
        with contextlib.suppress(ValueError):
            return dt.date(int(year), int(month), int(day))
    return None
