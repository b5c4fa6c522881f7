"""From the moment somebody has left nothing goes to them or about them, queued mail included."""

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CODE, GRACE, SmallCohort, at, read, recipients
from sqlalchemy import select

from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.smtp_url import SmtpAddress
from ats.records import gather
from ats.records import models as m
from ats.records.models import EPOCH

NOWHERE = SmtpAddress("127.0.0.1", 9)


@prologue
def queued(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada with Grace, and Ben; on Wed 7 October at 09:00 everything due is queued."""
    cohort.enrol(ADA + GRACE, BEN)
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2026-10-02 09:00")
    cohort.tick("2026-10-05 10:00")
    mailbox.received.clear()
    cohort.address = NOWHERE
    cohort.tick("2026-10-07 09:00")
    cohort.address = mailbox.address


@pytest.mark.parametrize("status", ["withdrawn", "deferred"])
def test_mail_that_is_queued_is_cancelled_with_the_reason(
    queued: SmallCohort, mailbox: InMemoryMailbox, status: str
) -> None:
    with queued.store.write() as session:
        ada = session.get_one(m.Enrolment, queued.enrolments()["P0001"].id)
        ada.status, ada.left_at, ada.next_due_at = status, at("2026-10-07 09:05"), EPOCH

    queued.tick("2026-10-07 09:10")

    to_ada = [str(read(one)["Subject"]) for one in mailbox.received if "ada@" in one.recipient]
    assert set(recipients(mailbox)) == {"ben@harbour.example", "ada@harbour.example"}
    assert to_ada == ["Confirming what we agreed"]
    assert queued.outcomes("webinar-tomorrow", about="P0001") == {
        "webinar-1/1 to P0001": f"cancelled: {status}"
    }
    assert queued.outcomes("mentor-request", about="P0001") == {
        "M0001/1 to M0001": f"cancelled: {status}"
    }
    assert not queued.messages(status="queued")


def test_silence_stops_what_is_queued_to_them_and_about_them(
    queued: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    with queued.store.write() as session:
        ada = queued.enrolments()["P0001"].id
        now = at("2026-10-07 09:05")
        session.add(m.Overlay(enrolment_id=ada, kind="silence", recorded_at=now, recorded_by="Jo"))
        session.get_one(m.Enrolment, ada).next_due_at = EPOCH

    queued.tick("2026-10-07 09:10")
    for day in range(8, 31):
        queued.tick(f"2026-10-{day:02} 09:00")

    people = {one for one in recipients(mailbox) if not one.startswith("op")}
    assert people == {"ben@harbour.example"}


def test_a_closed_cohort_sends_nothing_even_when_it_is_named(
    queued: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    with queued.store.write() as session:
        gather.cohort_named(session, CODE).status = "closed"
        for one in session.execute(select(m.Enrolment)).scalars():
            one.next_due_at = EPOCH

    queued.tick("2026-10-07 09:10")
    queued.tick("2026-10-13 09:00")

    assert mailbox.received == []
