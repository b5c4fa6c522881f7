"""What comes back, in the formats that mail servers, programs and people write."""

from __future__ import annotations

import time

import pytest
from returned import (
    DAEMON,
    EXCHANGE,
    EXIM,
    EXIM_BEFORE_REPORTS,
    FEEDBACK,
    QMAIL,
    READ_RECEIPT,
    REPLY,
    VACATION,
    filled,
    postfix,
)

from ats.outbox.notifications import LARGEST, Notification, read
from ats.outbox.verp import BounceAddress

OURS = BounceAddress("ats@provider.example", b"a key that nobody else has")
TO = OURS.of(7)


def told(data: bytes) -> tuple[str, str] | None:
    """Return (kind, status) of what is said about message 7."""
    said = read(data, OURS)
    assert said is None or said.message == 7
    return (said.kind, said.status) if said else None


# -- RFC 3464 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "status", "answer", "kind"),
    [
        ("failed", "5.1.1", "550 5.1.1 user unknown", "hard"),
        ("failed", "5.1.2", "550 5.1.2 bad destination system", "hard"),
        ("failed", "5.4.4", "Host or domain name not found. Name service error", "hard"),
        ("failed", "5.2.1", "550 5.2.1 mailbox disabled", "hard"),
        ("failed", "5.0.0", "550 No such user here", "hard"),
        ("failed", "5.0.0", "550 5.1.1 no mailbox", "hard"),
        ("Failed (bad destination mailbox address)", "5.1.1", "550 gone", "hard"),
        ("failed", "5.1.8", "553 5.1.8 sender's domain does not exist", "soft"),
        ("failed", "5.1.7", "553 5.1.7 bad sender's mailbox", "soft"),
        ("failed", "5.2.2", "552 5.2.2 mailbox full", "soft"),
        ("failed", "5.3.4", "552 5.3.4 message too big", "soft"),
        ("failed", "5.7.1", "550 5.7.1 rejected by policy: recipient unknown to me", "soft"),
        ("failed", "5.0.0", "554 rejected", "soft"),
        ("failed", "4.0.0", "450 no such user for now", "soft"),
        ("failed", "4.4.1", "connect to mx.harbour.example: timed out", "soft"),
        ("delayed", "4.4.1", "connect to mx.harbour.example: timed out", "delayed"),
        ("delivered", "2.0.0", "250 2.0.0 ok", "delivered"),
        ("relayed", "2.0.0", "250 2.0.0 ok", "delivered"),
        ("expanded", "2.0.0", "", "delivered"),
    ],
)
def test_a_report_says_whether_the_address_is_at_fault(
    action: str, status: str, answer: str, kind: str
) -> None:
    data = postfix(TO, action=action, status=status, answer=answer)
    assert told(data) == (kind, status)


def test_the_servers_answer_is_kept_without_addresses() -> None:
    said = read(postfix(TO), OURS)
    assert said == Notification(
        7, "hard", "5.1.1", "550 5.1.1 <address>: Recipient address rejected"
    )


@pytest.mark.parametrize("form", [EXIM, EXIM_BEFORE_REPORTS], ids=["report", "text"])
@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("Unrouteable address", "hard"),
        ("host mx.harbour.example [192.0.2.7]: 550 5.1.1 no such user", "hard"),
        ("host mx.harbour.example [192.0.2.7]: 550 User unknown", "hard"),
        ("mailbox is full: retry timeout exceeded", "soft"),
        ("host mx.harbour.example [192.0.2.7]: 552 5.2.2 over quota", "soft"),
    ],
)
def test_exim_names_whom_it_failed_to_reach_and_marks_its_bounce_as_a_reply(
    form: str, reason: str, kind: str
) -> None:
    said = told(filled(form, TO, REASON=reason))
    assert said is not None
    assert said[0] == kind


def test_exchange_has_subcodes_of_its_own() -> None:
    assert told(filled(EXCHANGE, TO)) == ("hard", "5.1.10")


def test_of_several_that_an_address_stands_for_the_mildest_counts() -> None:
    report = postfix(TO).decode()
    other = "\nFinal-Recipient: rfc822; ben@harbour.example\nAction: delivered\nStatus: 2.0.0\n"
    data = report.replace("\n--B/mx\nContent-Description: Undelivered", f"{other}\n--B/mx\nX: x")
    assert told(data.encode()) == ("delivered", "2.0.0")


