"""Calendars are published by a command, for those who run no Prefect; the doctor sees them."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import CommandLine

from ats.people.links import Links

NOW = ("--now", "2026-09-05T10:00")
PUBLISH = ("calendars", "publish", *NOW)
LINKS = {"ATS_PUBLIC_URL": "https://ats.example", "ATS_SECRET_KEY": "k" * 32}


@pytest.fixture
def linked(live: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line where links have an address."""
    for name, value in LINKS.items():
        monkeypatch.setenv(name, value)
    return live


@pytest.fixture
def folder(linked: CommandLine) -> Path:
    """Where calendars are published; not made yet."""
    return linked.folder / "var" / "calendars"


def counts(feeds: int, written: int, removed: int = 0) -> dict[str, object]:
    """Return the document of a publication without a fault."""
    document = {"now": "2026-09-05T10:00:00+01:00", "feeds": feeds, "written": written}
    return {**document, "removed": removed, "errors": []}


def test_what_has_changed_is_published_and_the_rest_left_alone(
    linked: CommandLine, folder: Path
) -> None:
    assert linked.done(*PUBLISH) == counts(5, 5)
    assert len(list(folder.iterdir())) == 5
    assert linked.done(*PUBLISH, "--cohort", " 2026-10 ") == counts(5, 0)

    linked.done("mentor", "accept", "P0001", *NOW)
    ran = linked(*PUBLISH)
    assert (ran.code, ran.out, ran.err) == (0, "2026-10 · 6 calendars, 1 written\n", "")


def test_a_roster_that_is_taken_back_takes_its_calendars_along(
    linked: CommandLine, folder: Path
) -> None:
    linked.done(*PUBLISH)
    linked("feed", "--person", "P0001", "--rotate", *NOW)
    linked.done("import", "undo", "1", *NOW)

    assert linked.done(*PUBLISH) == counts(2, 0, removed=3)
    assert len(list(folder.iterdir())) == 2


def test_a_pause_stops_no_calendar(linked: CommandLine) -> None:
    linked.done("cohort", "pause", "2026-10", *NOW)
    assert linked.done(*PUBLISH) == counts(5, 5)


def test_without_an_address_it_is_refused(live: CommandLine) -> None:
    sentence = "Set ATS_PUBLIC_URL and ATS_SECRET_KEY, and calendars are published."
    assert live.refused(*PUBLISH) == sentence
    ran = live(*PUBLISH, "--json")
    assert (ran.code, ran.document) == (1, {**counts(0, 0), "errors": [sentence]})


def test_a_folder_that_cannot_be_written_is_one_sentence(linked: CommandLine, folder: Path) -> None:
    folder.write_text("no folder")
    assert linked.refused(*PUBLISH).startswith(f"Calendars cannot be written to {folder} (Not a ")


def test_where_there_is_no_cohort_that_is_no_fault(
    ats: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in LINKS.items():
        monkeypatch.setenv(name, value)
    ran = ats(*PUBLISH)
    assert (ran.code, ran.out) == (0, "no cohort in trial, live or paused\n")
    assert ran.err == "No cohort is in trial, live or paused; name another one with --cohort.\n"


# -- the doctor --------------------------------------------------------------------------------


def findings(ats: CommandLine) -> list[tuple[str, str]]:
    """Return what the doctor says of calendars: how each thing is, and in which words."""
    document = ats("doctor", "--json").document
    return [(f["status"], f["text"]) for f in document if f["name"].startswith("calendar")]


def test_the_doctor_says_which_calendars_are_out_of_date_and_writes_none(
    linked: CommandLine, folder: Path
) -> None:
    def stale(number: int, of: int) -> list[tuple[str, str]]:
        return [("amber", f"{number} of {of} calendars in {folder} are out of date")]

    assert findings(linked) == stale(5, 5)
    assert not folder.exists()
    linked.done("calendars", "publish")
    assert findings(linked) == [("green", f"{folder} holds 5 calendars as the records have them")]
    linked.done("mentor", "accept", "P0001")
    assert findings(linked) == stale(1, 6)
    assert "Run `ats calendars publish`" in linked("doctor").out


def test_the_doctor_says_which_files_nobody_renews(linked: CommandLine, folder: Path) -> None:
    linked.done("calendars", "publish")
    other = Links(LINKS["ATS_PUBLIC_URL"], "another key")
    (folder / f"{other.calendar_token('P0001', 1)}.ics").write_text("BEGIN:VCALENDAR")
    (folder / "index.html").write_text("")

    found = findings(linked)
    assert [status for status, _ in found] == ["green", "amber"]
    assert found[1][1] == f"{folder} holds 1 file under names that are not ours"
    assert "Delete them" in linked("doctor").out


def test_the_doctor_says_when_calendars_cannot_be_published(
    linked: CommandLine, folder: Path
) -> None:
    folder.write_text("no folder")
    assert findings(linked) == [("red", f"they cannot be published to {folder}")]


def test_the_doctor_writes_nothing_where_there_is_no_database(
    linked: CommandLine, folder: Path
) -> None:
    database = linked.database
    database.unlink()
    assert findings(linked) == [("green", f"{folder} can be written")]
    assert not database.exists()
