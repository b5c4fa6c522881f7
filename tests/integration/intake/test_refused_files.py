"""Files that are refused as a whole, with nothing written."""

import datetime as dt
import os
from pathlib import Path

import pytest
from desk import ADA, BEN, CAT, MIA, Desk, progress, roster

from ats.errors import Busy, Refused
from ats.intake.history import newest_as_of
from ats.intake.imports import apply_import
from ats.records.models import Audit


def test_a_file_of_another_cohort(desk: Desk) -> None:
    desk.launch("2027-10")
    with pytest.raises(Refused) as error:
        desk.roster(roster(ADA, BEN), cohort="2027-10")
    assert str(error.value) == (
        "file-1.csv names the cohort '2026-10' and not 2027-10; check which file it is, or import "
        "it into its own cohort."
    )
    assert desk.rows("person") == []


@pytest.mark.parametrize("code", ["Oct-26", "01/10/2026", "2026-10-01", " 2026 10 "])
def test_but_not_one_whose_code_excel_took_for_a_month(desk: Desk, code: str) -> None:
    assert desk.roster(roster(ADA.replace("2026-10,", f"{code},")))["new"] == 1


def test_progress_older_than_what_is_known(desk: Desk) -> None:
    desk.roster(roster(ADA))
    desk.progress(progress("P0001,pdp,in-progress,2026-10-07"), "2026-10-19")
    with pytest.raises(Refused, match="as of 12 October 2026, but progress as of 19 October 2026"):
        desk.progress(progress("P0001,pdp,in-progress,2026-10-06"), "2026-10-12")


def test_progress_of_the_same_day_may_be_put_right(desk: Desk) -> None:
    desk.roster(roster(ADA))
    desk.progress(progress("P0001,pdp,in-progress,2026-10-07"), "2026-10-19")
    assert desk.progress(progress("P0001,pdp,complete,2026-10-07"), "2026-10-19")["changed"] == 1


def test_progress_of_tomorrow(desk: Desk) -> None:
    desk.roster(roster(ADA))
    tomorrow = dt.date(2026, 9, 3)
    with pytest.raises(Refused, match="3 September 2026 is yet to come"):
        desk._import(progress(), desk.preflight_progress, as_of=tomorrow)


def test_progress_before_any_roster(desk: Desk) -> None:
    with pytest.raises(Refused, match="Nobody is in cohort 2026-10 yet; import its roster first"):
        desk.progress(progress("P0001,pdp,complete,2026-10-07"), "2026-10-12")


def test_a_file_that_another_one_has_replaced(desk: Desk) -> None:
    old, new = roster(ADA, BEN, CAT), roster(ADA, BEN, CAT.replace("wales", "england"))
    desk.roster(old)
    second = desk.roster(new, allow_large_change=True)["import_id"]
    with pytest.raises(Refused, match=f"import {second} has replaced it"):
        desk.roster(old)
    desk.undo(second)
    assert desk.roster(old)["unchanged"] == 3


@pytest.mark.parametrize(("changed", "refused"), [(2, False), (3, True)])
def test_a_roster_that_changes_more_than_a_fifth(desk: Desk, changed: int, refused: bool) -> None:
    rows = [ADA.replace("P0001", f"P00{n}").replace("ada@", f"ada{n}@") for n in range(10, 20)]
    desk.roster(roster(*rows))
    text = roster(*(row.replace("Byron", "King") for row in rows[:changed]), *rows[changed:])
    preflight = desk.roster(text, apply=False)
    assert preflight["changed"] == changed
    assert [found["row"] for found in preflight["problems"]] == [None] * refused
    if refused:
        with pytest.raises(Refused, match="changes 3 of the 10 people that are known"):
            desk.roster(text)
    assert desk.roster(text, allow_large_change=True)["problems"] == []


def people(count: int, *, start: int = 100) -> list[str]:
    """Return rows of so many people."""
    numbers = range(start, start + count)
    return [ADA.replace("P0001", f"P0{n}").replace("ada@", f"ada{n}@") for n in numbers]


def test_a_handful_has_no_percentages(desk: Desk) -> None:
    desk.roster(roster(*people(9)))
    text = roster(*(row.replace("Byron", "King") for row in people(9)))
    assert desk.roster(text)["changed"] == 9
    desk.launch("2027-10")
    desk.roster(roster(f"{ADA},{MIA}"))
    again = roster(f"{BEN.replace('2026-10', '2027-10')},{MIA.replace('mia@', 'm.stone@')}")
    assert desk.roster(again, cohort="2027-10")["new"] == 1


def test_another_cohorts_people_under_this_ones_code(desk: Desk) -> None:
    desk.roster(roster(*people(20)))
    strangers = roster(*people(20, start=300))
    with pytest.raises(Refused, match="20 of its 20 people are new, and 20 of 20 missing; check"):
        desk.roster(strangers)
    assert desk.roster(strangers, allow_large_change=True)["new"] == 20
    desk.launch("2027-10")
    moved = roster(*people(20)).replace("2026-10", "2027-10")
    with pytest.raises(Refused, match="20 of its 20 people were in another cohort before; check"):
        desk.roster(moved, cohort="2027-10")


def test_a_roster_in_which_most_people_join_at_another_time(desk: Desk) -> None:
    rows = [row.replace("2026-10-05", "2025-10-06") for row in (ADA, BEN)]
    with pytest.raises(Refused, match="2 of 3 people joining more than 26 weeks from the start"):
        desk.roster(roster(*rows, CAT))
    result = desk.roster(roster(rows[0], BEN, CAT), apply=False)
    assert [(found["row"], found["column"]) for found in result["problems"]] == [(2, "joined_on")]


def test_a_roster_that_was_checked_before_something_else_happened(desk: Desk) -> None:
    path = desk._file(roster(f"{ADA},{MIA}"))
    with desk.store.read() as session:
        preflight = desk.preflight_roster(session, path)
    with desk.store.write() as session:
        session.add(Audit(at=desk.now, by="Jo", action="mentor accept", subject="P0001"))
    with desk.store.write() as session, pytest.raises(Busy, match="run the command again"):
        apply_import(session, preflight, now=desk.now, by="Jo")


def test_a_file_without_one_good_row(desk: Desk) -> None:
    with pytest.raises(Refused, match="has no row without a problem"):
        desk.roster(roster(ADA.replace("england", "Narnia")), skip_problem_rows=True)


def test_the_newest_as_of_is_that_of_the_newest_import_that_stands(desk: Desk) -> None:
    desk.roster(roster(ADA))
    with desk.store.read() as session:
        assert newest_as_of(session, 1) is None
    desk.progress(progress(), "2026-10-05")
    applied_at = desk.now
    import_id = desk.progress(progress(), "2026-10-12")["import_id"]
    desk.undo(import_id)
    with desk.store.read() as session:
        assert newest_as_of(session, 1) == (dt.date(2026, 10, 5), applied_at)


def test_a_file_whose_name_is_no_text_is_imported_under_a_name_that_is(desk: Desk) -> None:
    path = Path(os.fsdecode(os.fsencode(desk.folder) + b"/caf\xe9\n.csv"))
    path.write_text(roster(ADA))
    desk.roster(path)
    assert desk.rows("import", "filename") == [("caf��.csv",)]
