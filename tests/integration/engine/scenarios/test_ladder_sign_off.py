"""The sign-off does not come: two reminders, a call, a case; it goes on, and then it comes.

It is due on Tuesday 28 September 2027, six working days before the submission.
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

LADDER = "chase-sign-off"
SECTIONS = (
    "first-observation",
    "about-you",
    "self-assessment",
    "pdp",
    "reflective-diary",
    "coaching",
    "impact-project",
    "cpd-log",
    "final-observation",
)
READY = tuple(f"P0001,{section},complete,2027-09-03" for section in SECTIONS)
RUNGS = ("2027-09-21", "2027-09-23", "2027-09-29", "2027-09-30", "2027-10-01")


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, whose portfolio is ready but for Grace's sign-off, in September 2027."""
    cohort.enrol(ADA + GRACE)
    cohort.join_links()
    cohort.go_live_unchecked()
    cohort.tick("2026-10-07 09:00")
    mentors.accept(cohort.store, "P0001", now=at("2026-10-14 10:00"), by="Jo")
    cohort.export("2027-09-06", *READY)
    cohort.tick("2027-09-08 09:00")
    mailbox.received.clear()


def sign(year: SmallCohort, now: str) -> None:
    mentors.sign_off(year.store, "P0001", now=at(now), by="Jo", reason="technical")


def test_from_the_request_to_the_case_and_the_sign_off(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """Nobody but Grace is asked; the PXM has it go on as before, and the sign-off comes."""
    walk(year, "2027-09-09 07:00", "2027-10-01 12:00", portfolio=READY)

    assert rungs(year, LADDER) == [
        "Tue 21 Sep 09:00 M0001/minus-11/1 to M0001: sent",
        "Thu 23 Sep 09:00 M0001/minus-9/1 to M0001: sent",
        "Wed 29 Sep 09:00 M0001/minus-5/1 to operations: case-opened",
        "Thu 30 Sep 09:00 M0001/minus-4/1 to pxm: case-opened",
    ]
    assert letters(mailbox, "2027-09-09", ADA_AT, GRACE_AT) == [
        "Fri 10 Sep 09:00 Grace: ATS sign-off: please confirm by Tuesday 28 September",
        "Tue 21 Sep 09:00 Grace: ATS sign-off: Tuesday 28 September is the day",
        "Thu 23 Sep 09:00 Grace: ATS sign-off: Tuesday 28 September is the day",
        "Wed 29 Sep 09:00 Ada: ATS submission closes on Wednesday 6 October at 17:00",
    ]
    assert letters(mailbox, "2027-09-09", OPERATIONS_AT, PXM_AT, about=DIGESTS) == [
        "Thu 30 Sep 08:15 operations: ATS tasks: 1 new, 0 due",
        "Fri 1 Oct 08:15 PXM: ATS cases: 1 new, 0 due",
    ]
    mailbox.received.clear()

    decide(year, "sign-off-missing", Choice("continue"), "2027-10-01 13:00")
    year.tick("2027-10-01 13:10")
    assert year.cases() == [
        ("P0001", "call-mentor-sign-off", "open"),
        ("P0001", "sign-off-missing", "closed"),
    ]
    sign(year, "2027-10-04 07:30")
    walk(year, "2027-10-04 07:40", "2027-10-06 12:00", portfolio=READY)

    assert letters(mailbox, "2027-10-01", ADA_AT, GRACE_AT) == [
        "Tue 5 Oct 09:00 Ada: ATS submission closes on Wednesday 6 October at 17:00"
    ]
    assert letters(mailbox, "2027-10-01", OPERATIONS_AT, PXM_AT, about=DIGESTS) == [
        "Mon 4 Oct 08:15 PXM: ATS cases: 1 closed",
        "Mon 4 Oct 08:15 operations: ATS tasks: 1 closed",
    ]
    assert {state for _, _, state in year.cases()} == {"closed"}
    assert break_a_limit(year) == []


@pytest.mark.parametrize("signed", range(len(RUNGS)))
def test_it_stops_the_moment_the_mentor_has_signed(
    year: SmallCohort, mailbox: InMemoryMailbox, signed: int
) -> None:
    year.tick("2027-09-10 09:00")
    for day in RUNGS[:signed]:
        year.tick(f"{day} 09:00")
    sign(year, f"{RUNGS[signed]} 08:00")
    for day in RUNGS[signed:]:
        year.tick(f"{day} 09:00")

    went = ["sent", "sent", "case-opened", "case-opened"][:signed]
    ends = [line.partition(": ")[2] for line in rungs(year, LADDER)]
    assert ends == went + ["skipped (condition-met)"] * (4 - signed)
    assert len(letters(mailbox, "2027-09-11", GRACE_AT, about="ATS sign-off")) == min(signed, 2)
    assert [state for _, _, state in year.cases()] == ["closed"] * went.count("case-opened")


def test_nobody_is_rung_about_what_was_never_asked(cohort: SmallCohort) -> None:
    """A mentor who has not agreed is asked for no sign-off; the PXM has a case all the same."""
    cohort.enrol(ADA + GRACE)
    cohort.go_live_unchecked()
    cohort.tick("2026-10-07 09:00")
    cohort.tick("2027-09-08 09:00")
    for day in RUNGS:
        cohort.tick(f"{day} 09:00")

    assert rungs(cohort, LADDER)[-1:] == ["Thu 30 Sep 09:00 M0001/minus-4/1 to pxm: case-opened"]
    assert ("P0001", "call-mentor-sign-off", "open") not in cohort.cases()


def test_the_case_waits_until_monday_if_nobody_looked_before_friday_noon(year: SmallCohort) -> None:
    for day in ("2027-09-10", "2027-09-21", "2027-09-23", "2027-09-29"):
        year.tick(f"{day} 09:00")
    year.tick("2027-10-01 12:00")
    assert [kind for _, kind, _ in year.cases()] == ["call-mentor-sign-off"]

    year.tick("2027-10-04 09:00")

    assert [kind for _, kind, _ in year.cases()] == ["call-mentor-sign-off", "sign-off-missing"]
