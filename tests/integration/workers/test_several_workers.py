"""Several workers deliver from one outbox: they share it, and one takes over from another."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter

import pytest
from installation import MESSAGES, POOL, Installation, Open, Told, end_of, kill

from ats.outbox.leases import real_now
from ats.records import models as m

NOW = "2026-09-03T09:10"
ON_SQLITE = pytest.mark.parametrize("queued", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("queued", ["postgresql"], indirect=True)


def all_went_well(told: list[Told]) -> bool:
    return all((one.code, one.said, one.document["errors"]) == (0, "", []) for one in told)


def copies(place: Installation) -> Counter[str]:
    """Return how often each message arrived, by Message-ID."""
    return Counter(one.rfc_id for one in place.sink.taken())


def everything_is_sent(place: Installation) -> bool:
    """Whether every message is recorded as sent, is nobody's, and arrived."""
    messages = place.messages()
    standing = {(one.status, one.lease_owner) for one in messages}
    return standing == {("sent", None)} and {one.rfc_id for one in messages} == set(copies(place))


@ON_POSTGRESQL
@pytest.mark.parametrize("number", [2, 3])
def test_workers_share_an_outbox_and_send_nothing_twice(open_place: Open, number: int) -> None:
    place = open_place(milliseconds=20)

    told = [end_of(worker) for worker in place.deliver(number, NOW)]

    assert all_went_well(told)
    assert everything_is_sent(place)
    assert set(copies(place).values()) == {1}
    shares = [one.document["sent"] for one in told]
    assert sum(shares) == MESSAGES
    assert min(shares) > 0


@ON_SQLITE
def test_on_sqlite_workers_wait_for_whoever_writes(open_place: Open) -> None:
    place = open_place()
    workers = place.ready(2, NOW)
    with place.store.write() as session:
        session.connection()  # nobody else can write now
        place.go(workers)
        time.sleep(1)
        assert place.sink.count() == 0

    told = [end_of(worker) for worker in workers]

    assert all_went_well(told)
    assert everything_is_sent(place)
    assert set(copies(place).values()) == {1}
    assert sum(one.document["sent"] for one in told) == MESSAGES


def test_what_a_killed_worker_held_goes_with_the_other_at_once(open_place: Open) -> None:
    place = open_place(milliseconds=20)
    killed, other = place.deliver(2, NOW)
    while place.sink.count() < 300 and killed.poll() is None:
        time.sleep(0.005)
    assert kill(killed)

    told = end_of(other)

    assert all_went_well([told])
    assert told.document["queued"] == 0
    assert everything_is_sent(place)
    assert sum(copies(place).values()) - MESSAGES <= POOL


def test_the_rate_holds_across_workers(open_place: Open) -> None:
    rate = 300.0
    place = open_place(ATS_SMTP_RATE=rate)
    workers = place.ready(2, NOW)
    first = real_now() + dt.timedelta(seconds=2)
    name = f"127.0.0.1:{place.sink.port}"
    with place.store.write() as session:
        session.add(m.MailServer(name=name, next_slot_at=first))
    place.go(workers)

    assert all_went_well([end_of(worker) for worker in workers])
    assert everything_is_sent(place)
    with place.store.read() as session:
        server = session.get_one(m.MailServer, name)
    # Each message has had a slot of its own, and none went before its slot.
    assert server.next_slot_at is not None
    assert server.next_slot_at >= first + dt.timedelta(seconds=(MESSAGES - 0.5) / rate)
    arrived = sorted(one.at for one in place.sink.taken())
    early = [
        number for number, at in enumerate(arrived) if at < first.timestamp() + number / rate - 0.01
    ]
    assert early == []
