"""A mail server that refuses, or leaves unanswered, one message after the other."""

import pytest
from scripted_server import DROP, ScriptedServer
from sending import Desk
from sqlalchemy import select

from ats.outbox import dispatch
from ats.outbox.smtp_url import SmtpAddress
from ats.records import models as m

BLOCKED = "550 5.7.1 blocked"
NO_SUCH = "550 5.1.1 no such user"


def counted(desk: Desk) -> dict[tuple[str, int], int]:
    """Return how many messages there are by status and attempts."""
    found = [(one.status, one.attempts) for one in desk.messages()]
    return {one: found.count(one) for one in sorted(set(found))}


def test_a_server_that_refuses_everybody_burns_nothing(forty: Desk) -> None:
    with ScriptedServer({"RCPT": BLOCKED}) as server:
        told = forty.dispatch(server.address)

        assert (told.sent, told.failed) == (0, 0)
        (sentence,) = told.errors
        assert sentence.startswith(
            "The mail server refuses our settings (it refuses one recipient after the other: "
            "5.7.1 blocked); everything stays queued"
        )
        assert counted(forty) == {("queued", 0): 40}
        assert (forty.attempts(), forty.suppressed()) == ([], [])
        assert forty.server() == (1, "configuration")
        assert sum(line.startswith("RCPT") for line in server.heard) <= 1 + 2 * 10

        server.heard.clear()
        assert len(forty.dispatch(server.address).errors) == 1
        assert sum(line.startswith("RCPT") for line in server.heard) == 1  # one that asks
        assert counted(forty) == {("queued", 0): 40}
    with ScriptedServer() as server:
        told = forty.dispatch(server.address)
        assert (told.sent, told.errors) == (40, [])


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("RCPT", "554 Service unavailable; Client host [192.0.2.7] blocked using a list"),
        ("RCPT", "550 Administrative prohibition"),
        ("RCPT", "551 not here"),
        ("DATA", "554 no"),
        ("BODY", "550 Message rejected as spam"),
        ("RCPT", NO_SUCH),
        ("BODY", "552 5.2.2 mailbox full"),
    ],
)
@pytest.mark.parametrize("pool", [1, 10])
def test_a_server_that_refuses_everybody_in_whatever_words_burns_nothing(
    forty: Desk, step: str, said: str, pool: int
) -> None:
    with ScriptedServer({step: said}) as server:
        for most in (10 + 10, 1):  # asked in the first run; then one that asks
            server.heard.clear()
            told = forty.dispatch(server.address, pool=pool)

            assert (told.sent, told.failed, len(told.errors)) == (0, 0, 1)
            assert sum(line.startswith("RCPT") for line in server.heard) <= most
            assert counted(forty) == {("queued", 0): 40}
            assert (forty.attempts(), forty.suppressed()) == ([], [])
        assert forty.server() == (2, "configuration")
    with ScriptedServer() as server:
        told = forty.dispatch(server.address, pool=pool)
        assert (told.sent, told.errors) == (40, [])


def test_nine_wrong_addresses_at_the_start_stop_nobody(forty: Desk) -> None:
    wrong = {f"RCPT p{n}@x.example": NO_SUCH for n in range(9)}
    with ScriptedServer(wrong) as server:
        told = forty.dispatch(server.address, pool=1)
    assert (told.sent, told.failed) == (31, 9)
    assert len(forty.suppressed()) == 9


def test_more_wrong_addresses_hold_nobody_up_and_fail_in_the_end(forty: Desk) -> None:
    wrong = {f"RCPT p{n}@x.example": NO_SUCH for n in range(12)}
    with ScriptedServer(wrong) as server:
        stopped = [forty.dispatch(server.address, pool=1) for _ in range(3)]
        assert [(told.sent, told.failed, len(told.errors)) for told in stopped] == [(0, 0, 1)] * 3
        assert forty.suppressed() == []  # ten in a row, and one each time that one was asked

        told = forty.dispatch(server.address, pool=1)

    assert (told.sent, told.failed) == (28, 12)
    assert len(forty.suppressed()) == 12


