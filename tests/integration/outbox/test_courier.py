"""The courier: a thread with connections; messages in, results out."""

import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from scripted_server import DROP, HANG, Late, ScriptedServer

from ats.outbox.batch import Done, Outgoing
from ats.outbox.courier import Courier
from ats.outbox.deliver import Result
from ats.outbox.smtp_url import SmtpAddress, Timeouts

TIMES = Timeouts(connect=5, command=5, body=5)


def mails(count: int) -> list[Outgoing]:
    return [
        Outgoing(key=n, sender="ats@example.org", recipient=f"p{n}@example.org", data=b"Hello\r\n")
        for n in range(count)
    ]


def at_once(count: int) -> list[tuple[Outgoing, float]]:
    return [(mail, 0.0) for mail in mails(count)]


def courier(
    address: SmtpAddress,
    *,
    pool: int = 2,
    on_body: Callable[[Outgoing], None] = lambda _: None,
    on_result: Callable[[Outgoing, Result], None] = lambda _mail, _result: None,
    timeouts: Timeouts = TIMES,
) -> Courier:
    return Courier(address, pool=pool, on_body=on_body, on_result=on_result, timeouts=timeouts)


def all_of(courier: Courier, into: list[Done] | None = None) -> list[Done]:
    """Return every result until all has been said; *into* has them even if it ends in a fault."""
    found = [] if into is None else into
    while (done := courier.results(most=100, within=0.01, idle=10)) is not None:
        found += done
    return found


def keys(done: list[Done]) -> list[int | str]:
    return [mail.key for mail, _ in done]


def test_everything_that_it_takes_has_one_result() -> None:
    with ScriptedServer() as server, courier(server.address) as sending:
        sending.take(at_once(20))
        sending.take([(mail, 0.0) for mail in mails(25)[20:]])
        sending.end()
        done = all_of(sending)
    assert sorted(keys(done)) == list(range(25))
    assert {result.kind for _, result in done} == {"sent"}
    assert sending.left == []


def test_after_a_fault_of_the_relay_the_rest_is_left_and_no_more_is_begun() -> None:
    script = {"MAIL": [None, None, *["421 4.3.2 bye"] * 99]}
    with ScriptedServer(script) as server, courier(server.address, pool=1) as sending:
        sending.take(at_once(10))
        done = all_of(sending)
        sending.take([(mail, 0.0) for mail in mails(12)[10:]])
        sending.end()
    assert [result.kind for _, result in done] == ["sent", "sent", "relay"]
    assert keys(done) == [0, 1, 2]
    assert [mail.key for mail in sending.left] == list(range(3, 12))


def test_what_comes_in_the_instant_in_which_it_ends_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ScriptedServer() as server:
        sending = courier(server.address)
        run = sending._loop.run_until_complete

        def run_and_take(what: Coroutine[Any, Any, None]) -> None:
            monkeypatch.undo()
            run(what)
            sending.take([(mail, 0.0) for mail in mails(4)[2:]])

        monkeypatch.setattr(sending._loop, "run_until_complete", run_and_take)
        with sending:
            sending.take(at_once(2))
            sending.end()
            assert keys(all_of(sending)) == [0, 1]
    assert [mail.key for mail in sending.left] == [2, 3]


def test_when_told_to_stop_it_ends_what_it_has_begun_and_leaves_the_rest() -> None:
    with ScriptedServer({"BODY": Late(0.2)}) as server, courier(server.address, pool=1) as sending:
        sending.take(at_once(5))
        while not server.heard:
            time.sleep(0.005)
        sending.stop()
        done = all_of(sending)
    assert [result.kind for _, result in done] == ["sent"]
    assert keys(done) + [mail.key for mail in sending.left] == list(range(5))
    assert len(server.arrived) == 1


def test_what_waits_for_its_slot_when_it_stops_is_left() -> None:
    far = time.monotonic() + 0.5
    with ScriptedServer() as server, courier(server.address) as sending:
        sending.take([(mail, far) for mail in mails(4)])
        time.sleep(0.05)
        sending.stop()
        assert all_of(sending) == []
    assert sorted(mail.key for mail in sending.left) == [0, 1, 2, 3]
    assert server.arrived == []


def test_no_message_goes_before_its_slot() -> None:
    went: dict[int | str, float] = {}
    begins = time.monotonic() + 0.1
    with ScriptedServer() as server:
        sending = courier(
            server.address, on_body=lambda mail: went.update({mail.key: time.monotonic()})
        )
        with sending:
            sending.take([(mail, begins + 0.1 * n) for n, mail in enumerate(mails(4))])
            sending.end()
            all_of(sending)
    assert list(went) == [0, 1, 2, 3]
    assert all(went[n] >= begins + 0.1 * n for n in range(4))


def test_with_nothing_to_report_it_says_so_after_the_time_asked_for() -> None:
    with ScriptedServer({"BODY": Late(0.4)}) as server, courier(server.address) as sending:
        sending.take(at_once(1))
        assert sending.results(most=10, within=0.01, idle=0.05) == []
        sending.end()
        assert keys(all_of(sending)) == [0]
        assert sending.results(most=10, within=0.01, idle=0.05) is None  # and so it stays


def test_results_come_in_batches_of_the_size_asked_for() -> None:
    with ScriptedServer() as server, courier(server.address) as sending:
        sending.take(at_once(10))
        sending.end()
        sizes = []
        while (done := sending.results(most=4, within=5, idle=10)) is not None:
            sizes.append(len(done))
    assert sizes == [4, 4, 2]


def test_what_is_noted_before_a_body_raises_that_message_was_not_sent() -> None:
    def no_room(mail: Outgoing) -> None:
        if mail.key == 3:
            raise LookupError("no room for notes")

    with ScriptedServer() as server, courier(server.address, on_body=no_room) as sending:
        sending.take(at_once(50))
        done: list[Done] = []
        with pytest.raises(LookupError, match="no room for notes"):
            all_of(sending, into=done)
    assert "p3@example.org" not in server.recipients
    assert sorted(f"p{key}@example.org" for key in keys(done)) == server.recipients
    assert len(done) + 1 + len(sending.left) == 50


def test_a_result_that_cannot_be_noted_is_handed_out_all_the_same() -> None:
    def no_room(_mail: Outgoing, _result: Result) -> None:
        raise LookupError("no room for notes")

    with ScriptedServer() as server, courier(server.address, on_result=no_room) as sending:
        sending.take(at_once(5))
        assert keys(sending.results(most=1, within=0, idle=10) or []) == [0]
        with pytest.raises(LookupError):
            sending.results(most=1, within=0, idle=10)
    assert [mail.key for mail in sending.left] == [1, 2, 3, 4]


def test_each_result_is_noted_before_it_is_handed_out() -> None:
    noted: list[int | str] = []
    with (
        ScriptedServer({"BODY": [None, DROP]}) as server,
        courier(server.address, on_result=lambda mail, _: noted.append(mail.key)) as sending,
    ):
        sending.take(at_once(3))
        sending.end()
        while (done := sending.results(most=1, within=0, idle=10)) is not None:
            assert set(keys(done)) <= set(noted)
    assert sorted(noted, key=int) == [0, 1, 2]


def test_it_ends_although_a_server_never_answers() -> None:
    hasty = Timeouts(connect=0.3, command=0.3, body=0.3)
    with (
        ScriptedServer({"GREETING": HANG}) as server,
        courier(server.address, timeouts=hasty) as sending,
    ):
        sending.take(at_once(3))
        done = all_of(sending)
    assert [result.kind for _, result in done] == ["relay"]
    assert [mail.key for mail in sending.left] == [1, 2]
