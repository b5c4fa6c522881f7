"""An episode of standing still has one case; work ends it in silence, and a next one is a new case.

Portfolios are shown on Mondays. Ada's PDP was due on 15 January, her diary is on 19 March 2027.
"""

from __future__ import annotations

import datetime as dt

import pytest
from ladders import ADA_AT, PXM_AT, letters
from prologue import prologue
from small_cohort import ADA, GRACE, SmallCohort, at
from sqlalchemy import func, select
from story import walk

from ats.intake.undo import undo_import
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors
from ats.records import models as m

#: What differs between databases is tested elsewhere; a story takes weeks of ticks.
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

BEFORE = ("P0001,first-observation,complete,2026-11-10", "P0001,about-you,complete,2026-12-18")
KIND = "stalled-portfolio"


@prologue
def stalled(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, about whom the PXM has a case since Wednesday 10 February 2027."""
    cohort.enrol(ADA + GRACE)
    cohort.join_links()
    cohort.go_live_unchecked()
    cohort.tick("2026-10-07 09:00")
    mentors.accept(cohort.store, "P0001", now=at("2026-10-14 10:00"), by="Jo")
    cohort.tick("2026-12-29 09:00")
    walk(cohort, "2027-01-04 07:00", "2027-02-12 12:00", portfolio=BEFORE)
    assert stalls(cohort) == ["open"]
    mailbox.received.clear()


def stalls(cohort: SmallCohort) -> list[str]:
    """Return the state of each case about Ada standing still, oldest first."""
    return [state for _, kind, state in cohort.cases() if kind == KIND]


def newest_import(cohort: SmallCohort) -> int:
    with cohort.store.read() as session:
        number = session.execute(select(func.max(m.Import.id))).scalar()
    assert number is not None
    return int(number)


def undo(cohort: SmallCohort, now: str) -> None:
    """Take back the newest import."""
    with cohort.store.write() as session:
        undo_import(session, newest_import(cohort), now=at(now), by="Jo")


DIARY = "P0001,reflective-diary,in-progress,2027-02-18"
ON_MONDAY = "2027-02-22 07:30"


def test_work_ends_it_in_silence_and_standing_still_again_is_a_new_case(
    stalled: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """The PXM is told once of the end and once of the new case; Ada hears nothing about either."""
    walk(stalled, "2027-02-15 07:00", "2027-02-22 20:00", portfolio=(*BEFORE, DIARY))
    assert stalls(stalled) == ["closed"]
    assert letters(mailbox, "2027-02-15", ADA_AT) == []

    walk(stalled, "2027-02-22 20:10", "2027-05-05 12:00", portfolio=(*BEFORE, DIARY))

    assert stalls(stalled) == ["closed", "open"]
    assert stalled.signals().count("chase-milestone pdp/plus-18/1") == 1
    subjects = letters(mailbox, "2027-02-22", PXM_AT, about="ATS cases")
    assert len([line for line in subjects if "1 closed" in line]) == 1
    assert len([line for line in subjects if "1 new" in line]) == 1


def test_every_monday_at_the_edge_opens_nothing_twice(stalled: SmallCohort) -> None:
    """A section moves every third week: each end and each beginning is a step of its own."""
    moves = [
        f"P0001,{section},in-progress,{day}"
        for section, day in (
            ("reflective-diary", "2027-02-11"),
            ("coaching", "2027-03-04"),
            ("impact-project", "2027-03-25"),
            ("cpd-log", "2027-04-22"),
        )
    ]
    seen = []
    for monday in range(12):
        day = dt.date(2027, 2, 15) + dt.timedelta(weeks=monday)
        walk(stalled, f"{day} 07:00", f"{day + dt.timedelta(days=6)} 20:00", portfolio=(
            *BEFORE, *moves,
        ))  # fmt: skip
        seen.append(stalls(stalled))

    assert seen == [["closed"]] * 12


def test_an_undone_import_opens_the_same_case_again_and_no_other(
    stalled: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    stalled.export("2027-02-22", *BEFORE, DIARY)
    stalled.tick(ON_MONDAY)
    assert stalls(stalled) == ["closed"]

    undo(stalled, "2027-02-22 10:00")
    stalled.tick("2027-02-22 10:10")
    assert stalls(stalled) == ["open"]
    stalled.export("2027-02-23", *BEFORE)
    stalled.tick_daily("2027-02-23", "2027-02-26", "10:00")

    assert stalls(stalled) == ["open"]
    assert stalled.signals().count("chase-milestone pdp/plus-18/1") == 1
    about = letters(mailbox, "2027-02-22", ADA_AT, about="Personal Development Plan")
    assert about == []


def test_the_same_export_twice_closes_and_opens_nothing(stalled: SmallCohort) -> None:
    for day in ("2027-02-22", "2027-02-23", "2027-02-24"):
        stalled.export(day, *BEFORE)
        stalled.tick(f"{day} 10:00")

    assert stalls(stalled) == ["open"]
    with stalled.store.read() as session:
        case = session.execute(select(m.Case).where(m.Case.kind == KIND)).scalar_one()
    assert case.opened_at == at("2027-02-10 09:00")
