"""Calendars are printed as they are published, and given another address."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import CommandLine
from small_cohort import CODE, at

from ats.commands.entry import open_office
from ats.feeds.publishing import publish
from ats.people.links import Links
from config.settings import load_settings

ROOT = Path(__file__).parents[3]
COMMAND = "import sys; from ats.cli import main; sys.exit(main())"
NOW = ("--now", "2026-09-05T10:00")
LINKS = {"ATS_PUBLIC_URL": "https://ats.example", "ATS_SECRET_KEY": "k" * 32}


@pytest.fixture
def linked(live: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line where links have an address."""
    for name, value in LINKS.items():
        monkeypatch.setenv(name, value)
    return live


def printed(ats: CommandLine, *arguments: str) -> str:
    """Return what a command printed that had nothing to complain of."""
    ran = ats("feed", *arguments, *NOW)
    assert (ran.code, ran.err) == (0, "")
    return ran.out


def test_the_webinars_of_an_audience_are_printed_and_those_of_the_other_are_not(
    live: CommandLine,
) -> None:
    webinars = live.done("webinar", "list")
    for audience in ("participants", "mentors"):
        out = printed(live, "2026-10", "--audience", audience)
        assert out.startswith("BEGIN:VCALENDAR\r\n")
        shown = {one["key"] for one in webinars if f"UID:{one['uid']}\r\n" in out}
        assert shown == {one["key"] for one in webinars if one["audience"] == audience}


def test_nothing_but_the_published_bytes_goes_to_standard_output(linked: CommandLine) -> None:
    """By the command itself, so that nothing in between touches a line end."""
    settings = load_settings()
    office = open_office(settings)
    publish(office, settings.calendar_dir, [CODE], now=at("2026-09-05 10:00"))
    office.store.close()
    ran = subprocess.run(
        [sys.executable, "-c", COMMAND, "feed", "--person", "P0001", *NOW],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    files = [path.read_bytes() for path in (linked.folder / "var" / "calendars").iterdir()]
    assert ran.stdout in files


def test_a_rotated_calendar_has_another_address_and_the_old_file_is_gone(
    linked: CommandLine,
) -> None:
    before = printed(linked, "--person", "P0001")
    ran = linked("feed", "--person", " p0001 ", "--rotate", "--by", "Jo", *NOW)

    assert ran.code == 0
    assert ran.err.startswith("The calendar of P0001 has a new address, and the old one is void: ")
    assert "https://ats.example/calendar/" in ran.err
    assert source(ran.out) != source(before)
    assert ran.out == printed(linked, "--person", "P0001")
    (file,) = (linked.folder / "var" / "calendars").iterdir()
    assert source(ran.out).endswith(f"/calendars/{file.name}")
    assert file.read_bytes().decode() == ran.out


def source(out: str) -> str:
    """Return where a calendar says that it is from."""
    unfolded = out.replace("\r\n ", "")
    (line,) = (line for line in unfolded.split("\r\n") if line.startswith("SOURCE;"))
    return line.removeprefix("SOURCE;VALUE=URI:")


def test_without_links_a_calendar_is_printed_and_nobody_is_given_another_one(
    live: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "SOURCE" not in printed(live, "--person", "M0001")
    assert live.refused("feed", "--person", "M0001", "--rotate", *NOW) == (
        "A calendar can have no new address: set ATS_PUBLIC_URL and ATS_SECRET_KEY first."
    )

    for name, value in LINKS.items():
        monkeypatch.setenv(name, value)
    assert source(printed(live, "--person", "M0001")).endswith(f"/{token('M0001', 1)}.ics")


def test_a_folder_that_cannot_be_written_stops_no_rotation(linked: CommandLine) -> None:
    folder = linked.folder / "var" / "calendars"
    folder.write_text("no folder")
    ran = linked("feed", "--person", "P0001", "--rotate", *NOW)

    assert ran.code == 0
    fault, address = ran.err.splitlines()
    assert fault == (
        "Our pages refuse the old address of P0001 already, but its file may still stand in "
        f"{folder}, and the new one is not there. Calendars cannot be written to {folder} "
        "(Not a directory); mend that, or set ATS_CALENDAR_DIR. Then run `ats calendars publish`."
    )
    assert address.startswith("The calendar of P0001 has a new address, ")
    assert source(ran.out).endswith(f"/{token('P0001', 2)}.ics")


def token(ref: str, generation: int) -> str:
    return Links(*LINKS.values()).calendar_token(ref, generation)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("2026-10",),
        ("--audience", "mentors"),
        ("2026-10", "--audience", "everybody"),
        ("2026-10", "--audience", "mentors", "--person", "P0001"),
        ("2026-10", "--audience", "mentors", "--rotate"),
        ("--rotate",),
    ],
)
def test_it_has_to_be_said_whose_calendar(live: CommandLine, arguments: tuple[str, ...]) -> None:
    ran = live("feed", *arguments)
    assert (ran.code, ran.out) == (2, "")


def test_an_unknown_cohort_or_person_is_refused(linked: CommandLine) -> None:
    assert "2026-10" in linked.refused("feed", "2030-10", "--audience", "mentors")
    assert "P0099" in linked.refused("feed", "--person", "P0099", "--rotate")
