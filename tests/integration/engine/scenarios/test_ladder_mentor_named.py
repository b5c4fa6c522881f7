"""No mentor is named: three e-mails, the last with names from the register; the PXM decides.

A mentor is to be named by Friday 6 November 2026.
"""

from __future__ import annotations

import pytest
from ladders import ADA_AT, DIGESTS, OPERATIONS_AT, PXM_AT, break_a_limit, decide, letters, rungs
from prologue import prologue
from small_cohort import ADA, GRACE, SmallCohort
from story import walk

from ats.cases.decisions import Choice
from ats.outbox.mailbox import InMemoryMailbox

#: What differs between databases is tested elsewhere; a story takes weeks of ticks.
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

LADDER = "chase-mentor-named"
OBSERVED = ("P0001,first-observation,complete,2026-10-12",)
STUCK = ("P0001,about-you,in-progress,2026-10-12",)
ABOUT = "Your mentor: can we help"


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, who has named nobody, at the end of October 2026."""
    cohort.enrol(ADA)
    cohort.join_links()
    cohort.go_live_unchecked()
    cohort.tick("2026-10-20 10:00")
    mailbox.received.clear()


def test_from_the_first_question_to_the_case_and_a_deferral(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """Ada is asked three times, then the PXM is told, and defers her."""
    walk(year, "2026-11-02 07:00", "2026-11-25 12:00", portfolio=OBSERVED)

    assert rungs(year, LADDER) == [
        "Tue 3 Nov 09:00 minus-3/1 to P0001: sent",
        "Tue 10 Nov 09:00 plus-2/1 to P0001: sent",
        "Tue 17 Nov 09:00 plus-7/1 to P0001: sent",
        "Tue 24 Nov 09:00 plus-12/1 to pxm: case-opened",
    ]
    assert letters(mailbox, "2026-11-02", ADA_AT) == [
        "Tue 3 Nov 09:00 Ada: Your mentor: can we help you find one?",
        "Tue 10 Nov 09:00 Ada: Your mentor: can we help you find one?",
        (
            "Wed 11 Nov 09:00 Ada: Wednesday 18 November, 16:30: "
            "From SWOT to your Personal Development Plan"
        ),
        (
            "Tue 17 Nov 09:00 Ada: Tomorrow, 16:30: "
            "From SWOT to your Personal Development Plan, with your link"
        ),
        "Tue 17 Nov 09:00 Ada: Your mentor: can we help you find one?",
        "Tue 24 Nov 09:00 Ada: Writing your PDP: five questions to start with",
    ]
    assert letters(mailbox, "2026-11-02", PXM_AT) == [
        "Wed 25 Nov 08:15 PXM: ATS cases: 1 new, 0 due"
    ]
    assert year.cases() == [("P0001", "no-mentor-named", "open")]
    mailbox.received.clear()

    decide(year, "no-mentor-named", Choice("defer"), "2026-11-25 13:00", approved_by="Kim")
    walk(year, "2026-11-25 14:00", "2026-12-18 12:00", portfolio=OBSERVED)

    assert letters(mailbox, "2026-11-25", ADA_AT, PXM_AT) == [
        "Wed 25 Nov 14:00 Ada: Confirming what we agreed",
        "Thu 26 Nov 08:15 PXM: ATS cases: 1 closed",
    ]
    assert year.cases() == [("P0001", "no-mentor-named", "closed")]
    assert letters(mailbox, "2026-11-02", OPERATIONS_AT, about=DIGESTS) == []
    assert break_a_limit(year) == []


@pytest.mark.parametrize(
    ("named", "asked", "case"),
    [
        ("2026-11-02 12:00", 0, False),
        ("2026-11-09 12:00", 1, False),
        ("2026-11-16 12:00", 2, False),
        ("2026-11-23 12:00", 3, False),
        ("2026-11-25 12:00", 3, True),
    ],
)
def test_it_stops_the_moment_somebody_is_named(
    year: SmallCohort, mailbox: InMemoryMailbox, named: str, asked: int, *, case: bool
) -> None:
    year.export("2026-10-20", *OBSERVED, now="2026-10-20 11:00")
    days = ("2026-11-03", "2026-11-10", "2026-11-11", "2026-11-17", "2026-11-24", "2026-11-26")
    for day in (day for day in days if day < named):
        year.tick(f"{day} 09:00")
    year.enrol(ADA + GRACE, now=named)
    for day in (day for day in days if day > named):
        year.tick(f"{day} 09:00")

    ends = [line.partition(": ")[2] for line in rungs(year, LADDER)]
    assert ends == ["sent"] * asked + ["skipped (condition-met)"] * (3 - asked) + (
        ["case-opened"] if case else ["skipped (condition-met)"]
    )
    assert len(letters(mailbox, "2026-11-02", ADA_AT, about=ABOUT)) == asked
    about = [one for one in year.cases() if one[1] == "no-mentor-named"]
    assert about == ([("P0001", "no-mentor-named", "closed")] if case else [])


def test_two_ladders_of_one_person_keep_the_cap_and_the_gap(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """The nudge of Thursday 12 November is the third of its week: it waits, and joins the other."""
    walk(year, "2026-11-02 07:00", "2026-11-25 12:00", portfolio=STUCK)

    assert rungs(year, "chase-milestone", about="first-observation/minus-6") == [
        "Tue 17 Nov 09:00 first-observation/minus-6/1 to P0001: sent"
    ]
    assert [line for line in rungs(year, LADDER) if "plus-7" in line] == [
        "Tue 17 Nov 09:00 plus-7/1 to P0001: merged"
    ]
    assert (
        "Tue 17 Nov 09:00 Ada: First observation: due on Friday 20 November, and one more thing"
        in (letters(mailbox, "2026-11-02", ADA_AT))
    )
    assert break_a_limit(year) == []


def test_the_case_waits_until_monday_if_nobody_looked_before_friday_noon(year: SmallCohort) -> None:
    for moment in ("2026-11-03 09:00", "2026-11-10 09:00", "2026-11-17 09:00", "2026-11-27 12:00"):
        year.tick(moment)
    assert year.cases() == []

    year.tick("2026-11-30 09:00")

    assert year.cases() == [("P0001", "no-mentor-named", "open")]