# -- other forms -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("192.0.2.7 does not like recipient.\nSorry, no mailbox by that name. (#5.1.1)", "hard"),
        ("Sorry, I wasn't able to find a mail exchanger.", "hard"),
        ("Mailbox over quota. (#5.2.2)", "soft"),
        ("192.0.2.7 failed after I sent the message: too large", "soft"),
    ],
)
def test_a_bounce_of_no_standard_form_is_understood(reason: str, expected: str) -> None:
    said = told(filled(QMAIL, TO, REASON=reason))
    assert said is not None
    assert said[0] == expected


MAILER = "Mailer-Daemon@old.example (Mail Delivery Subsystem)"


def by_a_daemon(reason: str, *, author: str = MAILER, **values: str) -> Notification | None:
    """Return what is said by a server that writes in words only, under its own name or another."""
    values = {"SUBJECT": "About your mail", "HEADER": "X-Mailer: old", **values}
    return read(filled(DAEMON, TO, REASON=reason, AUTHOR=author, **values), OURS)


@pytest.mark.parametrize(
    ("reason", "kind", "status"),
    [
        ("550 5.1.1 <ada@harbour.example>: user unknown", "hard", "5.1.1"),
        ("<ada@harbour.example>... User unknown (5.1.1)", "hard", "5.1.1"),
        ("554 5.0.0 Service unavailable (550 5.1.1 no such user)", "hard", "5.1.1"),
        ("550 user unknown", "soft", ""),  # not plain enough for ever
        ("550 5.2.1 mailbox disabled", "soft", "5.2.1"),
        ("553 5.1.8 the sender's domain does not exist", "soft", "5.1.8"),
        ("552 5.2.2 mailbox full", "soft", "5.2.2"),
        ("451 4.7.1 please come back later", "soft", "4.7.1"),
        ("the mailbox is over quota", "soft", ""),
        ("Hello, I am a machine.", "reply", ""),
    ],
)
def test_a_daemon_that_writes_no_report_is_understood_cautiously(
    reason: str, kind: str, status: str
) -> None:
    said = by_a_daemon(reason)
    assert said is not None
    assert (said.message, said.kind, said.status) == (7, kind, status)
    assert "@" not in said.answer
    assert bool(said.answer) == (kind != "reply")


@pytest.mark.parametrize(
    ("author", "values", "kind"),
    [
        ("MAILER-DAEMON", {}, "hard"),
        (MAILER, {"HEADER": "Auto-Submitted: auto-replied"}, "hard"),  # as Postfix marks its own
        ("<>", {}, "hard"),
        ("postmaster@harbour.example", {}, "hard"),
        ("Mail Delivery System <system@harbour.example>", {}, "hard"),
        ("noreply@harbour.example", {"SUBJECT": "Undeliverable: Your agenda"}, "hard"),
        ("Ada Lovelace <ada@harbour.example>", {}, "reply"),  # vacation programs have no sender
        ("postmaster@x.example", {"HEADER": "Auto-Submitted: auto-replied"}, "reply"),
        ("postmaster@x.example", {"HEADER": "X-Autoreply: yes"}, "reply"),
    ],
)
def test_only_a_mail_server_is_believed_that_an_address_is_unknown(
    author: str, values: dict[str, str], kind: str
) -> None:
    said = by_a_daemon("550 5.1.1 user unknown", author=author, **values)
    assert said is not None
    assert said.kind == kind


def test_a_daemon_with_a_sender_of_its_own_is_believed_by_its_name_only() -> None:
    mail = filled(
        DAEMON, TO, REASON="550 5.1.1 user unknown", SUBJECT="Undeliverable: x", HEADER="X: x"
    ).replace(b"Return-Path: <>", b"Return-Path: <ada@harbour.example>")
    assert told(mail.replace(b"AUTHOR", b"postmaster@harbour.example")) == ("reply", "")
    assert told(mail.replace(b"AUTHOR", b"MAILER-DAEMON")) == ("hard", "5.1.1")


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied (vacation)",
        "X-Autoreply: yes",
        "X-Autorespond: Out of office",
        "Precedence: auto_reply",
        "Subject2: nothing says that it is automatic",
    ],
)
def test_an_automatic_reply_is_no_bounce_whatever_it_says(header: str) -> None:
    assert told(filled(VACATION, TO, HEADER=header)) == ("reply", "")


