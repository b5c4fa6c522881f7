"""A milestone that is not met: a nudge, two reminders, a call, and the PXM decides.

The PDP is due on Friday 15 January 2027. An export comes every Monday.
"""

from __future__ import annotations

import pytest
from ladders import ADA_AT, GRACE_AT, OPERATIONS_AT, PXM_AT, break_a_limit, letters, rungs
from small_cohort import ADA, GRACE, SmallCohort, at
from story import walk

from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors

LADDER = "chase-milestone"
BEFORE = ("P0001,first-observation,complete,2026-11-10", "P0001,about-you,complete,2026-12-18")
PDP = ("P0001,self-assessment,complete,{day}", "P0001,pdp,complete,{day}")
WAYS_ON = ("Thu 7 Jan", "Wed 20 Jan", "Wed 27 Jan")


@pytest.fixture
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> SmallCohort:
    """Ada, whose mentor Grace has agreed, after Christmas 2026; her PDP is not complete."""
    cohort.enrol(ADA + GRACE)
    cohort.join_links()
    cohort.go_live_unchecked()
    cohort.tick("2026-10-07 09:00")
    mentors.accept(cohort.store, "P0001", now=at("2026-10-14 10:00"), by="Jo")
    cohort.tick("2026-12-29 09:00")
    mailbox.received.clear()
    return cohort


def test_from_the_nudge_to_the_case(year: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """She gets three e-mails about it, nobody else hears but operations and the PXM, once."""
    walk(year, "2027-01-04 07:00", "2027-02-18 12:00", portfolio=BEFORE)

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
        "Wed 20 Jan 09:00 Ada: Personal Development Plan: the shortest way to finish, "
        "and one more thing",
        "Tue 26 Jan 09:00 Ada: Tomorrow, 16:30: Reflection, research and coaching, with your link",
        "Wed 27 Jan 09:00 Ada: Personal Development Plan: would more time or a talk help?",
        "Tue 2 Feb 09:00 Ada: One piece of research, put to use",
    ]
    assert letters(mailbox, "2027-01-04", OPERATIONS_AT, about="ATS tasks") == [
        "Thu 4 Feb 08:15 operations: ATS tasks: 1 new, 0 due",
        "Mon 8 Feb 08:15 operations: ATS tasks: 1 still open",
        "Wed 10 Feb 08:15 operations: ATS tasks: 0 new, 1 due",
        "Mon 15 Feb 08:15 operations: ATS tasks: 1 still open",
    ]
    assert letters(mailbox, "2027-01-04", PXM_AT) == [
        "Thu 11 Feb 08:15 PXM: ATS cases: 1 new, 0 due",
        "Mon 15 Feb 08:15 PXM: ATS cases: 1 still open",
        "Wed 17 Feb 08:15 PXM: ATS cases: 0 new, 1 due",
    ]
    assert year.cases() == [
        ("P0001", "call-participant", "open"),
        ("P0001", "stalled-portfolio", "open"),
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
    about = letters(mailbox, "2027-01-04", ADA_AT, GRACE_AT, about="")
    assert len([line for line in about if "Personal Development Plan" in line]) == went
    assert year.cases() == ([("P0001", "call-participant", "closed")] if called else [])
    assert letters(mailbox, "2027-01-04", PXM_AT) == []
