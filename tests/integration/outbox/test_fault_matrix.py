"""What every fault of a mail server does to a message: the fault matrix, a row per fault.

Each row goes through claim, courier and records. What the five kinds of fault come to stands in
the five tests; a row says which kind it is, what was answered, and where the attempt stopped.
"""

from __future__ import annotations

import datetime as dt
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from faults import AMBIGUOUS, CONFIGURATION, PERMANENT, RELAY, TEMPORARY, Fault
from scripted_server import (
    DROP,
    Arrived,
    Late,
    ScriptedServer,
)
from sending import HASTY, NOW, PATIENT, Desk

from ats.outbox.retry import retry_after
from ats.outbox.smtp_url import SmtpAddress


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
