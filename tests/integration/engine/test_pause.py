"""The stop button: from that moment nothing of the cohort goes, and nothing is lost."""

import threading
from collections.abc import Callable

import pytest
from aiosmtpd.smtp import Envelope, Session
from small_cohort import ADA, BEN, CODE, GRACE, SmallCohort, at, message_ids, recipients

from ats import engine
from ats.errors import Refused
from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.smtp_url import SmtpAddress

MANY = [f"2026-10,P{n:04},Pat,No{n},p{n}@x.example,X,england,2026-10-05" for n in range(250)]


class Interrupting(InMemoryMailbox):
    """A mail server that does something as it accepts a certain message."""

    def __init__(self, at_message: int, act: Callable[[], object]) -> None:
        super().__init__()
        self.at_message, self.act = at_message, act

    async def handle_DATA(self, server: object, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        reply: str = await super().handle_DATA(server, session, envelope)  # type: ignore[arg-type]
        if len(self.received) == self.at_message:
            acting = threading.Thread(target=self.act)
            acting.start()
            acting.join()
        return reply


def test_a_paused_cohort_sends_nothing_and_goes_on_when_it_is_resumed(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA + GRACE, BEN)
    cohort.go_live()
    cohort.tick("2026-09-03 09:00")
    cohort.tick("2026-10-05 09:50")
    mailbox.received.clear()
    cohort.pause("2026-10-05 09:55")

    told = [cohort.tick("2026-10-05 10:00"), cohort.tick("2026-10-05 10:10")]

    assert [(one.sent, one.queued, one.errors) for one in told] == [(0, 0, [])] * 2
    assert mailbox.received == []
    assert set(cohort.outcomes("portfolio-issued").values()) == {"held: paused"}

    cohort.resume("2026-10-06 08:00")
    cohort.tick("2026-10-06 09:00")

    assert cohort.outcomes("portfolio-issued") == {"1 to P0001": "sent", "1 to P0002": "sent"}
    people = [one for one in recipients(mailbox) if not one.startswith("op")]
    assert people == ["ada@harbour.example", "ben@harbour.example"]


def test_what_was_queued_when_the_pause_came_does_not_go(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA, BEN)
    cohort.go_live()
    cohort.address = SmtpAddress("127.0.0.1", 9)
    assert cohort.tick("2026-09-03 09:00").queued == 2
    cohort.address = mailbox.address
    cohort.pause("2026-09-03 09:05")

    ticked = cohort.tick("2026-09-03 09:10")
    delivered = engine.deliver(cohort.office, [CODE], now=at("2026-09-03 09:10"))

    assert (ticked.sent, delivered.sent, mailbox.received) == (0, 0, [])
    assert set(cohort.outcomes("agenda-published").values()) == {"held: paused"}

    cohort.resume("2026-09-03 11:00")
    cohort.tick("2026-09-03 11:10")
    assert recipients(mailbox) == ["ada@harbour.example", "ben@harbour.example"]


def test_staff_mail_waits_as_well_and_nothing_of_it_is_lost(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA, BEN)
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2026-09-30 10:00")
    mailbox.received.clear()
    cohort.pause("2026-10-02 12:00")

    cohort.tick("2026-10-02 14:00")  # the hour of ops-week-ahead
    assert mailbox.received == []
    cohort.resume("2026-10-02 15:00")
    cohort.tick("2026-10-02 15:10")

    assert recipients(mailbox).count("operations@provider.example") == 1


def test_a_pause_reaches_what_is_claimed_and_has_not_begun(cohort: SmallCohort) -> None:
    cohort.enrol(*MANY)
    cohort.go_live_unchecked()
    with Interrupting(60, lambda: cohort.pause("2026-09-03 09:00")) as mailbox:
        cohort.address = mailbox.address

        told = cohort.tick("2026-09-03 09:00")

        assert 60 <= told.sent == len(mailbox.received) < 200  # two hundred were claimed
        assert (told.queued, told.held, told.errors) == (0, 250 - told.sent, [])
        held = cohort.ledger("outcome", "reason", step="agenda-published")
        assert held.count(("held", "paused")) == told.held

        cohort.resume("2026-09-03 10:00")
        assert cohort.tick("2026-09-03 10:10").sent == told.held
        assert (len(mailbox.received), len(set(message_ids(mailbox)))) == (250, 250)
        assert len(set(recipients(mailbox))) == 250


def test_a_pause_and_a_resume_are_refused_where_there_is_nothing_to_do(cohort: SmallCohort) -> None:
    with pytest.raises(Refused, match="is not paused"):
        cohort.resume("2026-09-03 10:00")
    cohort.pause("2026-09-03 10:00")
    with pytest.raises(Refused, match="is paused already"):
        cohort.pause("2026-09-03 10:10")


def test_a_trial_that_was_paused_resumes_as_a_trial(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA)
    cohort.pause("2026-09-03 08:00")
    cohort.resume("2026-09-03 08:30")

    cohort.tick("2026-09-03 09:00")

    assert cohort.standing().status == "trial"
    assert mailbox.received == []
