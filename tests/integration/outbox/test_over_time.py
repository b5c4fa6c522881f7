"""Faults that take more than one message, or more than one day."""

import datetime as dt
from itertools import pairwise

import pytest
from scripted_server import DROP, Act, Late, ScriptedServer
from sending import NOW, Desk
from small_cohort import CODE

from ats.outbox.letters import address_failed
from ats.outbox.notices import ACTION, stage_notice
from ats.outbox.retry import retry_after
from ats.records import gather

FACTS = address_failed(["P0001"])


def test_a_message_that_is_put_off_for_ever_is_tried_for_two_days_and_fails(desk: Desk) -> None:
    """1 m, 5 m, 15 m, 1 h, 2 h, 4 h, then every 4 h; a notice knows no night."""
    operations = "operations@provider.example"
    with desk.store.write() as session:
        cohort = gather.cohort_named(session, CODE)
        stage_notice(session, cohort=cohort, step=ACTION, facts=FACTS, now=NOW, domain="x.example")
    with ScriptedServer({f"RCPT {operations}": "450 4.2.1 later"}) as server:
        moments, now = [NOW], NOW
        while True:
            desk.dispatch(server.address, now)
            (notice,) = [one for one in desk.messages() if one.recipient == "operations"]
            if notice.status != "queued":
                break
            assert notice.attempts == len(moments)
            assert notice.next_attempt_at == retry_after(
                len(moments), at=now, key=notice.rfc_id, first_at=NOW
            )
            now = notice.next_attempt_at or now
            moments.append(now)

    waits = [(b - a).total_seconds() for a, b in pairwise(moments)]
    expected = [60, 300, 900, 3600, 7200, *[4 * 3600] * (len(waits) - 5)]
    assert all(abs(wait - aim) <= aim / 10 + 1 for wait, aim in zip(waits, expected, strict=True))
    assert dt.timedelta(hours=40) < moments[-1] - NOW <= dt.timedelta(hours=48)
    assert (notice.status, notice.attempts, notice.next_attempt_at) == (
        "failed",
        len(moments),
        None,
    )
    assert desk.rows().count(("failed", "undeliverable")) == 1


@pytest.mark.parametrize("act", ["421 4.4.2 idle for too long", DROP], ids=["421", "drop"])
def test_a_connection_that_ends_between_two_messages_is_no_fault(four: Desk, act: Act) -> None:
    with ScriptedServer({"MAIL": [None, None, act]}) as server:
        told = four.dispatch(server.address, pool=1)
    assert (told.sent, told.errors, four.server()) == (4, [], None)
    assert server.connections == 2
    assert [message.attempts for message in four.messages()] == [1] * 4


def test_a_server_that_allows_fewer_connections_than_the_pool_is_no_fault(four: Desk) -> None:
    with ScriptedServer({"BODY": Late(0.05)}, most=1) as server:
        told = four.dispatch(server.address, pool=4)
    assert (told.sent, told.errors, four.server()) == (4, [], None)
