"""What every fault of a mail server does to a message: the fault matrix, a row per fault.

Each row goes through claim, courier and records. What the five kinds of fault come to stands in
the five tests; a row says which kind it is, what was answered, and where the attempt stopped.
"""

from __future__ import annotations

import datetime as dt
import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from scripted_server import (
    DROP,
    EVERYTHING,
    HANG,
    PLAIN,
    WITH_LOGIN,
    Act,
    Arrived,
    Late,
    ScriptedServer,
)
from sending import HASTY, NOW, PATIENT, Desk
from small_cohort import CODE

from ats.outbox.letters import address_failed
from ats.outbox.notices import ACTION, stage_notice
from ats.outbox.retry import retry_after
from ats.outbox.smtp_url import SmtpAddress
from ats.records import gather

LOST = "The connection to the mail server was lost."
SILENT = "The mail server did not answer within 0.3 s."
NO_SMTP = "The mail server's reply is no SMTP: nonsense"
NO_END = "The mail server's reply has no end."
FACTS = address_failed(["P0001"])
NAMING_ADA = "5.1.1 <ada@harbour.example>: ada is unknown"


@dataclass(frozen=True)
class Fault:
    """What happens, once; then the server is as it should be."""

    name: str
    code: int | None
    answer: str  # or a part of it
    stage: str
    script: Mapping[str, Act] = field(default_factory=dict)
    extensions: Sequence[str] = EVERYTHING
    security: str = "none"
    login: bool = False
    trusted: bool = False  # the server's certificate
    host: str | None = None  # by which it is called
    to: str | None = None
    suppressed: str | None = None  # the status of RFC 3463
    both: bool = False  # looked at on PostgreSQL as well

    @property
    def is_silent(self) -> bool:
        waits = any(isinstance(act, type(HANG) | Late) for act in self.script.values())
        return waits or "unfinished" in self.name or self.name == "TLS-garbage"


def reply(step: str, said: str, **more: Any) -> Fault:
    """Return the fault that consists of one reply."""
    code, _, answer = said.partition(" ")
    stage = {"BODY": "answered", "GREETING": "connect", "EHLO": "connect", "AUTH": "connect"}
    where = stage.get(step, "envelope")
    return Fault(f"{step}-{said[:9]}", int(code), answer, where, {step: said}, **more)


def mute(step: str, stage: str, **more: Any) -> list[Fault]:
    """Return the faults that consist of no reply, or one that nobody can read."""
    opening = step in ("GREETING", "EHLO")
    return [
        Fault(f"{step}-{name}", None, "" if opening else words, stage, {step: act}, **more)
        for name, act, words in (
            ("dropped", DROP, LOST),
            ("silent", HANG, SILENT),
            ("garbage", "nonsense", NO_SMTP),
            ("endless", b"250-" + b"x" * 40_000, NO_END),
            ("unfinished", "250-and", "" if stage == "envelope" else SILENT),
        )
        if not (opening and name == "unfinished")
    ]


def one_by_one(faults: list[Fault]) -> list[Fault]:
    """Return the same faults of servers that take no commands in a row."""
    return [replace(one, name=f"{one.name}-one-by-one", extensions=PLAIN) for one in faults]


