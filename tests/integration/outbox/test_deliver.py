"""Delivery against a real SMTP server that behaves as scripted."""

import asyncio
import dataclasses
import socket
import ssl
from collections import Counter
from collections.abc import Iterator

import pytest

from ats.outbox.deliver import Outgoing, Relay, Result, SmtpAddress, Timeouts, send_all
from ats.outbox.mailbox import DROP, HANG, InMemoryMailbox, Received

ADA = "ada@example.org"
ATS = "ats@example.org"
DATA = b"Subject: hello\r\n\r\nDear Ada\r\n"
PATIENT = Timeouts(connect=20, command=20, body=20)
HASTY = Timeouts(connect=0.4, command=0.4, body=0.4)
SILENT = (HANG, "250-")  # replies that never come to an end


def attempt(
    address: SmtpAddress,
    *,
    to: str = ADA,
    sender: str = ATS,
    data: bytes = DATA,
    tls: ssl.SSLContext | None = None,
    timeouts: Timeouts = PATIENT,
) -> Result:
    async def run() -> Result:
        async with Relay(address, size=1, timeouts=timeouts, tls=tls) as relay:
            return await relay.send(sender=sender, recipient=to, data=data)

    return asyncio.run(run())


def in_turn(address: SmtpAddress, *recipients: str) -> list[Result]:
    async def run() -> list[Result]:
        async with Relay(address, size=1, timeouts=PATIENT) as relay:
            return [
                await relay.send(sender=ATS, recipient=recipient, data=DATA)
                for recipient in recipients
            ]

    return asyncio.run(run())


def mails(count: int) -> list[Outgoing]:
    return [
        Outgoing(key=n, sender=ATS, recipient=f"p{n:04}@example.org", data=DATA)
        for n in range(count)
    ]


def nobody_listens() -> SmtpAddress:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return SmtpAddress("127.0.0.1", held.getsockname()[1])


def test_an_accepted_message_arrives_as_it_was_written() -> None:
    data = b"Subject: dots\r\n\r\n.\r\n..two\r\nend"
    with InMemoryMailbox() as mailbox:
        result = attempt(mailbox.address, data=data)
    assert result == Result("sent", 250, "2.0.0 kept", "answered")
    assert mailbox.received == [Received(ATS, ADA, data + b"\r\n")]


def test_a_bare_line_feed_cannot_end_the_message() -> None:
    data = b"Subject: x\r\n\r\nbefore\n.\nMAIL FROM:<eve@example.org>\r.\rafter"
    with InMemoryMailbox() as mailbox:
        attempt(mailbox.address, data=data)
    written = b"Subject: x\r\n\r\nbefore\r\n.\r\nMAIL FROM:<eve@example.org>\r\n.\r\nafter\r\n"
    assert mailbox.received == [Received(ATS, ADA, written)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ({"CONNECT": "554 5.3.2 not today"}, Result("relay", 554, "5.3.2 not today", "connect")),
        ({"CONNECT": "421 busy"}, Result("relay", 421, "busy", "connect")),
        ({"MAIL": "421 4.3.2 closing"}, Result("relay", 421, "4.3.2 closing", "envelope")),
        ({"MAIL": "451 4.3.0 later"}, Result("relay", 451, "4.3.0 later", "envelope")),
        ({"MAIL": "503 out of step"}, Result("relay", 503, "out of step", "envelope")),
        (
            {"MAIL": "550 5.7.1 sender not yours"},
            Result("configuration", 550, "5.7.1 sender not yours", "envelope"),
        ),
        (
            {"MAIL": "530 5.7.0 Authentication required"},
            Result("configuration", 530, "5.7.0 Authentication required", "envelope"),
        ),
        ({"MAIL": "552 5.3.4 too big"}, Result("permanent", 552, "5.3.4 too big", "envelope")),
        ({"RCPT": "450 4.2.1 later"}, Result("temporary", 450, "4.2.1 later", "envelope")),
        (
            {"RCPT": "550 5.1.1 <ada@example.org>: ada unknown\x07"},
            Result("permanent", 550, "5.1.1 <address>: <address> unknown", "envelope"),
        ),
        ({"RCPT": "421 4.3.2 closing"}, Result("relay", 421, "4.3.2 closing", "envelope")),
        (
            {"RCPT": "554 5.7.1 Relay access denied"},
            Result("temporary", 554, "5.7.1 Relay access denied", "envelope"),
        ),
        (
            {"DATA": "451 4.7.1 greylisted"},
            Result("temporary", 451, "4.7.1 greylisted", "envelope"),
        ),
        ({"DATA": "554 5.5.1 no"}, Result("permanent", 554, "5.5.1 no", "envelope")),
        ({".": "250 2.0.0 queued as 7"}, Result("sent", 250, "2.0.0 queued as 7", "answered")),
        ({".": "451 4.3.0 later"}, Result("temporary", 451, "4.3.0 later", "answered")),
        (
            {".": "552 5.2.2 mailbox full"},
            Result("permanent", 552, "5.2.2 mailbox full", "answered"),
        ),
        ({".": "421 closing"}, Result("relay", 421, "closing", "answered")),
    ],
    ids=lambda value: next(iter(value.items()))[1][:20] if isinstance(value, dict) else "",
)
def test_each_reply_has_its_meaning(script: dict[str, str], expected: Result) -> None:
    with InMemoryMailbox(script) as mailbox:
        assert attempt(mailbox.address) == expected


