"""Nothing is submitted: two e-mails that fit both cases, then a case, and the PXM's release.

The submission closes on Wednesday 6 October 2027 at 17:00. An export comes every Monday.
"""

from __future__ import annotations

import pytest
from ladders import ADA_AT, DIGESTS, GRACE_AT, OPERATIONS_AT, PXM_AT, decide, letters, rungs
from prologue import prologue
from small_cohort import ADA, GRACE, SmallCohort, at
from story import walk
from test_ladder_sign_off import READY

from ats.cases.decisions import Choice
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors

#: What differs between databases is tested elsewhere; a story takes weeks of ticks.
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

LADDER = "chase-submission"
NEAR = "ATS submission closes on Wednesday 6 October at 17:00"


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, ready and signed off, two weeks before the submission."""
    cohort.enrol(ADA + GRACE)
    cohort.join_links()
    cohort.go_live_unchecked()
    cohort.tick("2026-10-07 09:00")
    mentors.accept(cohort.store, "P0001", now=at("2026-10-14 10:00"), by="Jo")
    cohort.export("2027-09-06", *READY)
    cohort.tick("2027-09-10 09:00")
    mentors.sign_off(cohort.store, "P0001", now=at("2027-09-13 10:00"), by="Jo", reason="technical")
    cohort.tick("2027-09-22 09:00")
    mailbox.received.clear()


def test_from_the_first_e_mail_to_the_case_and_the_release(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """The case waits for the export of Monday; the bad news for the PXM's word."""
    walk(year, "2027-09-23 07:00", "2027-10-12 12:00", portfolio=READY)

    assert rungs(year, LADDER) == [
        "Wed 29 Sep 09:00 minus-5/1 to P0001: sent",
        "Tue 5 Oct 09:00 minus-1/1 to P0001: sent",
        "Mon 11 Oct 09:00 plus-1/1 to pxm: case-opened",
    ]
    assert letters(mailbox, "2027-09-23", ADA_AT, GRACE_AT, PXM_AT) == [
        f"Wed 29 Sep 09:00 Ada: {NEAR}",
        f"Tue 5 Oct 09:00 Ada: {NEAR}",
        "Fri 8 Oct 08:15 PXM: ATS cases: 1 to release",
        "Mon 11 Oct 08:15 PXM: ATS cases: 1 to release",
        "Tue 12 Oct 08:15 PXM: ATS cases: 1 new, 0 due, 1 to release",
    ]
    assert year.cases() == [("P0001", "not-submitted", "open")]
    mailbox.received.clear()

    decide(year, "not-submitted", Choice("release"), "2027-10-12 13:00")
    walk(year, "2027-10-12 14:00", "2027-11-05 12:00", portfolio=READY)

    assert letters(mailbox, "2027-10-12", ADA_AT, GRACE_AT, PXM_AT) == [
        "Tue 12 Oct 14:00 Ada: Your ATS portfolio: your choices now",
        "Wed 13 Oct 08:15 PXM: ATS cases: 1 closed",
        "Wed 13 Oct 09:00 Grace: Thank you, with a letter for your CPD record",
    ]
    assert year.outcomes("deadline-passed") == {"1 to P0001": "sent"}
    assert letters(mailbox, "2027-09-23", OPERATIONS_AT, about=DIGESTS) == []
    assert year.cases() == [("P0001", "not-submitted", "closed")]


@pytest.mark.parametrize(
    ("submitted", "went", "has_case"),
    [
        ("2027-09-24", 0, False),  # shown on Monday 27 September
        ("2027-10-01", 1, False),
        ("2027-10-06", 2, False),  # shown on Monday 11 October, before the case may open
        ("2027-10-13", 2, True),  # late, in the words of the PXM; it closes by itself
    ],
)
def test_it_stops_the_moment_an_export_shows_it_submitted(
    year: SmallCohort, mailbox: InMemoryMailbox, submitted: str, went: int, *, has_case: bool
) -> None:
    portfolio = (*READY, f"P0001,submission,complete,{submitted}")

    walk(year, "2027-09-23 07:00", "2027-10-19 12:00", portfolio=portfolio)

    ends = [line.partition(": ")[2] for line in rungs(year, LADDER)]
    last = "case-opened" if has_case else "skipped (submitted)"
    assert ends == ["sent"] * went + ["skipped (submitted)"] * (2 - went) + [last]
    assert len(letters(mailbox, "2027-09-23", ADA_AT, about=NEAR)) == went
    assert year.cases() == ([("P0001", "not-submitted", "closed")] if has_case else [])
    received = letters(mailbox, "2027-09-23", ADA_AT, about="We have received")
    assert len(received) == 1
    assert year.outcomes("deadline-passed")["1 to P0001"].startswith("skipped: ")


def test_the_case_does_not_open_on_a_friday_afternoon(year: SmallCohort) -> None:
    year.tick("2027-10-05 09:00")
    year.export("2027-10-08", *READY)
    year.tick("2027-10-08 12:00")
    assert year.cases() == []

    year.tick("2027-10-11 09:00")

    assert year.cases() == [("P0001", "not-submitted", "open")]