@pytest.mark.parametrize("sample", [REPLY, FEEDBACK, READ_RECEIPT])
def test_replies_complaints_and_receipts_are_no_bounces(sample: str) -> None:
    assert told(filled(sample, TO)) == ("reply", "")


# -- whose it is -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "to",
    [
        "ats@provider.example",
        "ats+b7-aaaaaaaaaaaaaaaa@provider.example",
        "ats+b7-@provider.example",
        TO.replace("+b7-", "+b8-"),
        TO.replace("provider.example", "evil.example"),
        BounceAddress("ats@provider.example", b"another key").of(7),
        "",
        "<>",
    ],
)
def test_what_came_to_no_address_of_ours_is_not_ours(to: str) -> None:
    assert read(postfix(to), OURS) is None


@pytest.mark.parametrize(
    "head",
    [
        f"To: {TO.upper()}",
        f'To: "ATS, team" <{TO}>, <other@x.example>',
        f"To: undisclosed-recipients:;\nX-Original-To: {TO}",
        f"Envelope-To: {TO}\nTo: somebody@x.example",
        f"Delivered-To: ats@provider.example\nDelivered-To: {TO}",
    ],
)
def test_the_address_is_found_where_servers_write_it(head: str) -> None:
    body = postfix("X").partition(b"Auto-Submitted")[2]
    assert told(head.encode() + b"\nAuto-Submitted" + body) == ("hard", "5.1.1")


# -- broken and hostile ------------------------------------------------------------------------


def nested(levels: int) -> bytes:
    """Return parts within parts."""
    parts = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(levels)
    )
    return f"To: {TO}\nMIME-Version: 1.0\n{parts}\n\nx".encode()


HOSTILE = {
    "nothing": b"",
    "no-head": b"\n\n\n",
    "only-zeros": b"\x00" * 5000,
    "no-end": postfix(TO)[:900],
    "no-boundary": postfix(TO).replace(b'boundary="B/mx"', b"boundary="),
    "wrong-boundary": postfix(TO).replace(b'boundary="B/mx"', b'boundary="other"'),
    "nested": nested(3000),
    "brackets": b"To: " + b"(" * 200_000 + f"\nTo: {TO}\n\nx".encode(),
    "many-addresses": b"To: " + b"a@b.example, " * 60_000 + b"\n\n",
    "many-headers": f"To: {TO}\n".encode() * 10_000 + b"\n",
    "long-line": f"To: {TO}\n\n".encode() + b"a" * 2_000_000,
    "many-lines": f"To: {TO}\n\n".encode() + b"<a@b.example>: 550 user\n" * 50_000,
    "many-ats": f"To: {TO}\n\n".encode() + b"@" * 500_000,
    "many-blanks": f"To: {TO}\n\n".encode() + b" " * 500_000 + b"\n" * 100_000,
    "binary": f"To: {TO}\nContent-Type: text/plain; charset=no-such\n\n".encode()
    + bytes(range(256)) * 2000,
    "base64": f"To: {TO}\nContent-Transfer-Encoding: base64\n\n!!!!".encode(),
    "many-reports": postfix(TO).replace(
        b"\nFinal-Recipient",
        b"\nAction: failed\nStatus: 5.1.1\n\n" * 5000 + b"Final-Recipient",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_broken_or_hostile_is_read_without_fault_and_soon(name: str) -> None:
    began = time.monotonic()
    read(HOSTILE[name], OURS)
    assert time.monotonic() - began < 10


def test_what_cannot_be_taken_apart_is_no_bounce() -> None:
    assert told(nested(3000)) == ("reply", "")


def test_a_huge_mail_sent_back_does_not_hide_its_report() -> None:
    data = postfix(TO) + b"x" * (2 * LARGEST)
    assert told(data) == ("hard", "5.1.1")


def test_an_answer_of_signs_that_no_database_takes_is_kept_without_them() -> None:
    said = read(
        postfix(
            TO,
            answer="550 5.1.1 \x00no\x1b[31m such\udcff user".encode(
                "utf-8", "surrogateescape"
            ).decode("latin-1"),
        ),
        OURS,
    )
    assert said is not None
    assert said.answer.isprintable()