@pytest.mark.parametrize("step", ["CONNECT", "EHLO"])
@pytest.mark.parametrize("reply", [DROP, HANG, "nonsense"])
def test_a_server_that_cannot_be_spoken_to_is_a_fault_of_the_relay(step: str, reply: str) -> None:
    with InMemoryMailbox({step: reply}) as mailbox:
        result = attempt(mailbox.address, timeouts=HASTY if reply in SILENT else PATIENT)
    assert (result.kind, result.code, result.stage) == ("relay", None, "connect")


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("reply", [DROP, HANG, "nonsense", "250-"])
def test_what_is_lost_before_the_body_is_a_fault_of_the_relay(step: str, reply: str) -> None:
    with InMemoryMailbox({step: reply}) as mailbox:
        result = attempt(mailbox.address, timeouts=HASTY if reply in SILENT else PATIENT)
    assert (result.kind, result.code, result.stage) == ("relay", None, "envelope")
    assert mailbox.received == []


@pytest.mark.parametrize("reply", [DROP, HANG, "nonsense", "250-", "354 more"])
def test_what_is_lost_after_the_body_is_ambiguous(reply: str) -> None:
    with InMemoryMailbox({".": reply}) as mailbox:
        result = attempt(mailbox.address, timeouts=HASTY if reply in SILENT else PATIENT)
    assert (result.kind, result.stage) == (
        "ambiguous",
        "answered" if reply == "354 more" else "body",
    )


def test_a_refused_connection_is_a_fault_of_the_relay() -> None:
    result = attempt(nobody_listens())
    assert (result.kind, result.code, result.stage) == ("relay", None, "connect")


def test_a_name_that_does_not_exist_is_a_fault_of_the_relay() -> None:
    result = attempt(SmtpAddress("no-such-host.invalid", 25))
    assert (result.kind, result.code, result.stage) == ("relay", None, "connect")


def test_an_old_server_that_knows_only_helo_is_served() -> None:
    with InMemoryMailbox({"EHLO": "502 5.5.2 what?"}) as mailbox:
        assert attempt(mailbox.address).kind == "sent"


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "a b@example.org",
        "ada@exam ple.org",
        "ada@example.org>\r\nRCPT TO:<eve@example.org",
        "<ada@example.org>",
        "ada@eve@example.org",
        '"ada"@example.org',
        "ada..x@example.org",
        "ada@-example.org",
        "ada@" + "x" * 64 + ".org",
        "x" * 65 + "@example.org",
        "ada@exa\u2028mple.org",
        "ada\x00@example.org",
        "ada@☃︎\u200d.example",
    ],
)
def test_an_address_that_cannot_be_used_is_final_and_never_reaches_the_server(
    recipient: str,
) -> None:
    result = attempt(nobody_listens(), to=recipient)
    assert (result.kind, result.code) == ("permanent", None)
    assert "example" not in result.answer


