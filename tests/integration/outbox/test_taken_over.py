"""What is under way stays ours; and what is true when another has taken it over all the same."""

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from scripted_server import HANG, Act, Late, ScriptedServer
from sending import NOW, Desk

from ats.outbox import leases, results
from ats.records import models as m

ELSEWHERE = "another-machine/1234abcd:4711:99.1"
MINUTE = dt.timedelta(minutes=1)


@contextlib.contextmanager
def meanwhile(
    desk: Desk, server: ScriptedServer, do: Callable[[m.Message], None], *, which: int = 0
) -> Iterator[None]:
    """Do this to a message (the first) while the first waits for the server's answer."""

    def wait_and_do() -> None:
        while not any(line.startswith("DATA") for line in server.heard):
            time.sleep(0.01)
        time.sleep(0.1)
        with desk.store.write() as session:
            do(session.get_one(m.Message, desk.messages()[which].id))

    other = threading.Thread(target=wait_and_do)
    other.start()
    yield
    other.join()


def taken_over(message: m.Message) -> None:
    message.lease_owner, message.lease_until = ELSEWHERE, leases.real_now() + MINUTE


def unsure(message: m.Message) -> None:
    message.status, message.lease_owner, message.lease_until = "queued", None, None
    message.attempts, message.unsure, message.next_attempt_at = 1, 1, NOW + MINUTE


def parked(message: m.Message) -> None:
    unsure(message)
    message.status = "parked"


def sent_elsewhere(message: m.Message) -> None:
    unsure(message)
    message.status, message.sent_at, message.next_attempt_at = "sent", NOW - MINUTE, None


def standing(desk: Desk) -> tuple[Any, ...]:
    first = desk.messages()[0]
    return (first.status, first.lease_owner, first.unsure)


@pytest.mark.parametrize("happens", [taken_over, unsure, parked])
def test_what_was_accepted_is_sent_whoever_has_it_now(
    four: Desk, happens: Callable[[m.Message], None]
) -> None:
    with ScriptedServer({"BODY": [Late(0.5)]}) as server, meanwhile(four, server, happens):
        told = four.dispatch(server.address, pool=1)

    assert (told.sent, told.errors, len(server.arrived)) == (4, [], 4)
    assert standing(four)[:2] == ("sent", None)
    assert set(four.rows()) == {("sent", None)}


@pytest.mark.parametrize(
    ("happens", "act", "stays"),
    [
        (sent_elsewhere, Late(0.5), ("sent", None, 1)),
        (taken_over, Late(0.5, "451 4.3.0 later"), ("claimed", ELSEWHERE, 0)),
        (taken_over, Late(0.5, "550 5.1.1 no such user"), ("claimed", ELSEWHERE, 0)),
        (unsure, Late(0.5, "550 5.1.1 no such user"), ("queued", None, 1)),
    ],
    ids=["sent", "put-off", "refused", "refused-and-unsure"],
)
def test_any_other_answer_is_noted_and_left_to_who_has_it(
    four: Desk, happens: Callable[[m.Message], None], act: Act, stays: tuple[Any, ...]
) -> None:
    with ScriptedServer({"BODY": [act]}) as server, meanwhile(four, server, happens):
        told = four.dispatch(server.address, pool=1)

    assert (told.sent, told.failed) == (3, 0)
    assert standing(four) == stays
    assert len(four.attempts()) == 4
    assert four.suppressed() == []
    if happens is sent_elsewhere:
        assert four.messages()[0].sent_at == NOW - MINUTE


def test_what_never_went_and_was_taken_over_is_not_given_back(four: Desk) -> None:
    script = {"BODY": [Late(0.5, "421 4.3.2 closing")]}
    with ScriptedServer(script) as server, meanwhile(four, server, taken_over, which=1):
        four.dispatch(server.address, pool=1)
    statuses = [message.status for message in four.messages()]
    assert statuses == ["queued", "claimed", "queued", "queued"]


def test_while_a_message_is_under_way_its_lease_is_renewed(
    four: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "RENEW_SECONDS", 0.1)

    def nearly_over(message: m.Message) -> None:
        message.lease_until = leases.real_now()

    def is_renewed() -> bool:
        until = four.messages()[0].lease_until
        return until is not None and until > leases.real_now() + leases.LEASE / 2

    with ScriptedServer({"BODY": [HANG]}) as server:
        sending = threading.Thread(target=lambda: four.dispatch(server.address, pool=1))
        with meanwhile(four, server, nearly_over):
            sending.start()
        wait_for(is_renewed)
    sending.join()


def test_no_more_is_claimed_than_the_rate_lets_go(
    forty: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ats.outbox.dispatch.AT_MOST_AHEAD", dt.timedelta(seconds=0.2))
    claimed = []

    with ScriptedServer() as server:
        sending = threading.Thread(target=lambda: forty.dispatch(server.address, rate=25.0))
        sending.start()
        while sending.is_alive():
            claimed.append(sum(one.status == "claimed" for one in forty.messages()))
        sending.join()

    assert {message.status for message in forty.messages()} == {"sent"}
    assert 1 <= max(claimed) <= 2 * 5


def wait_for(what: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not what():
        assert time.monotonic() < ends
        time.sleep(0.02)
