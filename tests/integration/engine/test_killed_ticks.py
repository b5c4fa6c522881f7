"""A tick that is killed is completed by the next: nothing lost, at worst a few again."""

from collections import Counter
from collections.abc import Iterator

import pytest
from small_cohort import ADA, CROWD_ADDRESSES, GRACE, SmallCohort, at, message_ids, recipients
from ticking import POOL, Signal, SlowMailbox, begin, kill, until

from ats.outbox import journal
from ats.outbox.mailbox import HANG, InMemoryMailbox
from ats.outbox.results import RECORD_ROWS
from ats.people import mentors
from ats.records import models as m

NOW = at("2026-09-03 09:00")


def left_without_answer(cohort: SmallCohort) -> dict[str, m.Message]:
    """Return the claimed messages that a journal says to have left, by recipient."""
    assert cohort.office.journals is not None
    noted = {one for path in cohort.office.journals.glob("*") for one in journal.read(path)}
    return {one.recipient: one for one in cohort.messages(status="claimed") if one.id in noted}


@pytest.mark.parametrize("number", [1, 40, 99, 130, 190])
def test_a_tick_killed_in_mid_delivery_is_completed_by_the_next(
    crowd: SmallCohort, number: int
) -> None:
    reached = Signal(number)
    with SlowMailbox(0.01, reached) as mailbox:
        worker = begin(crowd.office, mailbox.address, NOW)
        reached.wait()
        kill(worker)
        crowd.address = mailbox.address

        told = crowd.tick("2026-09-03 09:10")

        assert told.errors == []
        assert told.queued == 0
        assert sorted(set(recipients(mailbox))) == CROWD_ADDRESSES  # nothing is lost
        ids = Counter(message_ids(mailbox))
        assert len(ids) == 200  # what came twice came under the same Message-ID
        assert len(mailbox.received) - 200 <= POOL + RECORD_ROWS
        assert max(ids.values()) <= 2
        assert crowd.tick("2026-09-03 09:20").sent == 0
        assert set(crowd.ledger("outcome", step="agenda-published")) == {("sent",)}
        assert {(one.status, one.lease_owner) for one in crowd.messages()} == {("sent", None)}


@pytest.fixture(params=["CONNECT", "RCPT", "."])
def hanging(request: pytest.FixtureRequest) -> Iterator[InMemoryMailbox]:
    """A mail server that stops answering at one point of the conversation."""
    with InMemoryMailbox({request.param: HANG}) as mailbox:
        yield mailbox


def test_a_tick_killed_while_it_waits_for_an_answer_is_completed_by_the_next(
    crowd: SmallCohort, hanging: InMemoryMailbox, mailbox: InMemoryMailbox
) -> None:
    worker = begin(crowd.office, hanging.address, NOW)
    until(lambda: bool(crowd.messages(status="claimed")))
    kill(worker)
    staged = {one.recipient: one.rfc_id for one in crowd.messages()}

    crowd.address = mailbox.address
    told = crowd.tick("2026-09-03 09:10")

    assert (told.sent, told.queued, told.errors) == (200, 0, [])
    assert recipients(mailbox) == CROWD_ADDRESSES
    assert {one.recipient: one.rfc_id for one in crowd.messages()} == staged
    assert sorted(message_ids(mailbox)) == sorted(staged.values())


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.15, 0.3])
def test_a_tick_killed_while_it_plans_is_completed_by_the_next(
    crowd: SmallCohort, mailbox: InMemoryMailbox, seconds: float
) -> None:
    worker = begin(crowd.office, mailbox.address, NOW)
    until(crowd.is_leased)
    worker.join(seconds)
    kill(worker, may_have_ended=True)
    crowd.address = mailbox.address

    crowd.tick("2026-09-03 09:10")

    assert sorted(set(recipients(mailbox))) == CROWD_ADDRESSES
    assert len(set(message_ids(mailbox))) == 200
    assert len(mailbox.received) - 200 <= POOL + RECORD_ROWS
    assert crowd.tick("2026-09-03 09:20").sent == 0


def test_what_may_have_left_before_the_kill_keeps_its_message_id_over_night(
    crowd: SmallCohort,
) -> None:
    reached = Signal(40)
    with SlowMailbox(0.01, reached) as mailbox:
        worker = begin(crowd.office, mailbox.address, at("2026-09-03 17:55"))
        reached.wait()
        kill(worker)
        crowd.address = mailbox.address

        left = len(mailbox.received)
        crowd.tick("2026-09-03 18:05")  # out of hours by now: it records what was answered
        assert len(mailbox.received) == left
        crowd.tick("2026-09-04 09:00")

        ids = Counter(message_ids(mailbox))
        by_person = Counter(recipients(mailbox))
        assert sorted(by_person) == CROWD_ADDRESSES
        twice = [address for address, times in by_person.items() if times > 1]
        assert len(twice) <= POOL + RECORD_ROWS
        assert len(ids) == 200  # never under another Message-ID
        assert set(crowd.ledger("outcome", step="agenda-published")) == {("sent",)}


def test_what_may_have_left_before_a_pause_keeps_its_message_id(crowd: SmallCohort) -> None:
    reached = Signal(40)
    with SlowMailbox(0.01, reached) as mailbox:
        worker = begin(crowd.office, mailbox.address, NOW)
        reached.wait()
        kill(worker)
        left = len(mailbox.received)
        crowd.address = mailbox.address
        crowd.pause("2026-09-03 09:05")

        crowd.tick("2026-09-03 09:10")  # it only records what was answered
        assert len(mailbox.received) == left
        crowd.resume("2026-09-03 12:00")
        crowd.tick("2026-09-03 12:10")

        assert sorted(set(recipients(mailbox))) == CROWD_ADDRESSES
        assert len(set(message_ids(mailbox))) == 200
        assert len(mailbox.received) - 200 <= POOL + RECORD_ROWS


def test_what_may_have_left_takes_no_further_rows(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA + GRACE)
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2026-10-08 09:00")
    mentors.accept(cohort.store, "P0001", now=at("2026-10-08 15:00"), by="Jo")
    cohort.tick("2026-11-10 09:00")
    mailbox.received.clear()
    with InMemoryMailbox({".": [None, HANG, HANG]}) as hanging:
        # webinar-2 a week ahead, a day late; the nudge about the observation lacks fresh data
        worker = begin(cohort.office, hanging.address, at("2026-11-12 09:00"))
        until(lambda: "P0001" in left_without_answer(cohort))
        kill(worker)
    left = left_without_answer(cohort)["P0001"]
    cohort.export("2026-11-12", "P0001,about-you,in-progress,2026-11-05")

    cohort.tick("2026-11-12 09:20")  # now the nudge may go, to the same person on the same day

    # Who has the first already would take a second under its Message-ID for the same e-mail.
    assert cohort.ledger("step", "outcome", message_id=left.id) == [("webinar-week-ahead", "sent")]
    assert cohort.outcomes("chase-milestone") == {"first-observation/minus-6/1 to P0001": "sent"}
    assert recipients(mailbox).count("ada@harbour.example") == 2
    assert message_ids(mailbox).count(left.rfc_id) == 1
