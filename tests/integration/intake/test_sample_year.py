"""The sample cohort: its roster, and the 55 exports of its year."""

import csv
import datetime as dt
import time
from collections import Counter
from pathlib import Path

from desk import SAMPLES, UNDO_LEAVES, Desk

ROSTER = SAMPLES / "roster-2026-10.csv"
EXPORTS = sorted(SAMPLES.glob("progress-2026-10-*.csv"))


def as_of(path: Path) -> str:
    return path.stem[-10:]


def test_the_roster_makes_125_participants_and_87_mentors(desk: Desk) -> None:
    result = desk.roster(ROSTER)
    assert {key: result[key] for key in ("applied", "new", "changed", "refused", "problems")} == {
        "applied": True,
        "new": 125,
        "changed": 0,
        "refused": 0,
        "problems": [],
    }
    assert Counter(kind for (kind,) in desk.rows("role", "kind")) == {
        "participant": 125,
        "mentor": 87,
    }
    assert len(desk.mentors()) == 121
    assert {accepted for (accepted,) in desk.rows("enrolment", "accepted_at")} == {desk.now}


def test_one_person_may_be_participant_and_mentor(desk: Desk) -> None:
    result = desk.roster(ROSTER)
    people = desk.people()
    assert people["P0030"]["id"] == people["M9001"]["id"]
    assert len(desk.rows("person")) == 211
    assert result["notes"] == ["One person, participant and mentor: P0030 = M9001."]


def test_every_export_of_the_year_applies_without_leave_for_a_large_change(desk: Desk) -> None:
    desk.roster(ROSTER)
    for path in EXPORTS:
        result = desk.progress(path, as_of(path))
        assert (path.name, result["refused"], result["missing"]) == (path.name, 0, 0)
    with EXPORTS[-1].open(encoding="utf-8-sig") as file:
        expected = {
            (row["participant_ref"], row["section"], row["status"], row["updated_on"])
            for row in csv.DictReader(file)
        }
    refs = {row["id"]: row["ref"] for row in _named(desk, "role", "id", "ref")}
    enrolled = {
        row["id"]: refs[row["role_id"]] for row in _named(desk, "enrolment", "id", "role_id")
    }
    assert expected == {
        (enrolled[id_], section, status, day.isoformat())
        for id_, section, status, day in desk.rows(
            "progress", "enrolment_id", "section", "status", "updated_on"
        )
    }


def test_completeness_is_dated_by_the_import_that_first_showed_it(desk: Desk) -> None:
    desk.roster(ROSTER)
    first_seen: dict[tuple[str, str], dt.date] = {}
    for path in EXPORTS[:12]:
        desk.progress(path, as_of(path))
        with path.open(encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                if row["status"] == "complete":
                    key = (row["participant_ref"], row["section"])
                    first_seen.setdefault(key, dt.date.fromisoformat(as_of(path)))
    refs = {row["id"]: row["ref"] for row in _named(desk, "role", "id", "ref")}
    enrolled = {
        row["id"]: refs[row["role_id"]] for row in _named(desk, "enrolment", "id", "role_id")
    }
    seen = {
        (enrolled[id_], section): moment.date()
        for id_, section, moment in desk.rows(
            "progress", "enrolment_id", "section", "complete_seen_at"
        )
        if moment is not None
    }
    assert seen == first_seen
    assert len(seen) > 100


def test_the_same_files_again_change_nothing(desk: Desk) -> None:
    first = desk.roster(ROSTER)
    for path in EXPORTS[:3]:
        newest = desk.progress(path, as_of(path))
    before = desk.dump()
    again = desk.roster(ROSTER)
    assert (again["import_id"], again["new"], again["changed"], again["unchanged"]) == (
        first["import_id"],
        0,
        0,
        125,
    )
    again = desk.progress(EXPORTS[2], as_of(EXPORTS[2]))
    assert (again["applied"], again["import_id"]) == (True, newest["import_id"])
    assert desk.dump() == before


def test_the_same_content_as_of_a_later_day_is_news(desk: Desk) -> None:
    desk.roster(ROSTER)
    first = desk.progress(EXPORTS[0], "2026-10-12")
    second = desk.progress(EXPORTS[0], "2026-10-13")
    assert second["import_id"] == first["import_id"] + 1
    assert (second["new"], second["changed"], second["unchanged"]) == (0, 0, 166)


def test_undoing_the_year_backwards_restores_every_value(desk: Desk) -> None:
    dumps = [desk.dump(*UNDO_LEAVES)]
    ids = [desk.roster(ROSTER)["import_id"]]
    for path in EXPORTS[:6]:
        dumps.append(desk.dump(*UNDO_LEAVES))
        ids.append(desk.progress(path, as_of(path))["import_id"])
    for import_id, dump in zip(reversed(ids), reversed(dumps), strict=True):
        undone = desk.undo(import_id)
        assert (undone.kept, undone.parked) == ((), ())
        assert desk.dump(*UNDO_LEAVES) == dump


def test_an_import_is_quick(desk: Desk) -> None:
    """It takes 0.02 s; the demo applies 55."""
    desk.roster(ROSTER)
    desk.progress(EXPORTS[-2], as_of(EXPORTS[-2]))
    started = time.perf_counter()
    desk.progress(EXPORTS[-1], as_of(EXPORTS[-1]))
    assert time.perf_counter() - started < 1


def _named(desk: Desk, table: str, *columns: str) -> list[dict[str, object]]:
    return [dict(zip(columns, row, strict=True)) for row in desk.rows(table, *columns)]
