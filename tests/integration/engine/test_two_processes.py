"""Several ticks at once, in processes of their own: nothing is sent twice, nothing is lost."""

import asyncio
import threading

from small_cohort import ADA, CROWD_ADDRESSES, GRACE, SmallCohort, at, message_ids, read, recipients
from ticking import SlowMailbox, at_once, begin

from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.smtp_url import SmtpAddress
from ats.people import mentors

NOWHERE = SmtpAddress("127.0.0.1", 9)
NOW = at("2026-09-03 09:00")


def test_two_ticks_at_once_send_nothing_twice_and_one_says_that_it_was_busy(
    crowd: SmallCohort,
) -> None:
    with SlowMailbox(0.02) as mailbox:
        told = at_once(crowd.office, mailbox.address, NOW, "tick", "tick")

        assert sorted(one["busy"] for one in told) == [False, True]
        (idle,) = [one for one in told if one["busy"]]
        assert {name: value for name, value in idle.items() if value} == {"busy": True}
        assert [one["sent"] for one in told if not one["busy"]] == [200]
        assert [one["errors"] for one in told] == [[], []]
        assert len(message_ids(mailbox)) == len(set(message_ids(mailbox))) == 200
        assert recipients(mailbox) == CROWD_ADDRESSES
        assert crowd.tick("2026-09-03 09:00").sent == 0


def test_a_tick_and_a_delivery_at_once_send_nothing_twice(crowd: SmallCohort) -> None:
    crowd.address = NOWHERE
    assert crowd.tick("2026-09-03 09:00").queued == 200
    with SlowMailbox(0.02) as mailbox:
        told = at_once(crowd.office, mailbox.address, NOW, "tick", "deliver", "deliver")

        assert [one["errors"] for one in told] == [[], [], []]
        assert sum(one["sent"] for one in told) == 200
        assert len(message_ids(mailbox)) == len(set(message_ids(mailbox))) == 200
        assert recipients(mailbox) == CROWD_ADDRESSES
        assert {one.status for one in crowd.messages()} == {"sent"}


def test_four_ticks_at_once_with_a_quick_mail_server_send_nothing_twice(
    crowd: SmallCohort,
) -> None:
    with SlowMailbox(0.0) as mailbox:
        told = at_once(crowd.office, mailbox.address, NOW, "tick", "tick", "tick", "tick")

        assert sum(one["sent"] for one in told) == 200
        assert len(set(message_ids(mailbox))) == len(message_ids(mailbox)) == 200


def test_a_message_put_off_while_a_tick_stages_another_for_the_same_day_is_not_lost(
    cohort: SmallCohort,
) -> None:
    cohort.enrol(ADA + GRACE)
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2026-10-08 09:00")
    mentors.accept(cohort.store, "P0001", now=at("2026-10-08 15:00"), by="Jo")
    cohort.tick("2026-11-10 09:00")
    cohort.address = NOWHERE
    cohort.tick("2026-11-12 09:00")  # webinar-2 a week ahead, a day late; the nudge lacks data
    assert cohort.outcomes("webinar-week-ahead")["webinar-2/1 to P0001"] == "queued"
    greylisting = {"RCPT ada@harbour.example": ["450 4.2.0 come back later"]}
    with GatedMailbox() as slow, InMemoryMailbox(greylisting) as mailbox:
        worker = begin(cohort.office, slow.address, at("2026-11-12 09:10"), job="deliver")
        slow.arrived.wait()
        cohort.export("2026-11-12", "P0001,about-you,in-progress,2026-11-05")
        cohort.address = mailbox.address
        cohort.tick("2026-11-12 09:20")  # stages the nudge, which is put off as well
        slow.answer.set()
        worker.join(60)

        assert worker.exitcode == 0
        cohort.tick("2026-11-12 11:00")

        assert {one.status for one in cohort.messages()} == {"sent"}
        subjects = [str(read(one)["Subject"]) for one in mailbox.received]
        assert len([one for one in subjects if "SWOT" in one]) == 1
        assert len([one for one in subjects if one.startswith("First observation")]) == 1


class GatedMailbox(InMemoryMailbox):
    """A mail server that reads a message, waits for *answer*, and then puts it off."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived, self.answer = threading.Event(), threading.Event()

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 (aiosmtpd's name)
        self.arrived.set()
        await asyncio.to_thread(self.answer.wait, 60)
        return "451 4.3.0 try again later"
