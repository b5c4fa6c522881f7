"""What all workers know of one mail server: its pace, and whether it answers."""

import datetime as dt
import threading

import pytest
from sqlalchemy import select

from ats.outbox.leases import real_now
from ats.outbox.mail_server import PAUSES, MailServer
from ats.outbox.result import Result
from ats.records import models as m
from ats.records.store import Store

NAME = "mail.example:25"
DOWN = Result("relay", 421, "4.3.2 busy", "connect")
SENT = Result("sent", 250, "2.0.0 kept", "answered")
BOUNDED = 5.0  # seconds that a loaded machine may take between two lines


def known(store: Store) -> m.MailServer:
    with store.read() as session:
        return session.execute(select(m.MailServer)).scalar_one()


def seconds(later: dt.datetime | None, earlier: dt.datetime | None) -> float:
    assert later is not None
    assert earlier is not None
    return (later - earlier).total_seconds()


def test_slots_are_spaced_by_the_rate_and_in_order(store: Store) -> None:
    slots = MailServer(NAME, 4.0).slots(store, 5)
    assert slots == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_two_workers_share_one_rate_and_no_slot_is_given_twice(store: Store) -> None:
    before = real_now()
    first = MailServer(NAME, 0.5).slots(store, 3)
    end = known(store).next_slot_at
    second = MailServer(NAME, 0.5).slots(store, 2)

    assert first == [0.0, 2.0, 4.0]
    assert 6.0 - BOUNDED <= second[0] <= 6.0
    assert second[1] - second[0] == pytest.approx(2.0)
    assert seconds(known(store).next_slot_at, end) == pytest.approx(4.0)
    assert 6.0 <= seconds(end, before) <= 6.0 + BOUNDED


def test_workers_at_the_same_instant_get_slots_one_after_the_other(store: Store) -> None:
    MailServer(NAME, 10.0).slots(store, 1)  # the row is there
    begins = known(store).next_slot_at
    MailServer(NAME, 10.0).slots(store, 1000)  # and far ahead of the clock
    waits: list[float] = []
    workers = [
        threading.Thread(target=lambda: waits.extend(MailServer(NAME, 10.0).slots(store, 5)))
        for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(waits) == 20
    assert seconds(known(store).next_slot_at, begins) >= 102.0 - 0.1
    assert seconds(known(store).next_slot_at, begins) <= 102.0 + BOUNDED


def test_time_that_nobody_used_is_not_saved_up(store: Store) -> None:
    MailServer(NAME, 1000.0).slots(store, 1)
    with store.write() as session:
        row = session.execute(select(m.MailServer)).scalar_one()
        row.next_slot_at = real_now() - dt.timedelta(hours=1)

    assert MailServer(NAME, 2.0).slots(store, 3) == [0.0, 0.5, 1.0]


def test_without_a_rate_everything_goes_at_once_and_nothing_is_written(store: Store) -> None:
    assert MailServer(NAME).slots(store, 3) == [0.0, 0.0, 0.0]
    assert MailServer(NAME, 5.0).slots(store, 0) == []
    with store.read() as session:
        assert session.execute(select(m.MailServer)).all() == []


def test_failures_are_counted_until_it_works_again(store: Store) -> None:
    server = MailServer(NAME)
    for failures, pause in enumerate([*PAUSES, PAUSES[-1]], start=1):
        before = real_now()
        with store.write() as session:
            server.learn(session, [DOWN])
        row = known(store)
        assert (row.failures, row.fault, row.answer) == (failures, "relay", "4.3.2 busy")
        assert pause <= seconds(row.closed_until, before) <= pause + BOUNDED
    with store.read() as session:
        assert MailServer(NAME).fault(session) == "relay"

    with store.write() as session:
        server.learn(session, [SENT])

    row = known(store)
    assert (row.failures, row.fault, row.answer) == (0, None, "")
    assert (row.failing_since, row.closed_until) == (None, None)
