"""A mentor does not answer: two reminders, a word to the participant, a call; the PXM decides.

The request goes on Wednesday 7 October 2026; half-term is from 26 to 30 October.
"""

from __future__ import annotations

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

LADDER = "chase-mentor-request"
OBSERVED = ("P0001,first-observation,complete,2026-10-12",)
RUNGS = ("2026-10-14", "2026-10-21", "2026-11-03", "2026-11-04", "2026-11-11", "2026-11-12")


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, who has named Grace, on the eve of the request."""
    cohort.enrol(ADA + GRACE)
    cohort.join_links()
    cohort.go_live_unchecked()
    cohort.tick("2026-10-06 10:00")
    mailbox.received.clear()


def test_from_the_request_to_the_case_and_a_withdrawal(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """Grace is reminded twice, Ada is asked once, operations ring, and the PXM lets Ada go."""
    walk(year, "2026-10-07 07:00", "2026-11-12 12:00", portfolio=OBSERVED)

    assert rungs(year, LADDER) == [
        "Wed 14 Oct 09:00 M0001/plus-5/1 to M0001: sent",
        "Wed 21 Oct 09:00 M0001/plus-10/1 to M0001: sent",
        "Tue 3 Nov 09:00 M0001/plus-12/1 to P0001: sent",
        "Wed 4 Nov 09:00 M0001/plus-15/1 to operations: case-opened",
        "Wed 11 Nov 09:00 M0001/plus-20/1 to pxm: case-opened",
    ]
    assert letters(mailbox, "2026-10-07", GRACE_AT) == [
        "Wed 7 Oct 09:00 Grace: Ada Lovelace has asked you to be their ATS mentor",
        "Wed 14 Oct 09:00 Grace: Your answer about mentoring, either way",
        "Wed 21 Oct 09:00 Grace: Your answer about mentoring, either way",
    ]
    assert letters(mailbox, "2026-10-07", ADA_AT) == [
        (
            "Wed 7 Oct 09:00 Ada: Tomorrow, 16:30: Getting started and your self-assessment, "
            "with your link"
        ),
        "Tue 13 Oct 09:00 Ada: One conversation that makes the year easier",
        "Tue 20 Oct 09:00 Ada: About you: a first page for your portfolio",
        "Tue 3 Nov 09:00 Ada: A quick check on your mentor request",
        (
            "Wed 11 Nov 09:00 Ada: Wednesday 18 November, 16:30: "
            "From SWOT to your Personal Development Plan"
        ),
    ]
    assert letters(mailbox, "2026-10-07", OPERATIONS_AT, about=DIGESTS) == [
        "Thu 5 Nov 08:15 operations: ATS tasks: 1 new, 0 due",
        "Mon 9 Nov 08:15 operations: ATS tasks: 1 still open",
        "Wed 11 Nov 08:15 operations: ATS tasks: 0 new, 1 due",
    ]
    assert letters(mailbox, "2026-10-07", PXM_AT) == [
        "Thu 12 Nov 08:15 PXM: ATS cases: 1 new, 0 due"
    ]
    assert year.cases() == [("P0001", "call-mentor", "open"), ("P0001", "replace-mentor", "open")]
    mailbox.received.clear()

    decide(year, "replace-mentor", Choice("withdraw"), "2026-11-12 13:00", approved_by="Kim")
    walk(year, "2026-11-12 14:00", "2026-12-04 12:00", portfolio=OBSERVED)

    assert letters(mailbox, "2026-11-12", ADA_AT, GRACE_AT, PXM_AT) == [
        "Thu 12 Nov 14:00 Ada: Confirming what we agreed",
        "Thu 12 Nov 14:00 Grace: Your mentoring has come to an end: thank you",
        "Fri 13 Nov 08:15 PXM: ATS cases: 1 closed",
    ]
    assert letters(mailbox, "2026-11-12", OPERATIONS_AT, about=DIGESTS) == [
        "Fri 13 Nov 08:15 operations: ATS tasks: 1 closed"
    ]
    assert year.cases() == [
        ("P0001", "call-mentor", "closed"),
        ("P0001", "replace-mentor", "closed"),
    ]
    assert break_a_limit(year) == []


@pytest.mark.parametrize("answered", range(len(RUNGS)))
def test_it_stops_the_moment_the_mentor_has_agreed(
    year: SmallCohort, mailbox: InMemoryMailbox, answered: int
) -> None:
    """Before the first rung, between any two, and after the last."""
    year.tick("2026-10-07 09:00")
    for day in RUNGS[:answered]:
        year.tick(f"{day} 09:00")
    mentors.accept(year.store, "P0001", now=at(f"{RUNGS[answered]} 08:00"), by="Jo")
    for day in RUNGS[answered:]:
        year.tick(f"{day} 09:00")

    ends = [line.partition(": ")[2] for line in rungs(year, LADDER)]
    went = ["sent", "sent", "sent", "case-opened", "case-opened"][:answered]
    assert ends == went + ["skipped (condition-met)"] * (5 - answered)
    subjects = letters(mailbox, "2026-10-07", GRACE_AT, about="Your answer about mentoring")
    assert len(subjects) == min(answered, 2)
    assert {state for _, _, state in year.cases()} <= {"closed"}
    assert len(year.cases()) == went.count("case-opened")


def test_a_no_ends_it_too_and_asks_the_participant_for_somebody_else(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    for day in ("2026-10-07", "2026-10-14"):
        year.tick(f"{day} 09:00")
    mentors.decline(year.store, "P0001", now=at("2026-10-15 10:00"), by="Jo")
    year.tick("2026-10-15 10:10")
    for day in RUNGS[1:]:
        year.tick(f"{day} 09:00")

    assert [line.partition(": ")[2] for line in rungs(year, LADDER)][1:].count("sent") == 0
    assert len(letters(mailbox, "2026-10-14", GRACE_AT)) == 1
    assert letters(mailbox, "2026-10-15", ADA_AT, about="Your mentor: can we help") != []
    assert not {kind for _, kind, _ in year.cases()} & {"call-mentor", "replace-mentor"}


def test_nobody_rings_or_decides_after_friday_noon(year: SmallCohort) -> None:
    """The call is due on Wednesday 4 November; a tick comes only on Friday afternoon."""
    for moment in ("2026-10-07 09:00", "2026-10-14 09:00", "2026-10-21 09:00", "2026-11-06 12:00"):
        year.tick(moment)
    assert year.cases() == []

    year.tick("2026-11-09 09:00")

    assert year.cases() == [("P0001", "call-mentor", "open")]
