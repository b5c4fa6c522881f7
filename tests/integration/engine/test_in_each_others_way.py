"""A plan and a delivery of one cohort at the same time, each in need of what the other has."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from small_cohort import ADA, BEN, CAT, CODE, SmallCohort, at, recipients
from sqlmodel import Session

from ats import engine
from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.retest import Retest
from ats.outbox.smtp_url import SmtpAddress
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again
from ats.tally import Tally


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_they_do_not_stop_each_other(
    cohort: SmallCohort, mailbox: InMemoryMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim has Ada's message and wants her next due moment; the plan the other way round."""
    cohort.enrol(ADA, BEN, CAT)
    cohort.go_live()
    cohort.address = SmtpAddress("127.0.0.1", 9)
    cohort.tick("2026-09-02 11:00")
    people = cohort.enrolments()
    with cohort.store.write() as session:  # Cat's turn comes later
        session.get_one(m.Enrolment, people["P0003"].id).next_due_at = at("2027-01-01 09:00")
    cohort.tick("2026-09-03 09:00")
    with cohort.store.write() as session:
        key = "ada@harbour.example"
        session.add(m.Suppression(email_key=key, reason="refused", at=at("2026-09-03 09:02")))
        for ref in ("P0001", "P0003"):
            look_again(session, people[ref].id or 0)
    cohort.address = mailbox.address
    has_message, has_people = threading.Event(), threading.Event()
    context, lock = Retest.context, gather.lock

    def wait_and_retest(self: Retest, *args: Any) -> Any:
        if not has_message.is_set():
            has_message.set()
            has_people.wait(20)
        return context(self, *args)

    def lock_and_tell(session: Session, enrolments: Sequence[int]) -> None:
        lock(session, enrolments)
        has_people.set()

    monkeypatch.setattr(Retest, "context", wait_and_retest)
    monkeypatch.setattr(gather, "lock", lock_and_tell)
    delivered: list[Tally] = []

    def deliver() -> None:
        delivered.append(engine.deliver(cohort.office, [CODE], now=at("2026-09-03 09:05")))

    delivering = threading.Thread(target=deliver)
    delivering.start()
    assert has_message.wait(20)
    planned = cohort.tick("2026-09-03 09:05")
    delivering.join()

    assert (planned.errors, delivered[0].errors) == ([], [])
    cohort.tick("2026-09-03 09:10")
    assert recipients(mailbox) == ["ben@harbour.example", "cat@valley.example"]
    assert cohort.outcomes("agenda-published") == {
        "1 to P0001": "skipped: suppressed",
        "1 to P0002": "sent",
        "1 to P0003": "sent",
    }
