"""Scenario 5, withdrawal: one confirmation, then silence; the mentor is told without the reason."""

from __future__ import annotations

import pytest
from small_cohort import ADA, BEN, GRACE, SmallCohort, at, read

from ats.errors import Refused
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors, participants
from ats.people.changing import Decision

AGREED = Decision(at("2026-11-23 10:00"), "Jo", "illness", "Sam")


@pytest.fixture
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> SmallCohort:
    """Ada, whose mentor Grace has agreed, and Ben, in November."""
    cohort.enrol(ADA + GRACE, BEN)
    cohort.join_links()
    cohort.go_live()
    cohort.tick_daily("2026-10-05", "2026-10-14")
    mentors.accept(cohort.store, "P0001", now=at("2026-10-14 10:00"), by="Jo")
    cohort.tick_daily("2026-10-15", "2026-11-22")
    mailbox.received.clear()
    return cohort


def said(mailbox: InMemoryMailbox) -> list[tuple[str, str]]:
    """Return (recipient, subject) of everything that came, but to staff, and forget it."""
    found = [(one.recipient, str(read(one)["Subject"])) for one in mailbox.received]
    mailbox.received.clear()
    return sorted(one for one in found if "provider" not in one[0])


def test_one_confirmation_each_and_then_silence(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    done = participants.withdraw(year.office, "P0001", AGREED, preview=False)
    year.tick("2026-11-23 10:10")

    assert said(mailbox) == [
        ("ada@harbour.example", "Confirming what we agreed"),
        ("grace@harbour.example", "Your mentoring has come to an end: thank you"),
    ]
    assert done.effect.stops
    year.tick_daily("2026-11-24", "2027-02-28")
    assert {recipient for recipient, _ in said(mailbox)} == {"ben@harbour.example"}
    assert year.outcomes("pdp-tip", about="P0001") == {"1 to P0001": "skipped: withdrawn"}


def test_the_reason_stands_in_the_trail_and_in_no_e_mail(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    participants.withdraw(year.office, "P0001", AGREED, preview=False)
    year.tick("2026-11-23 10:10")

    assert not any(b"illness" in one.data.lower() for one in mailbox.received)
    (trail,) = year.audit("withdrawn")
    assert (trail.by, trail.reason, trail.restricted) == ("Jo", "illness", True)


def test_a_preview_changes_nothing(year: SmallCohort, mailbox: InMemoryMailbox) -> None:
    looked = participants.withdraw(year.office, "P0001", AGREED, preview=True)
    year.tick("2026-11-23 10:10")

    assert (looked.applied, bool(looked.effect.stops)) == (False, True)
    assert year.enrolments()["P0001"].status == "active"
    assert said(mailbox) == []


@pytest.mark.parametrize("approver", [None, " ", "jo", "  JO "])
def test_somebody_else_has_to_approve(year: SmallCohort, approver: str | None) -> None:
    with pytest.raises(Refused):
        participants.withdraw(
            year.office, "P0001", Decision(AGREED.now, "Jo", "illness", approver), preview=False
        )
    assert year.enrolments()["P0001"].status == "active"