def test_a_sender_that_cannot_be_used_is_a_fault_of_the_configuration() -> None:
    result = attempt(nobody_listens(), sender="ATS <ats@example.org>")
    assert (result.kind, result.code) == ("configuration", None)


def test_a_domain_in_another_script_is_sent_in_ascii() -> None:
    with InMemoryMailbox() as mailbox:
        attempt(mailbox.address, to="ada@straße.example")
    assert [mail.recipient for mail in mailbox.received] == ["ada@xn--strae-oqa.example"]


def test_letters_before_the_at_sign_need_smtputf8() -> None:
    with InMemoryMailbox() as mailbox:
        assert attempt(mailbox.address, to="żółw@example.org").kind == "sent"
    assert [mail.recipient for mail in mailbox.received] == ["żółw@example.org"]


def test_without_smtputf8_such_an_address_is_final_and_others_go_on() -> None:
    with InMemoryMailbox(utf8=False) as mailbox:
        results = in_turn(mailbox.address, "żółw@example.org", ADA)
    assert [result.kind for result in results] == ["permanent", "sent"]
    assert results[0].answer.startswith("The address has letters before the @")
    assert mailbox.connections == 1


def test_messages_share_a_connection_after_refusals_too() -> None:
    script = {"RCPT no@example.org": "550 5.1.1 no", ".": [None, "552 5.3.4 too big"]}
    with InMemoryMailbox(script) as mailbox:
        results = in_turn(mailbox.address, ADA, "no@example.org", "b@example.org", ADA)
    assert [result.kind for result in results] == ["sent", "permanent", "permanent", "sent"]
    assert mailbox.connections == 1


@pytest.mark.parametrize("goodbye", [DROP, "421 4.4.2 idle for too long"])
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_connection_that_went_stale_is_replaced_before_the_body(step: str, goodbye: str) -> None:
    with InMemoryMailbox({step: [None, goodbye]}) as mailbox:
        results = in_turn(mailbox.address, ADA, "b@example.org")
    assert [result.kind for result in results] == ["sent", "sent"]
    assert mailbox.connections == 2
    assert [mail.recipient for mail in mailbox.received] == [ADA, "b@example.org"]


def test_a_connection_is_replaced_once_only() -> None:
    with InMemoryMailbox({"MAIL": [None, DROP, DROP]}) as mailbox:
        results = in_turn(mailbox.address, ADA, "b@example.org")
    assert [result.kind for result in results] == ["sent", "relay"]
    assert mailbox.connections == 2


def test_after_the_body_nothing_is_sent_a_second_time() -> None:
    with InMemoryMailbox({".": [None, DROP]}) as mailbox:
        results = in_turn(mailbox.address, ADA, "b@example.org", "c@example.org")
    assert [result.kind for result in results] == ["sent", "ambiguous", "sent"]
    assert mailbox.connections == 2


def test_a_reset_that_fails_costs_the_connection_and_no_message() -> None:
    with InMemoryMailbox({"RCPT": ["450 4.2.1 later"], "RSET": DROP}) as mailbox:
        results = in_turn(mailbox.address, ADA, "b@example.org")
    assert [result.kind for result in results] == ["temporary", "sent"]
    assert mailbox.connections == 2


def test_a_cancelled_message_does_not_leave_its_connection_to_the_next() -> None:
    async def run(address: SmtpAddress) -> Result:
        async with Relay(address, size=1) as relay:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(relay.send(sender=ATS, recipient=ADA, data=DATA), 1)
            return await relay.send(sender=ATS, recipient="b@example.org", data=DATA)

    with InMemoryMailbox({"RCPT": [HANG]}) as mailbox:
        assert asyncio.run(run(mailbox.address)).kind == "sent"
    assert [mail.recipient for mail in mailbox.received] == ["b@example.org"]