BEFORE_THE_BODY = [
    *(fault for step in ("MAIL", "RCPT", "DATA") for fault in mute(step, "envelope")),
    *(reply(step, "421 4.3.2 closing") for step in ("MAIL", "RCPT", "DATA")),
    *(reply("MAIL", f"{code} 4.3.0 later") for code in (450, 451, 452)),
    *(reply(step, "503 5.5.1 out of step") for step in ("MAIL", "RCPT", "DATA")),
]
RELAY = [
    Fault("refused", None, "", "connect", both=True),
    Fault("no-such-name", None, "", "connect", host="no-such-host.invalid"),
    *mute("GREETING", "connect"),
    *mute("EHLO", "connect"),
    *(reply("GREETING", said) for said in ("421 4.3.2 busy", "554 5.3.2 not today")),
    reply("EHLO", "421 4.7.0 too many connections"),
    *BEFORE_THE_BODY,
    *one_by_one(BEFORE_THE_BODY),
    reply("BODY", "421 4.3.2 closing", both=True),
    reply("AUTH", "454 4.7.0 later", extensions=WITH_LOGIN, login=True),
    Fault(
        "STARTTLS-later", 454, "4.7.0", "connect", {"STARTTLS": "454 4.7.0"}, security="starttls"
    ),
    Fault("STARTTLS-dropped", None, "", "connect", {"STARTTLS": DROP}, security="starttls"),
    Fault("STARTTLS-silent", None, "", "connect", {"STARTTLS": HANG}, security="starttls"),
    Fault(
        "TLS-garbage", None, "", "connect", {"STARTTLS": b"220 go\r\nx\r\n"}, security="starttls"
    ),
    Fault("TLS-at-once-garbage", None, "", "connect", security="tls"),
    Fault("TLS-unknown", None, "CERTIFICATE_VERIFY_FAILED", "connect", security="starttls"),
    Fault(
        "TLS-other-name", None, "", "connect", security="starttls", trusted=True, host="localhost"
    ),
]
CONFIGURATION = [
    *(
        reply("MAIL", f"{code} 5.7.1 sender not yours", both=code == 550)
        for code in (550, 551, 553, 554)
    ),
    *(reply(step, "530 5.7.0 log in first") for step in ("MAIL", "RCPT", "DATA", "BODY")),
    *(
        reply("AUTH", said, extensions=WITH_LOGIN, login=True)
        for said in ("535 5.7.8 wrong password", "530 5.7.0 encrypt first", "534 5.7.9 too weak")
    ),
    Fault("AUTH-missing", None, "AUTH", "connect", login=True),
    Fault("STARTTLS-missing", None, "STARTTLS", "connect", security="starttls", login=True),
    Fault(
        "STARTTLS-refused", 502, "5.5.1", "connect", {"STARTTLS": "502 5.5.1"}, security="starttls"
    ),
]
TEMPORARY = [
    *(
        reply(step, f"{code} 4.2.1 later", both=code == 451)
        for step in ("RCPT", "DATA", "BODY")
        for code in (450, 451, 452)
    ),
    *one_by_one([reply(step, "450 4.2.1 later") for step in ("RCPT", "DATA", "BODY")]),
    reply("RCPT", "554 5.7.1 Relay access denied"),
    reply("RCPT", "450 4.2.1 <ada@harbour.example> is busy"),
]
PERMANENT = [
    *(
        reply(step, f"{code} 5.5.0 no")
        for step in ("RCPT", "DATA", "BODY")
        for code in (550, 551, 552, 553, 554)
    ),
    *one_by_one([reply(step, "550 5.5.0 no") for step in ("RCPT", "DATA", "BODY")]),
    reply("RCPT", "550 no such user"),
    reply("RCPT", f"550 {NAMING_ADA}", suppressed="5.1.1", both=True),
    reply("RCPT", "551 5.1.6 has moved", suppressed="5.1.6"),
    reply("RCPT", "553 5.1.3 bad syntax", suppressed="5.1.3"),
    reply("BODY", "550 5.1.1 no such user", suppressed="5.1.1"),
    reply("RCPT", "550 5.7.1 you are on a list", both=True),
    reply("RCPT", "552 5.2.2 mailbox full"),
    reply("BODY", "554 5.6.0 we do not like it"),
    reply("MAIL", "552 5.3.4 too big"),
    replace(
        reply("MAIL", "552 5.3.4 message too big for system"), script={}, extensions=["SIZE 99"]
    ),
    Fault(
        "SMTPUTF8-missing", None, "SMTPUTF8", "envelope", extensions=(), to="żółw@harbour.example"
    ),
]
AMBIGUOUS = [
    *(replace(one, both=one.name == "BODY-dropped") for one in mute("BODY", "body")),
    *one_by_one(mute("BODY", "body")),
    Fault("dropped-in-the-body", None, LOST, "body", {"IN BODY": DROP}),
    Fault("silent-in-the-body", None, SILENT, "body", {"IN BODY": HANG}),
    Fault("answers-too-late", None, SILENT, "body", {"BODY": Late(0.8)}),
    reply("BODY", "354 go on"),
]


def rows(faults: list[Fault]) -> pytest.MarkDecorator:
    """Return the parametrisation by fault and database."""
    on = [(one, base) for one in faults for base in ("sqlite", "postgresql")]
    listed = [(one, base) for one, base in on if base == "sqlite" or one.both]
    names = [f"{one.name}-{base}".replace(" ", "-") for one, base in listed]
    return pytest.mark.parametrize(("fault", "desk"), listed, indirect=["desk"], ids=names)


