"""Commands in a row (PIPELINING, RFC 2920): what leaves when, and what each reply means."""

import asyncio

import pytest
from scripted_server import DROP, EVERYTHING, HANG, PLAIN, Act, Late, ScriptedServer

from ats.outbox.deliver import Relay, Result, SmtpAddress, Timeouts

ATS, ADA, BEN = "ats@example.org", "ada@example.org", "ben@example.org"
DATA = b"Subject: hello\r\n\r\nDear Ada\r\n"
HASTY = Timeouts(connect=0.4, command=0.4, body=0.4)
PATIENT = Timeouts(connect=20, command=20, body=20)
COMMANDS = ["MAIL FROM:<ats@example.org> SIZE=31", "RCPT TO:<ada@example.org>", "DATA"]


def send(
    address: SmtpAddress, *recipients: str, timeouts: Timeouts = PATIENT
) -> tuple[Result, ...]:
    """Send to each in turn over one connection; return the results."""

    async def run() -> tuple[Result, ...]:
        async with Relay(address, size=1, timeouts=timeouts) as relay:
            return tuple(
                [await relay.send(sender=ATS, recipient=one, data=DATA) for one in recipients]
            )

    return asyncio.run(run())


def test_the_commands_before_the_body_leave_in_one_write() -> None:
    with ScriptedServer() as server:
        (result,) = send(server.address, ADA)
    assert result == Result("sent", 250, "2.0.0 kept", "answered")
    assert server.reads[1] == "".join(f"{one}\r\n" for one in COMMANDS).encode()
    assert [mail.data for mail in server.arrived] == [DATA]


def test_without_the_extension_each_command_waits_for_its_reply() -> None:
    with ScriptedServer(extensions=PLAIN) as server:
        send(server.address, ADA)
    assert server.reads[1:4] == [f"{one}\r\n".encode() for one in COMMANDS]


def test_replies_in_one_piece_and_in_fragments_are_taken_apart() -> None:
    """The reply to MAIL may wait until RCPT has been read, and break off anywhere."""
    script = {"MAIL": [b"", b"250-2.1.0 o"], "RCPT": [b"250 ok\r\n250 ok\r\n", b"k\r\n250 well\r"]}
    script["DATA"] = [None, b"\n250 2.1.5 ok\r\n354 go\r\n"]
    with ScriptedServer(script) as server:
        results = send(server.address, ADA, BEN)
    assert [(result.kind, result.stage) for result in results] == [("sent", "answered")] * 2
    assert server.connections == 1


@pytest.mark.parametrize("extensions", [EVERYTHING, PLAIN], ids=["in-a-row", "one-by-one"])
@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ({"MAIL": "552 5.3.4 big"}, Result("permanent", 552, "5.3.4 big", "envelope")),
        ({"MAIL": "550 5.7.1 not you"}, Result("configuration", 550, "5.7.1 not you", "envelope")),
        ({"MAIL": "451 4.3.0 later"}, Result("relay", 451, "4.3.0 later", "envelope")),
        ({"MAIL": "421 4.3.2 bye"}, Result("relay", 421, "4.3.2 bye", "envelope")),
        ({"RCPT": "450 4.2.1 later"}, Result("temporary", 450, "4.2.1 later", "envelope")),
        ({"RCPT": "550 5.1.1 no"}, Result("permanent", 550, "5.1.1 no", "envelope")),
        ({"RCPT": "421 4.3.2 bye"}, Result("relay", 421, "4.3.2 bye", "envelope")),
        ({"DATA": "451 4.7.1 grey"}, Result("temporary", 451, "4.7.1 grey", "envelope")),
        ({"DATA": "554 5.7.1 no"}, Result("permanent", 554, "5.7.1 no", "envelope")),
        ({"DATA": "421 bye"}, Result("relay", 421, "bye", "envelope")),
        ({"BODY": "552 5.2.2 full"}, Result("permanent", 552, "5.2.2 full", "answered")),
    ],
    ids=lambda value: "" if isinstance(value, Result) else "-".join(*value.items())[:9],
)
def test_each_reply_means_the_same_in_a_row_as_one_by_one(
    extensions: tuple[str, ...], script: dict[str, Act], expected: Result
) -> None:
    with ScriptedServer(script, extensions=extensions) as server:
        assert send(server.address, ADA) == (expected,)
    assert server.arrived == []


@pytest.mark.parametrize("data", [None, "354 go ahead"], ids=["DATA-refused", "DATA-taken"])
@pytest.mark.parametrize("refusal", ["550 5.1.1 no", "450 4.2.1 later"])
def test_a_refused_recipient_gets_nothing_and_the_next_message_the_same_connection(
    refusal: str, data: Act
) -> None:
    """RFC 2920, 3.1: where DATA was taken none the less, a lone dot ends the empty body."""
    with ScriptedServer({f"RCPT {ADA}": refusal, "DATA": [data]}) as server:
        first, second = send(server.address, ADA, BEN)
    assert (first.code, first.stage) == (int(refusal[:3]), "envelope")
    assert second.kind == "sent"
    assert server.recipients == [BEN]
    assert server.connections == 1
    assert server.heard.count(".") == (0 if data is None else 1)