# --- login and encryption -------------------------------------------------------------------


def with_login(address: SmtpAddress) -> SmtpAddress:
    return dataclasses.replace(address, security="starttls", user="ats", password="s3cret")


def test_a_message_goes_encrypted_and_with_a_login(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with InMemoryMailbox(tls=server_tls) as mailbox:
        result = attempt(with_login(mailbox.address), tls=client_tls)
    assert result.kind == "sent"


@pytest.mark.parametrize(
    ("script", "kind", "code"),
    [
        ({"AUTH": "535 5.7.8 wrong password"}, "configuration", 535),
        ({"AUTH": "530 5.7.0 no"}, "configuration", 530),
        ({"AUTH": "454 4.7.0 later"}, "relay", 454),
        ({"AUTH": "421 4.7.0 too many"}, "relay", 421),
        ({"AUTH": "334 !!!"}, "relay", 334),
        ({"AUTH": DROP}, "relay", None),
        ({"STARTTLS": "454 4.7.0 later"}, "relay", 454),
        ({"STARTTLS": "502 5.5.1 no"}, "configuration", 502),
        ({"STARTTLS": DROP}, "relay", None),
        ({"STARTTLS": "220 go ahead, but this is no TLS"}, "relay", None),
    ],
)
def test_faults_of_login_and_encryption_burn_nothing(
    server_tls: ssl.SSLContext,
    client_tls: ssl.SSLContext,
    script: dict[str, str],
    kind: str,
    code: int | None,
) -> None:
    with InMemoryMailbox(script, tls=server_tls) as mailbox:
        result = attempt(with_login(mailbox.address), tls=client_tls)
    assert (result.kind, result.code, result.stage) == (kind, code, "connect")
    assert "s3cret" not in result.answer


def test_without_starttls_the_password_is_not_sent() -> None:
    script = {"AUTH": "535 must not be reached"}
    with InMemoryMailbox(script) as mailbox:
        result = attempt(with_login(mailbox.address))
    assert (result.kind, result.code) == ("configuration", None)
    assert "STARTTLS" in result.answer


def test_without_auth_a_login_is_a_fault_of_the_configuration() -> None:
    address = SmtpAddress.parse("smtp://ats:s3cret@127.0.0.1:25")
    with InMemoryMailbox({"EHLO": "250 localhost"}) as mailbox:
        result = attempt(dataclasses.replace(address, port=mailbox.address.port))
    assert (result.kind, result.stage) == ("configuration", "connect")


def test_a_certificate_that_nobody_vouches_for_is_a_fault_of_the_relay(
    server_tls: ssl.SSLContext,
) -> None:
    with InMemoryMailbox(tls=server_tls) as mailbox:
        result = attempt(with_login(mailbox.address))
    assert (result.kind, result.stage) == ("relay", "connect")
    assert "CERTIFICATE_VERIFY_FAILED" in result.answer


def test_a_certificate_for_another_name_is_a_fault_of_the_relay(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    with InMemoryMailbox(tls=server_tls) as mailbox:
        elsewhere = dataclasses.replace(with_login(mailbox.address), host="localhost")
        result = attempt(elsewhere, tls=client_tls)
    assert (result.kind, result.stage) == ("relay", "connect")


def test_tls_to_a_server_without_it_is_a_fault_of_the_relay() -> None:
    with InMemoryMailbox() as mailbox:
        result = attempt(dataclasses.replace(mailbox.address, security="tls"))
    assert (result.kind, result.stage) == ("relay", "connect")


# --- many ------------------------------------------------------------------------------------


def test_two_hundred_messages_go_over_ten_connections_each_once() -> None:
    results: dict[int | str, Result] = {}
    with InMemoryMailbox() as mailbox:
        rest = send_all(
            mailbox.address,
            mails(200),
            on_result=lambda mail, result: results.update({mail.key: result}),
            pool=10,
        )
    assert rest == []
    assert Counter(result.kind for result in results.values()) == {"sent": 200}
    assert sorted(mail.recipient for mail in mailbox.received) == [
        mail.recipient for mail in mails(200)
    ]
    assert 1 < mailbox.connections <= 10


def test_each_recipient_gets_an_outcome_of_its_own() -> None:
    kinds: dict[str, str] = {}
    script = {"RCPT p0003@example.org": "550 5.1.1 no", "RCPT p0007@example.org": "450 later"}
    with InMemoryMailbox(script) as mailbox:
        rest = send_all(
            mailbox.address,
            mails(20),
            on_result=lambda mail, result: kinds.update({mail.recipient: result.kind}),
            pool=4,
        )
    assert rest == []
    assert {name: kind for name, kind in kinds.items() if kind != "sent"} == {
        "p0003@example.org": "permanent",
        "p0007@example.org": "temporary",
    }
    assert len(mailbox.received) == 18


def test_with_the_server_down_one_message_is_tried_and_the_rest_returned() -> None:
    tried: list[tuple[int | str, str]] = []
    rest = send_all(
        nobody_listens(),
        mails(50),
        on_result=lambda mail, result: tried.append((mail.key, result.kind)),
        pool=10,
    )
    assert tried == [(0, "relay")]
    assert rest == mails(50)[1:]


def test_a_wrong_password_is_tried_once() -> None:
    tried: list[tuple[str, str]] = []
    with InMemoryMailbox({"AUTH": ["535 5.7.8 no", "535 5.7.8 no, again"]}) as mailbox:
        address = dataclasses.replace(mailbox.address, user="ats", password="s3cret")
        rest = send_all(
            address,
            mails(50),
            on_result=lambda mail, result: tried.append((result.kind, result.answer)),
            pool=10,
        )
    assert tried == [("configuration", "5.7.8 no")]
    assert len(rest) == 49
    assert mailbox.connections == 1


def test_when_the_server_goes_away_halfway_nothing_is_lost_or_reported_twice() -> None:
    kinds: dict[int | str, str] = {}
    script = {"MAIL": [*[None] * 30, *["421 4.3.2 going down"] * 1000]}
    with InMemoryMailbox(script) as mailbox:
        rest = send_all(
            mailbox.address,
            mails(100),
            on_result=lambda mail, result: kinds.update({mail.key: result.kind}),
            pool=5,
        )
    count = Counter(kinds.values())
    assert count["sent"] == len(mailbox.received) == 30
    assert 1 <= count["relay"] <= 5
    assert sorted(kinds, key=int) == list(range(len(kinds)))
    assert [mail.key for mail in rest] == list(range(len(kinds), 100))


def test_every_message_is_tried_when_asked_not_to_stop() -> None:
    kinds: Counter[str] = Counter()
    rest = send_all(
        nobody_listens(),
        mails(5),
        on_result=lambda _mail, result: kinds.update([result.kind]),
        pool=2,
        stop_on_relay_fault=False,
    )
    assert (rest, kinds) == ([], {"relay": 5})


def test_messages_are_asked_for_only_as_they_are_sent() -> None:
    drawn: list[int] = []

    def lazily() -> Iterator[Outgoing]:
        for number, mail in enumerate(mails(30)):
            drawn.append(number)
            yield mail

    at_first: list[int] = []
    with InMemoryMailbox() as mailbox:
        send_all(
            mailbox.address,
            lazily(),
            on_result=lambda _mail, _result: at_first.append(len(drawn)),
            pool=3,
        )
    assert at_first[0] == 1
    assert all(seen <= done + 3 for done, seen in enumerate(at_first, start=1))


def test_what_the_recorder_raises_is_raised_after_what_was_under_way() -> None:
    recorded: list[int | str] = []

    def record(mail: Outgoing, _result: Result) -> None:
        if mail.key == 5:
            raise LookupError("no such message")
        recorded.append(mail.key)

    with InMemoryMailbox() as mailbox, pytest.raises(LookupError, match="no such message"):
        send_all(mailbox.address, mails(100), on_result=record, pool=4)
    assert len(mailbox.received) == len(recorded) + 1
    assert len(recorded) <= 9