@pytest.fixture(autouse=True)
def _trust(fault: Fault | None, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if fault is not None and fault.trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def fault() -> None:
    """Tests without a row have none."""


@contextmanager
def served(
    fault: Fault, desk: Desk, tls: ssl.SSLContext
) -> Iterator[tuple[ScriptedServer, SmtpAddress, dict[str, Any]]]:
    """Yield a server with this fault, how it is called, and the office's changes."""
    script = {step: [act] for step, act in fault.script.items()}
    offered = tls if fault.name.startswith(("STARTTLS-", "TLS-")) else None
    if fault.name in ("STARTTLS-missing", "TLS-at-once-garbage"):
        offered = None
    with ScriptedServer(script, extensions=fault.extensions, tls=offered) as server:
        address = replace(server.address, security=fault.security)  # type: ignore[arg-type]
        if fault.login:
            address = replace(address, user="ats", password="s3cret")
        if fault.host:
            address = replace(address, host=fault.host)
        if fault.name == "refused":
            address = replace(address, port=9)
        if fault.to:
            desk.set_address(fault.to)
        yield server, address, {"timeouts": HASTY if fault.is_silent else PATIENT}


def expect_attempts(desk: Desk, *expected: tuple[int | None, str, str]) -> None:
    """Assert code, result and words of each attempt; no answer names an address."""
    found = desk.attempts()
    assert [(code, result) for code, _, result in found] == [(c, r) for c, _, r in expected]
    for (_, answer, _), (_, words, _) in zip(found, expected, strict=True):
        assert clean(words) in answer
        assert "harbour.example" not in answer


def clean(words: str) -> str:
    return re.sub(r"<?ada@harbour.example>?|\bada\b", "<address>", words)


def expect_same(mail: Arrived, before: Any) -> None:
    """Assert that what arrived is the message that was staged: same Message-ID, same Date."""
    head = mail.data.partition(b"\r\n\r\n")[0].decode()
    assert f"Message-ID: <{before.rfc_id}>" in head
    assert "Date: Thu, 03 Sep 2026 08:00:00 +0000" in head


@rows(RELAY + CONFIGURATION)
def test_a_fault_of_the_relay_or_its_settings_burns_nothing(
    fault: Fault, desk: Desk, server_tls: ssl.SSLContext
) -> None:
    """The message stays queued as if nothing had been, one sentence says why, the next sends it."""
    kind = "configuration" if fault in CONFIGURATION else "relay"
    before = desk.message()
    with served(fault, desk, server_tls) as (server, address, changes):
        told = desk.dispatch(address, **changes)

        after = desk.message()
        assert (after.status, after.attempts, after.unsure) == ("queued", 0, 0)
        assert (after.next_attempt_at, after.lease_owner, after.stage) == (None, None, fault.stage)
        assert after.bundle == before.bundle  # it may still take further rows
        assert desk.rows() == [("queued", None)]
        assert (desk.attempts(), desk.suppressed()) == ([], [])
        assert desk.server() == (1, kind)
        assert (told.sent, told.failed) == (0, 0)
        (sentence,) = told.errors
        opening = {
            "relay": "The mail server cannot be reached (",
            "configuration": "The mail server refuses our settings (",
        }
        assert sentence.startswith(opening[kind])
        assert fault.answer in sentence
        assert "s3cret" not in sentence
        assert server.arrived == []

        again = desk.dispatch(server.address)

        assert (again.sent, again.errors) == (1, [])
        expect_same(server.arrived[0], before)
    assert (desk.message().status, desk.message().attempts) == ("sent", 1)
    assert (desk.rows(), desk.journals()) == ([("sent", None)], [])


@rows(TEMPORARY)
def test_a_message_that_is_put_off_waits_a_minute_and_goes_as_it_was(
    fault: Fault, desk: Desk, server_tls: ssl.SSLContext
) -> None:
    before = desk.message()
    with served(fault, desk, server_tls) as (server, address, changes):
        told = desk.dispatch(address, **changes)

        after = desk.message()
        again = retry_after(1, at=NOW, key=before.rfc_id)
        assert again is not None
        assert (after.status, after.attempts, after.unsure) == ("queued", 1, 0)
        assert (after.next_attempt_at, after.stage) == (again, fault.stage)
        assert after.bundle == before.bundle
        assert desk.rows() == [("queued", None)]
        expect_attempts(desk, (fault.code, fault.answer, "temporary"))
        assert (desk.suppressed(), desk.server()) == ([], None)
        assert (told.sent, told.failed, told.errors) == (0, 0, [])

        early = desk.dispatch(address, again - dt.timedelta(seconds=1))
        assert (early.sent, server.arrived) == (0, [])
        later = desk.dispatch(address, again)

        assert (later.sent, later.errors) == (1, [])
        expect_same(server.arrived[0], before)
    assert (desk.message().status, desk.message().attempts) == ("sent", 2)


@rows(PERMANENT)
def test_a_message_that_is_refused_has_failed_and_only_a_bad_address_is_suppressed(
    fault: Fault, desk: Desk, server_tls: ssl.SSLContext
) -> None:
    with served(fault, desk, server_tls) as (server, address, changes):
        told = desk.dispatch(address, **changes)

        after = desk.message()
        assert (after.status, after.attempts, after.unsure) == ("failed", 1, 0)
        assert (after.next_attempt_at, after.stage) == (None, fault.stage)
        assert desk.rows() == [("failed", "undeliverable")]
        expect_attempts(desk, (fault.code, fault.answer, "permanent"))
        ada = [("ada@harbour.example", fault.suppressed)] if fault.suppressed else []
        assert (desk.suppressed(), desk.server()) == (ada, None)
        assert (told.sent, told.failed, told.errors) == (0, 1, [])

        assert desk.dispatch(server.address, NOW + dt.timedelta(days=1)).sent == 0
        assert server.arrived == []


@rows(AMBIGUOUS)
def test_a_message_without_an_answer_is_tried_once_more_and_then_parked(
    fault: Fault, desk: Desk, server_tls: ssl.SSLContext
) -> None:
    before = desk.message()
    with served(fault, desk, server_tls) as (server, address, changes):
        told = desk.dispatch(address, **changes)

        after = desk.message()
        again = retry_after(1, at=NOW, key=before.rfc_id)
        assert again is not None
        assert (after.status, after.attempts, after.unsure) == ("queued", 1, 1)
        assert (after.next_attempt_at, after.stage) == (again, fault.stage)
        assert after.bundle == f"{before.bundle}#{before.id}"  # no further row joins it
        assert desk.rows() == [("queued", None)]
        expect_attempts(desk, (fault.code, fault.answer, "ambiguous"))
        assert (desk.suppressed(), desk.server()) == ([], None)
        assert (told.sent, told.failed, told.errors) == (0, 0, [])
        server.arrived.clear()  # who answered too late has it
        server.again()

        second = desk.dispatch(address, again, **changes)

        assert (second.sent, second.errors) == (0, [])
        after = desk.message()
        assert (after.status, after.attempts, after.unsure) == ("parked", 2, 2)
        assert (after.next_attempt_at, after.rfc_id) == (None, before.rfc_id)
        assert desk.rows() == [("held", "parked")]
        expect_attempts(desk, *[(fault.code, fault.answer, "ambiguous")] * 2)
        assert desk.dispatch(address, NOW + dt.timedelta(days=2)).sent == 0


@pytest.mark.parametrize("desk", ["sqlite", "postgresql"], indirect=True)
def test_the_second_try_of_a_message_without_an_answer_is_the_same_message(desk: Desk) -> None:
    """Same Message-ID, same Date, same bytes: whoever has it twice can tell."""
    before = desk.message()
    lost = {"BODY": [Late(0.8)]}
    with ScriptedServer(lost) as server:
        desk.dispatch(server.address, timeouts=HASTY)
        again = desk.message().next_attempt_at
        assert again is not None

        told = desk.dispatch(server.address, again)

        assert told.sent == 1
        expect_same(server.arrived[-1], before)
        assert {mail.data for mail in server.arrived} == {server.arrived[-1].data}
    assert (desk.message().status, desk.message().unsure) == ("sent", 1)
    assert desk.rows() == [("sent", None)]


def test_a_class_that_is_parked_when_unsure_is_parked_at_once(desk: Desk) -> None:
    programme = desk.office.programme_named("ats")
    classes = {
        key: one.model_copy(update={"when_unsure": "parked"})
        for key, one in programme.send_policy.classes.items()
    }
    policy = programme.send_policy.model_copy(update={"classes": classes})
    careful = programme.model_copy(update={"send_policy": policy})
    with ScriptedServer({"BODY": [DROP]}) as server:
        told = desk.dispatch(server.address, programme_named=lambda _: careful)

        after = desk.message()
        assert (after.status, after.attempts, after.unsure) == ("parked", 1, 1)
        assert (after.next_attempt_at, desk.rows()) == (None, [("held", "parked")])
        assert (told.sent, told.failed, told.errors) == (0, 0, [])
        assert desk.dispatch(server.address, NOW + dt.timedelta(days=1)).sent == 0


def test_a_late_answer_within_the_time_allowed_is_an_answer(desk: Desk) -> None:
    with ScriptedServer({"MAIL": Late(0.3), "BODY": Late(0.3)}) as server:
        assert desk.dispatch(server.address).sent == 1
    assert desk.attempts() == [(250, "2.0.0 kept", "sent")]


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
