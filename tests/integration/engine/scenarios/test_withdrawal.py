"""Scenario 5, withdrawal: one confirmation, then silence; the mentor is told without the reason."""

from __future__ import annotations

import pytest
from prologue import prologue
from quiet_office import without_staff_letters
from small_cohort import ADA, BEN, GRACE, SmallCohort, at, read
from sqlalchemy import delete
from story import story, walk

from ats.errors import Refused
from ats.office import Office
from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.smtp_url import SmtpAddress
from ats.people import mentors, participants
from ats.people.changing import Decision
from ats.records import models as m

AGREED = Decision(at("2026-11-23 10:00"), "Jo", "illness", "Sam")


@pytest.fixture
def example_office(example_office: Office) -> Office:
    return without_staff_letters(example_office)


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, whose mentor Grace has agreed, and Ben, in November."""
    cohort.enrol(ADA + GRACE, BEN)
    cohort.join_links()
    cohort.go_live()
    cohort.tick_daily("2026-10-05", "2026-10-14")
    mentors.accept(cohort.store, "P0001", now=at("2026-10-14 10:00"), by="Jo")
    cohort.tick_daily("2026-10-15", "2026-11-22")
    mailbox.received.clear()


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


def test_the_whole_story_ends_there(year: SmallCohort) -> None:
    """Whatever the year still had for them is accounted for, and none of it went."""
    participants.withdraw(year.office, "P0001", AGREED, preview=False)
    walk(year, "2026-11-23 10:10", "2027-10-20 18:00")

    assert story(year, "P0001", since="2026-11-17") == REST.split("\n")
    assert year.outcomes("enrolment-confirmed") == {"1 to P0001": "sent"}


def test_mail_that_is_queued_is_cancelled(year: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """The mail server was down when the tip fell due; they withdrew before it was back."""
    working, year.address = year.address, SmtpAddress("127.0.0.1", 9)  # nobody listens there
    year.tick("2026-11-24 09:00")
    assert year.outcomes("pdp-tip", about="P0001") == {"1 to P0001": "queued"}
    later = Decision(at("2026-11-24 09:30"), "Jo", "illness", "Sam")
    participants.withdraw(year.office, "P0001", later, preview=False)
    year.address = working
    with year.store.write() as session:  # the circuit breaker goes by the real clock
        session.execute(delete(m.MailServer))
    walk(year, "2026-11-24 10:00", "2026-11-25 18:00")

    assert year.outcomes("pdp-tip", about="P0001") == {"1 to P0001": "cancelled: withdrawn"}
    assert [pair for pair in said(mailbox) if pair[0] != "ben@harbour.example"] == [
        ("ada@harbour.example", "Confirming what we agreed"),
        ("grace@harbour.example", "Your mentoring has come to an end: thank you"),
    ]


REST = """\
2026-11-17 09:00 chase-mentor-named plus-7/1 skipped: condition-met
2026-11-17 09:00 mentor-first-discussion to M0001 sent
2026-11-17 09:00 webinar-tomorrow webinar-2/1 sent
2026-11-23 09:00 chase-milestone first-observation/two-overdue/1 to pxm skipped: withdrawn
2026-11-23 10:10 enrolment-confirmed sent
2026-11-23 10:10 mentor-stood-down M0001/1 to M0001 sent
2026-11-24 09:00 chase-mentor-named plus-12/1 to pxm skipped: withdrawn
2026-11-24 09:00 pdp-tip skipped: withdrawn
2026-11-25 09:00 chase-milestone first-observation/plus-3/1 skipped: withdrawn
2026-12-02 09:00 chase-milestone first-observation/plus-8-red/1 to pxm skipped: withdrawn
2026-12-02 09:00 chase-milestone first-observation/plus-8/1 skipped: withdrawn
2026-12-03 09:00 webinar-week-ahead q-and-a-1/1 skipped: withdrawn
2026-12-09 09:00 chase-milestone first-observation/plus-13/1 to operations skipped: withdrawn
2026-12-09 09:00 webinar-tomorrow q-and-a-1/1 skipped: withdrawn
2026-12-15 09:00 before-christmas skipped: withdrawn
2026-12-16 09:00 chase-milestone first-observation/plus-18/1 to pxm skipped: withdrawn
2027-01-07 09:00 chase-milestone pdp/minus-6/1 skipped: withdrawn
2027-01-18 09:00 chase-milestone pdp/two-overdue/1 to pxm skipped: withdrawn
2027-01-19 09:00 diary-habit skipped: withdrawn
2027-01-20 09:00 chase-milestone pdp/plus-3/1 skipped: withdrawn
2027-01-20 09:00 webinar-week-ahead webinar-3/1 skipped: withdrawn
2027-01-26 09:00 webinar-tomorrow webinar-3/1 skipped: withdrawn
2027-01-27 09:00 chase-milestone pdp/plus-8-red/1 to pxm skipped: withdrawn
2027-01-27 09:00 chase-milestone pdp/plus-8/1 skipped: withdrawn
2027-02-02 09:00 research-tip skipped: withdrawn
2027-02-03 09:00 chase-milestone pdp/plus-13/1 to operations skipped: withdrawn
2027-02-10 09:00 chase-milestone pdp/plus-18/1 to pxm skipped: withdrawn
2027-02-23 09:00 coaching-tip skipped: withdrawn
2027-03-09 09:00 towards-march skipped: withdrawn
2027-03-11 09:00 chase-milestone diary-and-coaching/minus-6/1 skipped: withdrawn
2027-03-22 09:00 chase-milestone diary-and-coaching/two-overdue/1 to pxm skipped: withdrawn
2027-03-24 09:00 chase-milestone diary-and-coaching/plus-3/1 skipped: withdrawn
2027-04-13 09:00 golden-thread-and-observation skipped: withdrawn
2027-04-15 09:00 chase-milestone diary-and-coaching/plus-8-red/1 to pxm skipped: withdrawn
2027-04-15 09:00 chase-milestone diary-and-coaching/plus-8/1 skipped: withdrawn
2027-04-22 09:00 chase-milestone diary-and-coaching/plus-13/1 to operations skipped: withdrawn
2027-04-22 09:00 webinar-week-ahead webinar-4/1 skipped: withdrawn
2027-04-28 09:00 webinar-tomorrow webinar-4/1 skipped: withdrawn
2027-04-29 09:00 chase-milestone diary-and-coaching/plus-18/1 to pxm skipped: withdrawn
2027-05-11 09:00 impact-tip skipped: withdrawn
2027-06-02 09:00 webinar-week-ahead webinar-5/1 skipped: withdrawn
2027-06-08 09:00 webinar-tomorrow webinar-5/1 skipped: withdrawn
2027-06-17 09:00 chase-milestone project-impact/minus-6/1 skipped: withdrawn
2027-06-28 09:00 chase-milestone project-impact/two-overdue/1 to pxm skipped: withdrawn
2027-06-29 09:00 summer-note skipped: withdrawn
2027-06-30 09:00 chase-milestone project-impact/plus-3/1 skipped: withdrawn
2027-07-07 09:00 chase-milestone project-impact/plus-8-red/1 to pxm skipped: withdrawn
2027-07-07 09:00 chase-milestone project-impact/plus-8/1 skipped: withdrawn
2027-09-02 09:00 webinar-week-ahead q-and-a-2/1 skipped: withdrawn
2027-09-07 09:00 autumn-return skipped: withdrawn
2027-09-08 09:00 chase-milestone project-impact/plus-13/1 to operations skipped: withdrawn
2027-09-08 09:00 webinar-tomorrow q-and-a-2/1 skipped: withdrawn
2027-09-09 09:00 chase-milestone final-observation/minus-6/1 skipped: withdrawn
2027-09-10 09:00 chase-mentor-named no-mentor/1 to pxm skipped: withdrawn
2027-09-15 09:00 chase-milestone project-impact/plus-18/1 to pxm skipped: withdrawn
2027-09-20 09:00 chase-milestone final-observation/two-overdue/1 to pxm skipped: withdrawn
2027-09-22 09:00 chase-milestone final-observation/plus-3/1 skipped: withdrawn
2027-09-29 09:00 chase-milestone final-observation/plus-8-red/1 to pxm skipped: withdrawn
2027-09-29 09:00 chase-milestone final-observation/plus-8/1 skipped: withdrawn
2027-09-29 09:00 chase-submission minus-5/1 skipped: withdrawn
2027-10-05 09:00 chase-submission minus-1/1 skipped: withdrawn
2027-10-07 09:00 chase-submission plus-1/1 to pxm skipped: withdrawn
2027-10-07 10:00 deadline-passed skipped: withdrawn"""


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


@pytest.mark.parametrize("approver", [None, " ", "jo", "  JO ", "Jó", "jo."])
def test_somebody_else_has_to_approve(year: SmallCohort, approver: str | None) -> None:
    with pytest.raises(Refused):
        participants.withdraw(
            year.office, "P0001", Decision(AGREED.now, "Jo", "illness", approver), preview=False
        )
    assert year.enrolments()["P0001"].status == "active"
