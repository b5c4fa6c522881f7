"""The faults of a mail server, a row for each: what happens, and what is known of it then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scripted_server import DROP, EVERYTHING, HANG, PLAIN, WITH_LOGIN, Act, Late

LOST = "The connection to the mail server was lost."
SILENT = "The mail server did not answer within 0.3 s."
NO_SMTP = "The mail server's reply is no SMTP: nonsense"
NO_END = "The mail server's reply has no end."
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
    reply("RCPT", "554 Service unavailable; Client host [192.0.2.7] blocked using a list"),
    reply("RCPT", "550 Administrative prohibition", both=True),
    reply("BODY", "550 Message rejected as spam"),
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
