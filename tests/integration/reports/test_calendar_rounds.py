"""Publishing as the dashboard tells it: what was written, by cohort."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ats import cohorts, engine
from ats.errors import NotFound
from ats.feeds.composing import Feeds
from ats.office import Office
from ats.people.links import Links
from ats.reports import rounds
from ats.reports.calendars import run_publish
from calendars.events import Calendar

Launch = Callable[..., None]
NOW = dt.datetime(2026, 9, 4, 10, 0, tzinfo=ZoneInfo("Europe/London"))


@pytest.fixture
def linked(office: Office) -> Office:
    return replace(office, links=Links("https://ats.example", "k" * 32))


def test_a_run_is_named_after_what_it_wrote(
    linked: Office, launched: Launch, tmp_path: Path
) -> None:
    launched("2026-10")
    launched("2027-02", live=False)

    first = run_publish(linked, tmp_path, "", now=NOW)
    again = run_publish(linked, tmp_path, " 2026-10\n", now=NOW)

    written = "2026-10 · 2 calendars, 2 written | 2027-02 · 2 calendars, 2 written"
    assert rounds.concluded([first]) == (written, "done", "This run: 4 calendars, 4 written.")
    assert first["counts"] == {"feeds": 4, "written": 4, "removed": 0}
    assert rounds.concluded([again])[0] == "2026-10 · 2 calendars, 0 written"


def test_without_links_or_cohorts_a_run_says_so(
    office: Office, linked: Office, tmp_path: Path
) -> None:
    name, verdict, sentence = rounds.concluded([run_publish(office, tmp_path, "", now=NOW)])
    assert (name, verdict) == ("no address for calendars", "done")
    assert sentence == "Set ATS_PUBLIC_URL and ATS_SECRET_KEY, and calendars are published."
    nothing = run_publish(linked, tmp_path, "", now=NOW)
    assert (nothing["name"], nothing["verdict"]) == ("no cohort in trial, live or paused", "done")


def test_an_unknown_cohort_is_refused(linked: Office, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="2030-10"):
        run_publish(linked, tmp_path, "2030-10", now=NOW)


def test_a_folder_that_cannot_be_written_fails_the_run_with_one_sentence(
    linked: Office, launched: Launch, tmp_path: Path
) -> None:
    launched("2026-10")
    launched("2027-02")
    (tmp_path / "calendars").write_text("no folder")
    ended = run_publish(linked, tmp_path / "calendars", "", now=NOW)
    name, verdict, sentence = rounds.concluded([ended])
    assert (name, verdict) == ("calendars of 2 cohorts not published", "failed")
    assert ended["errors"] == [sentence]
    assert sentence.startswith("Calendars cannot be written to ")


def test_what_stops_in_one_cohort_stops_no_other(
    linked: Office, launched: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched("2026-10")
    launched("2027-02")
    programme_named, asked = linked.programme_named, []

    def faulty_at_first(name: str) -> object:
        asked.append(name)
        if len(asked) == 1:
            raise RuntimeError("Ada Lovelace")
        return programme_named(name)

    faulty = replace(linked, programme_named=faulty_at_first)  # type: ignore[arg-type]
    name, verdict, sentence = rounds.concluded([run_publish(faulty, tmp_path, "", now=NOW)])
    written = "2027-02 · 2 calendars, 2 written"
    assert (name, verdict) == (f"{written} | calendars of 1 cohort not published", "warned")
    assert sentence.startswith("2026-10: ")
    assert "Ada" not in sentence


def test_a_pause_stops_no_calendar_and_an_end_does(
    linked: Office, launched: Launch, tmp_path: Path
) -> None:
    launched("2026-10")
    launched("2027-02")
    cohorts.pause(linked, "2026-10", now=NOW, by="Jo")
    with linked.store.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE cohort SET status = 'closed' WHERE code = '2027-02'"
        )

    ended = run_publish(linked, tmp_path, "", now=NOW)

    assert ended["name"] == "2026-10 · 2 calendars, 2 written"
    assert engine.working_cohorts(linked, None) == []


def test_who_fails_is_told_by_ref_and_counted(
    linked: Office, launched: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched("2026-10")
    of_cohort = Feeds.of_cohort

    def failing(feeds: Feeds, code: str, audience: str) -> Calendar:
        if audience == "mentors":
            raise ValueError("Ada Lovelace")
        return of_cohort(feeds, code, audience)

    monkeypatch.setattr(Feeds, "of_cohort", failing)
    ended = run_publish(linked, tmp_path, "", now=NOW)

    assert ended["name"] == "2026-10 · 1 calendar, 1 written, 1 not published"
    assert ended["verdict"] == "warned"
    assert [error[:17] for error in ended["errors"]] == ["2026-10/mentors: "]
    assert "Ada" not in ended["errors"][0]
