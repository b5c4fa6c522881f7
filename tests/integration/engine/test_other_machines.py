"""What processes of other machines hold is theirs until their lease has run out."""

import datetime as dt

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CODE, SmallCohort, message_ids, recipients
from sqlalchemy import select

from ats.outbox.leases import LEASE, real_now
from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.smtp_url import SmtpAddress
from ats.records import models as m

ELSEWHERE = "another-machine:4711:99"
MINUTE = dt.timedelta(minutes=1)


@prologue
def live(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    cohort.enrol(ADA, BEN)
    cohort.go_live()


def test_while_another_machine_plans_the_cohort_a_tick_says_that_it_is_busy(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    with live.store.write() as session:
        session.add(m.Lease(name=f"plan:{CODE}", owner=ELSEWHERE, until=real_now() + MINUTE))

    told = live.tick("2026-09-03 09:00")

    assert (told.busy, told.sent, told.errors) == (True, 0, [])
    assert mailbox.received == []


def test_when_its_lease_has_run_out_the_next_tick_goes_ahead(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    with live.store.write() as session:
        session.add(m.Lease(name=f"plan:{CODE}", owner=ELSEWHERE, until=real_now() - MINUTE))

    assert live.tick("2026-09-03 09:00").sent == 2
    assert not live.is_leased()


@pytest.mark.parametrize(("left", "sent"), [(LEASE, 1), (-MINUTE, 2)])
def test_a_message_that_another_machine_has_claimed_is_left_alone_until_its_lease_ends(
    live: SmallCohort, mailbox: InMemoryMailbox, left: dt.timedelta, sent: int
) -> None:
    live.address = SmtpAddress("127.0.0.1", 9)
    live.tick("2026-09-03 09:00")
    with live.store.write() as session:
        ada = session.execute(select(m.Message).where(m.Message.recipient == "P0001")).scalar_one()
        ada.status, ada.lease_owner, ada.lease_until = "claimed", ELSEWHERE, real_now() + left
        claimed = ada.rfc_id
    live.address = mailbox.address

    told = live.tick("2026-09-03 09:10")

    assert told.sent == len(recipients(mailbox)) == sent
    assert (claimed in message_ids(mailbox)) == (sent == 2)  # then under the same Message-ID


def test_a_tick_for_an_earlier_moment_does_no_harm(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    live.tick("2026-10-05 10:00")
    before = live.ledger("key", "outcome", "due_at")
    mailbox.received.clear()

    for moment in ("2026-10-05 09:50", "2026-10-01 09:00", "2026-09-02 10:00"):
        assert live.tick(moment).errors == []

    assert mailbox.received == []
    assert live.ledger("key", "outcome", "due_at") == before
