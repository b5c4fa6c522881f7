"""A milestone that is not met: a nudge, two reminders, a call, and the PXM decides.

The PDP is due on Friday 15 January 2027. An export comes every Monday.
"""

from __future__ import annotations

import datetime as dt

import pytest
from ladders import (
    ADA_AT,
    DIGESTS,
    GRACE_AT,
    OPERATIONS_AT,
    PXM_AT,
    break_a_limit,
    decide,
    letters,
    rungs,
)
from prologue import prologue
from small_cohort import ADA, GRACE, SmallCohort, at
from story import walk

from ats.cases.decisions import Choice
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors

#: What differs between databases is tested elsewhere; a story takes weeks of ticks.
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

LADDER = "chase-milestone"
BEFORE = ("P0001,first-observation,complete,2026-11-10", "P0001,about-you,complete,2026-12-18")
PDP = ("P0001,self-assessment,complete,{day}", "P0001,pdp,complete,{day}")
ABOUT = "Personal Development Plan"


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, whose mentor Grace has agreed, after Christmas 2026; her PDP is not complete."""
    cohort.enrol(ADA + GRACE)
    cohort.join_links()
    cohort.go_live_unchecked()
    cohort.tick("2026-10-07 09:00")
    mentors.accept(cohort.store, "P0001", now=at("2026-10-14 10:00"), by="Jo")
    cohort.tick("2026-12-29 09:00")
    mailbox.received.clear()


def test_from_the_nudge_to_the_case_and_more_time(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """Ada gets three e-mails about it, then operations ring, then the PXM gives her more time."""
    walk(year, "2027-01-04 07:00", "2027-02-17 11:00", portfolio=BEFORE)

    assert rungs(year, LADDER, about="pdp/") == [
        "Thu 7 Jan 09:00 pdp/minus-6/1 to P0001: sent",
        "Mon 18 Jan 09:00 pdp/two-overdue/1 to pxm: skipped (condition-unmet)",
        "Wed 20 Jan 09:00 pdp/plus-3/1 to P0001: sent",
        "Wed 27 Jan 09:00 pdp/plus-8-red/1 to pxm: skipped (condition-unmet)",
        "Wed 27 Jan 09:00 pdp/plus-8/1 to P0001: sent",
        "Wed 3 Feb 09:00 pdp/plus-13/1 to operations: case-opened",
        "Wed 10 Feb 09:00 pdp/plus-18/1 to pxm: case-opened",
    ]
    assert letters(mailbox, "2027-01-04", ADA_AT, GRACE_AT) == [
        "Thu 7 Jan 09:00 Ada: Personal Development Plan: due on Friday 15 January",
        "Tue 19 Jan 09:00 Ada: Ten minutes a week: the diary habit",
        (
            "Wed 20 Jan 09:00 Ada: Personal Development Plan: the shortest way to finish, "
            "and one more thing"
        ),
        "Tue 26 Jan 09:00 Ada: Tomorrow, 16:30: Reflection, research and coaching, with your link",
        "Wed 27 Jan 09:00 Ada: Personal Development Plan: would more time or a talk help?",
        "Tue 2 Feb 09:00 Ada: One piece of research, put to use",
    ]
    assert letters(mailbox, "2027-01-04", PXM_AT, OPERATIONS_AT, about=DIGESTS) == [
        "Thu 4 Feb 08:15 operations: ATS tasks: 1 new, 0 due",
        "Mon 8 Feb 08:15 operations: ATS tasks: 1 still open",
        "Wed 10 Feb 08:15 operations: ATS tasks: 0 new, 1 due",
        "Thu 11 Feb 08:15 PXM: ATS cases: 1 new, 0 due",
        "Mon 15 Feb 08:15 PXM: ATS cases: 1 still open",
        "Mon 15 Feb 08:15 operations: ATS tasks: 1 still open",
        "Wed 17 Feb 08:15 PXM: ATS cases: 0 new, 1 due",
    ]
    assert year.cases() == [
        ("P0001", "call-participant", "open"),
        ("P0001", "stalled-portfolio", "open"),
    ]

    more = Choice("extend", "pdp", dt.date(2027, 3, 12))
    decide(year, "stalled-portfolio", more, "2027-02-17 11:30")
    finished = tuple(row.format(day="2027-02-19") for row in PDP)
    walk(year, "2027-02-17 12:00", "2027-03-08 12:00", portfolio=(*BEFORE, *finished))

    assert {state for _, _, state in year.cases()} == {"closed"}
    assert letters(mailbox, "2027-02-17", ADA_AT, GRACE_AT) == [
        "Wed 17 Feb 12:00 Ada: Your ATS dates have changed: please see inside",
        "Tue 23 Feb 09:00 Ada: Coaching a colleague: how to start and what to record",
        "Tue 23 Feb 09:00 Grace: The midpoint: what to ask now",
        "Thu 25 Feb 09:00 Grace: Thursday 4 March, 16:30: The midpoint discussion",
        "Wed 3 Mar 09:00 Grace: Tomorrow, 16:30: The midpoint discussion, with your link",
    ]
    assert letters(mailbox, "2027-02-18", PXM_AT, OPERATIONS_AT, about=DIGESTS) == [
        "Thu 18 Feb 08:15 PXM: ATS cases: 1 closed",
        "Thu 18 Feb 08:15 operations: ATS tasks: 1 closed",
    ]
    assert break_a_limit(year) == []


@pytest.mark.parametrize(
    ("finished", "went", "called"),
    [
        ("2027-01-03", 0, False),
        ("2027-01-14", 1, False),
        ("2027-01-22", 2, False),
        ("2027-01-29", 3, False),
        ("2027-02-05", 3, True),
    ],
)
def test_it_stops_the_moment_an_export_shows_it_done(
    year: SmallCohort, mailbox: InMemoryMailbox, finished: str, went: int, *, called: bool
) -> None:
    done = tuple(row.format(day=finished) for row in PDP)

    walk(year, "2027-01-04 07:00", "2027-02-18 12:00", portfolio=(*BEFORE, *done))

    mine = [line for line in rungs(year, LADDER, about="pdp/") if " to P0001: " in line]
    assert [line.rpartition(": ")[2] for line in mine] == (
        ["sent"] * went + ["skipped (condition-met)"] * (3 - went)
    )
    assert len(letters(mailbox, "2027-01-04", ADA_AT, about=ABOUT)) == went
    assert year.cases() == ([("P0001", "call-participant", "closed")] if called else [])
    assert letters(mailbox, "2027-01-04", PXM_AT) == []


@pytest.mark.parametrize(
    ("found", "rung", "opens"),
    [
        ("2027-02-05 12:30", "pdp/plus-13/1 to operations", "2027-02-08 09:00"),  # a Friday
        ("2027-02-12 09:00", "pdp/plus-18/1 to pxm", "2027-02-22 09:00"),  # the eve of half-term
    ],
)
def test_nothing_is_escalated_after_friday_noon_or_on_the_eve_of_a_break(
    year: SmallCohort, found: str, rung: str, opens: str
) -> None:
    """The rung is some days old as a tick comes at last, and the data are fresh."""
    for day in ("2027-01-07", "2027-01-20", "2027-01-27", "2027-02-03"):
        if day < "2027-02-03" or "plus-18" in rung:
            year.export(day, *BEFORE)
            year.tick(f"{day} 10:00")
    year.export(found[:10], *BEFORE)

    year.tick(found)
    before = year.outcomes(LADDER)[rung]
    year.export(opens[:10], *BEFORE)
    year.tick(opens)

    assert (before.partition(":")[0], year.outcomes(LADDER)[rung]) == ("held", "case-opened")
