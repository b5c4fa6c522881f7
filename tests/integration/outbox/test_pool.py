"""The pool meets a server that allows fewer connections than it would open."""

import asyncio
from collections import Counter

import pytest
from scripted_server import DROP, Act, Late, ScriptedServer

from ats.outbox.deliver import Outgoing, Relay, Result, Timeouts, send_all
from ats.outbox.pool import Pool
from ats.outbox.wire import Wire

ATS = "ats@example.org"
DATA = b"Subject: hello\r\n\r\nDear Ada\r\n"
HASTY = Timeouts(connect=0.4, command=0.4, body=0.4)


def mails(count: int) -> list[Outgoing]:
    return [
        Outgoing(key=n, sender=ATS, recipient=f"p{n:04}@example.org", data=DATA)
        for n in range(count)
    ]


def send(server: ScriptedServer, count: int, *, size: int) -> tuple[Counter[str], int]:
    """Send so many; return the kinds of results, and how many were not tried."""
    kinds: Counter[str] = Counter()
    rest = send_all(
        server.address,
        mails(count),
        on_result=lambda _, result: kinds.update([result.kind]),
        pool=size,
        timeouts=Timeouts(connect=5, command=5, body=5),
    )
    return kinds, len(rest)


@pytest.mark.parametrize(
    "too_many",
    ["421 4.7.0 too many connections", "554 5.7.0 too many", DROP],
    ids=["421", "554", "drop"],
)
@pytest.mark.parametrize("most", [1, 3])
def test_messages_go_over_the_connections_that_the_server_allows(too_many: Act, most: int) -> None:
    script: dict[str, Act] = {"BODY": Late(0.005)}
    with ScriptedServer(script, most=most, too_many=too_many) as server:
        assert send(server, 60, size=10) == ({"sent": 60}, 0)
    assert server.recipients == [mail.recipient for mail in mails(60)]
    assert server.connections - server.refused == most
    assert 0 < server.refused <= 9  # a connection that was refused is not asked for again at once


def test_messages_go_on_when_further_connections_are_refused_by_the_network() -> None:
    with ScriptedServer({"BODY": Late(0.005)}, accepting=1) as server:
        assert send(server, 40, size=10) == ({"sent": 40}, 0)
    assert server.connections == 1


def test_when_the_last_connection_breaks_as_well_it_is_a_fault_of_the_relay() -> None:
    script = {"BODY": [*[Late(0.01)] * 10, DROP]}
    with ScriptedServer(script, accepting=1) as server:
        kinds, rest = send(server, 40, size=4)
    assert kinds["sent"] == len(server.arrived) == 10
    assert kinds["ambiguous"] == 1
    assert 1 <= kinds["relay"] <= 4
    assert sum(kinds.values()) + rest == 40


def test_when_no_connection_works_nobody_waits_for_one() -> None:
    with ScriptedServer(most=0) as server:
        assert send(server, 40, size=4) == ({"relay": 1}, 39)


def test_a_connection_that_went_stale_in_a_small_pool_is_replaced() -> None:
    script = {"MAIL": [*[None] * 9, "421 4.3.2 enough", *[None] * 9, DROP], "BODY": Late(0.002)}
    with ScriptedServer(script, most=2) as server:
        assert send(server, 40, size=6) == ({"sent": 40}, 0)
    assert server.recipients == [mail.recipient for mail in mails(40)]


def test_after_a_while_the_pool_tries_to_grow_again() -> None:
    """A server that was busy for a moment must not slow down the whole delivery."""

    async def run(server: ScriptedServer) -> tuple[int, int]:
        relay = Relay(server.address, size=2)
        pool = Pool(relay.open, size=2, smaller_for=0.2)
        first = await pool.take()
        assert isinstance(first, Wire)
        while_full = asyncio.create_task(pool.take())
        await asyncio.sleep(0.1)
        pool.give_back(first, keep=True)
        assert await while_full is first
        refused = server.refused
        server.most = None
        await asyncio.sleep(0.2)
        second = await pool.take()
        assert isinstance(second, Wire)
        assert second is not first
        for wire in (first, second):
            pool.give_back(wire, keep=False)
        return refused, server.connections

    with ScriptedServer(most=1) as server:
        assert asyncio.run(run(server)) == (1, 3)


def test_who_stops_waiting_for_a_connection_takes_none_from_the_others() -> None:
    with ScriptedServer({"BODY": Late(0.05)}) as server:

        async def run() -> list[Result]:
            async with Relay(server.address, size=1, timeouts=HASTY) as relay:
                sends = [
                    asyncio.create_task(relay.send(sender=ATS, recipient=mail.recipient, data=DATA))
                    for mail in mails(6)
                ]
                await asyncio.sleep(0.02)
                for task in sends[1:4]:
                    task.cancel()
                return [await sends[0], await sends[4], await sends[5]]

        assert [result.kind for result in asyncio.run(run())] == ["sent"] * 3
    assert server.recipients == [f"p{n:04}@example.org" for n in (0, 4, 5)]
    assert server.connections == 1


def test_messages_are_served_in_the_order_in_which_they_came() -> None:
    """Nobody who waits is overtaken for ever by those who come later."""
    done: list[int | str] = []
    with ScriptedServer({"BODY": Late(0.002)}, most=1) as server:
        send_all(server.address, mails(30), on_result=lambda mail, _: done.append(mail.key), pool=5)
    assert sorted(done, key=int) == list(range(30))
    assert all(abs(int(key) - place) <= 5 for place, key in enumerate(done))