def test_a_server_that_is_back_is_not_blamed_for_wrong_addresses(forty: Desk) -> None:
    wrong = {f"RCPT p{n}@x.example": NO_SUCH for n in range(2)}
    forty.dispatch(SmtpAddress("127.0.0.1", 9))
    with ScriptedServer(wrong) as server:
        with forty.store.write() as session:
            known = session.execute(select(m.MailServer)).scalar_one()
            known.name = f"127.0.0.1:{server.address.port}"

        told = forty.dispatch(server.address, pool=1)

    assert (told.sent, told.failed) == (38, 2)


def test_one_who_is_refused_alone_has_failed_at_the_end_of_the_run(desk: Desk) -> None:
    with ScriptedServer({"RCPT": "550 no"}) as server:
        told = desk.dispatch(server.address)
    assert (told.sent, told.failed, desk.message().status) == (0, 1, "failed")


def test_what_is_held_back_makes_nobody_wait_at_a_low_rate(
    forty: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few may be under way at once."""
    monkeypatch.setattr(dispatch, "MESSAGES_AT_ONCE", 1)
    wrong = {f"RCPT p{n}@x.example": NO_SUCH for n in range(9)}
    with ScriptedServer(wrong) as server:
        told = forty.dispatch(server.address, pool=1)
    assert (told.sent, told.failed) == (31, 9)


def test_a_server_that_begins_to_refuse_fails_nobody(forty: Desk) -> None:
    with ScriptedServer({"BODY": [None] * 12 + [BLOCKED] * 99}) as server:
        told = forty.dispatch(server.address, pool=4)
    assert (told.sent, told.failed, len(told.errors)) == (12, 0, 1)
    assert counted(forty) == {("queued", 0): 28, ("sent", 1): 12}


def test_some_who_are_refused_in_a_row_hold_nobody_up_and_fail_in_the_end(forty: Desk) -> None:
    """Whether it was the server shows as soon as it accepts somebody else."""
    closed = {f"RCPT p{n}@x.example": BLOCKED for n in range(3)}
    with ScriptedServer(closed) as server:
        first = forty.dispatch(server.address, pool=1)
        assert (first.sent, first.failed, len(first.errors)) == (0, 0, 1)

        second = forty.dispatch(server.address, pool=1)

    assert (second.sent, second.failed) == (37, 3)
    (sentence,) = second.errors
    assert sentence == (
        "2026-10: 3 e-mails were refused for good (550 5.7.1 blocked); "
        "`ats message list --status failed` has them."
    )
    assert forty.suppressed() == []


def test_two_who_are_refused_when_nothing_else_goes_have_failed(four: Desk) -> None:
    closed = {f"RCPT {name}@harbour.example": BLOCKED for name in ("ada", "ben")}
    closed["RCPT dot@harbour.example"] = "550 5.1.1 <dot@harbour.example> is unknown"
    with ScriptedServer(closed) as server:
        told = four.dispatch(server.address, pool=1)
    assert (told.sent, told.failed) == (1, 3)  # cat is the third of four
    (sentence,) = told.errors
    assert sentence == (
        "2026-10: 3 e-mails were refused for good (mostly 550 5.7.1 blocked); "
        "`ats message list --status failed` has them."
    )
    assert (four.suppressed(), four.server()) == ([("dot@harbour.example", "5.1.1")], None)


def test_a_server_that_drops_after_every_body_makes_few_messages_ambiguous(forty: Desk) -> None:
    with ScriptedServer({"BODY": DROP}) as server:
        told = forty.dispatch(server.address, pool=4)

        (sentence,) = told.errors
        assert sentence.startswith(
            "The mail server cannot be reached (it answers no e-mail that it has taken in: "
        )
        unsure = sum(message.unsure for message in forty.messages())
        assert 4 <= unsure <= 8
        assert counted(forty) == {("queued", 0): 40 - unsure, ("queued", 1): unsure}
        assert forty.server() == (1, "relay")

        forty.dispatch(server.address, pool=4)
        assert sum(message.unsure for message in forty.messages()) == unsure + 1
        assert forty.server() == (2, "relay")