def test_the_lone_dot_that_is_never_answered_costs_the_connection_only() -> None:
    script = {f"RCPT {ADA}": "550 5.1.1 no", "DATA": ["354 go"], "BODY": [HANG]}
    with ScriptedServer(script) as server:
        first, second = send(server.address, ADA, BEN, timeouts=HASTY)
    assert (first.kind, first.code, second.kind) == ("permanent", 550, "sent")
    assert server.connections == 2


def test_no_empty_message_goes_to_a_recipient_when_the_sender_was_refused() -> None:
    """A server that takes RCPT and DATA all the same would deliver the lone dot."""
    with ScriptedServer({"MAIL": ["552 5.3.4 big"]}) as server:
        first, second = send(server.address, ADA, BEN)
    assert (first.kind, second.kind) == ("permanent", "sent")
    assert "." not in server.heard
    assert server.recipients == [BEN]
    assert server.connections == 2


@pytest.mark.parametrize("act", [DROP, HANG, "nonsense"], ids=["drop", "hang", "garbage"])
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_what_is_lost_in_the_row_is_a_fault_of_the_relay_before_the_body(
    step: str, act: Act
) -> None:
    with ScriptedServer({step: act}) as server:
        (result,) = send(server.address, ADA, timeouts=HASTY)
    assert (result.kind, result.code, result.stage) == ("relay", None, "envelope")
    assert server.arrived == []


@pytest.mark.parametrize("act", [DROP, HANG, "nonsense"], ids=["drop", "hang", "garbage"])
def test_a_refusal_counts_although_what_comes_after_it_is_lost(act: Act) -> None:
    with ScriptedServer({"RCPT": "550 5.1.1 no", "DATA": act}) as server:
        (result,) = send(server.address, ADA, timeouts=HASTY)
    assert result == Result("permanent", 550, "5.1.1 no", "envelope")


def test_a_reply_too_many_is_not_taken_for_the_answer_to_the_body() -> None:
    """Else a message that the server refuses would be recorded as sent."""
    with ScriptedServer({"DATA": b"354 go\r\n250 2.0.0 ok\r\n", "BODY": "554 5.7.1 no"}) as server:
        (result,) = send(server.address, ADA)
    assert (result.kind, result.stage) == ("relay", "envelope")
    assert server.arrived == []


def test_a_reply_too_many_after_the_body_costs_the_connection_only() -> None:
    with ScriptedServer({"BODY": [b"250 2.0.0 ok\r\n250 2.0.0 ok\r\n"]}) as server:
        first, second = send(server.address, ADA, BEN)
    assert (first.kind, second.kind) == ("sent", "sent")
    assert server.connections == 2


def test_the_last_word_of_a_server_that_closes_an_idle_connection_costs_nothing() -> None:
    """It is heard before the next message is begun, which goes over a new connection."""

    async def run(address: SmtpAddress) -> list[Result]:
        async with Relay(address, size=1) as relay:
            first = await relay.send(sender=ATS, recipient=ADA, data=DATA)
            await asyncio.sleep(0.2)
            return [first, await relay.send(sender=ATS, recipient=BEN, data=DATA)]

    goodbye = b"250 2.0.0 kept\r\n421 4.4.2 idle for too long\r\n"
    with ScriptedServer({"BODY": [goodbye]}) as server:
        results = asyncio.run(run(server.address))
    assert [result.kind for result in results] == ["sent", "sent"]
    assert server.heard.count(COMMANDS[0]) == 2  # none was said in vain
    assert server.connections == 2


def test_before_body_is_called_when_the_recipient_was_taken_and_not_before() -> None:
    called: list[list[str]] = []

    async def run(server: ScriptedServer, to: str) -> Result:
        async with Relay(server.address, size=1) as relay:
            return await relay.send(
                sender=ATS,
                recipient=to,
                data=DATA,
                before_body=lambda: called.append(list(server.heard[1:])),
            )

    with ScriptedServer({f"RCPT {BEN}": "550 5.1.1 no"}) as server:
        asyncio.run(run(server, BEN))
        server.heard.clear()
        asyncio.run(run(server, ADA))
    assert called == [COMMANDS]


def test_what_before_body_raises_is_raised_and_nothing_was_sent() -> None:
    def refuse() -> None:
        raise LookupError("no room for notes")

    async def run(address: SmtpAddress) -> None:
        async with Relay(address, size=1) as relay:
            with pytest.raises(LookupError, match="no room for notes"):
                await relay.send(sender=ATS, recipient=ADA, data=DATA, before_body=refuse)
            assert (await relay.send(sender=ATS, recipient=BEN, data=DATA)).kind == "sent"

    with ScriptedServer() as server:
        asyncio.run(run(server.address))
    assert server.recipients == [BEN]


def test_a_reply_without_end_is_given_up() -> None:
    with ScriptedServer({"MAIL": b"250-" + b"x" * 100_000}) as server:
        (result,) = send(server.address, ADA)
    assert (result.kind, result.answer) == ("relay", "The mail server's reply has no end.")


def test_a_late_answer_within_the_time_allowed_is_waited_for() -> None:
    script: dict[str, Act] = {"DATA": Late(0.15), "BODY": Late(0.6)}
    with ScriptedServer(script) as server:
        (result,) = send(server.address, ADA, timeouts=Timeouts(connect=5, command=0.5, body=5))
    assert result.kind == "sent"
