"""Delivery-status notifications: what a mail that came back says. Pure; raises nothing.

The standard library's parser reads RFC 3464; flufl.bounce knows the other forms. Which message
it is about is told by the address that it came to (`ats.outbox.verp`), never by its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from email.utils import getaddresses
from typing import Literal

from flufl.bounce import all_failures

from ats.outbox.result import one_line
from ats.outbox.verp import BounceAddress

Kind = Literal["hard", "soft", "delayed", "delivered", "reply"]

#: Headers in which the mail servers on the way note whom a mail came to; the first is nearest.
_CAME_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to")

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
#: RFC 3463: no such mailbox, its domain or syntax (5.1.x, but for what is wrong with *our*
#: address), a mailbox that is disabled, a domain that does not exist.
_BAD_ADDRESS = re.compile(r"5\.1\.(?!7$|8$)\d+|5\.2\.1|5\.4\.4")
_UNKNOWN_USER = re.compile(
    r"\b55[0-4]\b.*\b(user|mailbox|recipient|address|account)\b.*"
    r"\b(unknown|not found|does ?n.t exist|not exist|unavailable|disabled|rejected)"
    r"|\b(no such|unknown) (user|mailbox|recipient|address)",
    re.IGNORECASE,
)
_LARGEST = 1_000_000  # bytes that are read of a notification


@dataclass(frozen=True, slots=True)
class Notification:
    """What came back about one message of ours, by its id.

    `hard`: the address does not work. `soft`: it was not delivered, for a reason that may pass.
    `delayed`, `delivered`: the servers still try, or have succeeded. `reply`: a person or a
    vacation program wrote. `status` is of RFC 3463, '' where none was given; `answer` is the
    refusing server's, on one line without addresses.
    """

    message: int
    kind: Kind
    status: str = ""
    answer: str = ""


def read(data: bytes, addresses: BounceAddress) -> Notification | None:
    """Return what this mail says about one of our messages; None if it did not come to one.

    A mail to an address that we did not make is None, whatever it claims.
    """
    mail = message_from_bytes(data[:_LARGEST], policy=policy.compat32)
    message = _message(mail, addresses)
    if message is None:
        return None
    for block in _recipients(mail):
        return _of_report(message, block)
    if _is_automatic_reply(mail):
        return Notification(message, "reply")
    return _of_other_form(message, mail)


def _message(mail: Message, addresses: BounceAddress) -> int | None:
    for header in _CAME_TO:
        values = [str(value) for value in mail.get_all(header, [])]
        for _, address in getaddresses(values):
            if (message := addresses.message(address)) is not None:
                return message
    return None


# -- RFC 3464 ----------------------------------------------------------------------------------


def _recipients(mail: Message) -> Iterator[Message]:
    """Yield the fields about each recipient, in a delivery-status report."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            for block in part.get_payload():
                if isinstance(block, Message) and "action" in block:
                    yield block


def _of_report(message: int, block: Message) -> Notification:
    action = str(block["action"]).strip().casefold()
    diagnosis = str(block.get("diagnostic-code", ""))
    found = _STATUS.search(str(block.get("status", ""))) or _STATUS.search(diagnosis)
    status = found[0] if found else ""
    answer = one_line(diagnosis.partition(";")[2] or diagnosis)
    match action:
        case "delayed":
            return Notification(message, "delayed", status, answer)
        case "delivered" | "relayed" | "expanded":
            return Notification(message, "delivered", status, answer)
    return Notification(message, _gravity(status, answer), status, answer)


def _gravity(status: str, answer: str) -> Literal["hard", "soft"]:
    """Say whether a failure is the address's own. Others (full, too big, policy) may pass."""
    said = _STATUS.search(answer)
    for one in (status, said[0] if said else ""):
        if _BAD_ADDRESS.fullmatch(one):
            return "hard"
    vague = status in ("", "5.0.0", "5.5.0")
    return "hard" if vague and _UNKNOWN_USER.search(answer) else "soft"


# -- other forms -------------------------------------------------------------------------------


def _is_automatic_reply(mail: Message) -> bool:
    """Say whether a vacation program or the like wrote this (RFC 3834, and what came before)."""
    submitted = str(mail.get("auto-submitted", "")).casefold()
    older = str(mail.get("precedence", "")).strip().casefold()
    return (
        submitted.startswith("auto-replied")
        or "x-autoreply" in mail
        or "x-autorespond" in mail
        or older == "auto_reply"
    )


def _of_other_form(message: int, mail: Message) -> Notification:
    try:
        temporary, permanent = all_failures(mail)
    except Exception:  # noqa: BLE001 (its detectors meet every kind of text)
        temporary, permanent = frozenset(), frozenset()
    if permanent:
        return Notification(message, "hard")
    return Notification(message, "soft" if temporary else "reply")
