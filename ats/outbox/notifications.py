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
from email.parser import BytesHeaderParser
from itertools import islice
from typing import Literal

from flufl.bounce import all_failures

from ats.outbox.result import is_bad_address, is_bad_mail, one_line
from ats.outbox.verp import BounceAddress

Kind = Literal["hard", "soft", "delayed", "delivered", "reply"]

#: Bytes that are read of a notification; what makes it one stands at its head.
LARGEST = 256_000
_MOST = 50  # reports, or headers of one name, that are looked at

#: Headers in which the mail servers on the way note whom a mail came to; the first is nearest.
_CAME_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to")
#: No grammar: an address of ours needs none, and a hostile header would make a parser work.
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,100}@[^\s<>()\[\],;:\"@]{1,255}")

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_UNKNOWN_USER = re.compile(
    r"\b55[0-4]\b.{0,200}\b(user|mailbox|recipient|address|account)\b.{0,200}"
    r"\b(unknown|not found|does ?n.t exist|not exist|unavailable|disabled|rejected)"
    r"|\b(no such|unknown) (user|mailbox|recipient|address)|\bunrout\w+ (address|domain)",
    re.IGNORECASE,
)
#: In a bounce of no form: not the address, but something about it or this mail that may pass.
_MAY_PASS = re.compile(
    r"\b(full|quota|too (large|big)|exceed\w*|spam|blocked|blacklist\w*|policy|timed? ?out|timeout"
    r"|temporar\w+|connection refused)\b",
    re.IGNORECASE,
)
#: Of those what blames the mail, or whoever sends such: nothing that a mailbox could be cured of.
_BLAMES_THE_MAIL = re.compile(
    r"\b(too (large|big)|message (size|length) exceeds|spam|blocked|blacklist\w*|blocklist\w*"
    r"|policy|virus|dmarc|spf|dkim)\b",
    re.IGNORECASE,
)
#: Where the mail that is sent back begins.
_SENT_BACK = re.compile(
    r"(?im)^\W*(this is a copy|below this line|(start of )?(original|returned) message"
    r"|(return-path|received|message-id):)"
)
#: Who writes bounces; a vacation program has the null sender, too, but its owner's name.
_DAEMON = re.compile(r"\bmailer[-_]?daemon\b", re.IGNORECASE)
_MAIL_SYSTEM = re.compile(r"\bpostmaster@|\bmail delivery (sub)?system\b", re.IGNORECASE)
_RETURNED = re.compile(
    r"(undeliver|returned mail|delivery (status notification|failure|has failed)"
    r"|failure notice|mail delivery fail)",
    re.IGNORECASE,
)
#: A refusal in the words of SMTP, "550 user unknown" or "452 4.2.2", on one line.
_REFUSAL = re.compile(r"(?<![\d.])[45][0-5]\d[ -]+\S.{3}")
#: What says no more than that it failed; then the words decide.
_VAGUE = ("", "5.0.0", "5.5.0")
#: Of several that an address stands for: the mildest counts, for it reached somebody.
_MILDEST: tuple[Kind, ...] = ("delivered", "delayed", "soft", "hard")


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
    data = data[:LARGEST]
    message = _message(BytesHeaderParser(policy=policy.compat32).parsebytes(data), addresses)
    if message is None:
        return None
    try:
        return _said(message, message_from_bytes(data, policy=policy.compat32))
    except Exception:  # noqa: BLE001 (parts within parts without end, and what else people send)
        return Notification(message, "reply")


def blames_the_mail(status: str, answer: str) -> bool:
    """Say whether a soft bounce is the content's or a policy's fault, and not the mailbox's.

    Then another mail may well arrive there, however often this one is refused.
    """
    statuses = {status, *(found[0] for found in _STATUS.finditer(answer))}
    if any(is_bad_mail(one) for one in statuses):
        return True
    return statuses.issubset((*_VAGUE, "4.0.0")) and _BLAMES_THE_MAIL.search(answer) is not None


def _message(head: Message, addresses: BounceAddress) -> int | None:
    for header in _CAME_TO:
        for value in head.get_all(header, [])[:_MOST]:
            for address in _ADDRESS.findall(str(value)[:10_000]):
                if (message := addresses.message(address)) is not None:
                    return message
    return None


def _said(message: int, mail: Message) -> Notification:
    text = _first_text(mail)
    reports = [_of_report(message, block, text) for block in islice(_recipients(mail), _MOST)]
    if reports:
        return min(reports, key=lambda report: _MILDEST.index(report.kind))
    if _is_automatic_reply(mail) and not _DAEMON.search(_header(mail, "from")):
        return Notification(message, "reply")
    return _of_other_form(message, mail, text)


def _first_text(mail: Message) -> str:
    """Return what the notification says in words, before the mail that it sends back."""
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            text = bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")
            return _SENT_BACK.split(text)[0][:4000]
    return ""


# -- RFC 3464 ----------------------------------------------------------------------------------


def _recipients(mail: Message) -> Iterator[Message]:
    """Yield the fields about each recipient, in a delivery-status report."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            for block in part.get_payload():
                if isinstance(block, Message) and "action" in block:
                    yield block


def _of_report(message: int, block: Message, text: str) -> Notification:
    action = str(block["action"]).strip().casefold()
    diagnosis = str(block.get("diagnostic-code", ""))
    found = _STATUS.search(str(block.get("status", ""))) or _STATUS.search(diagnosis)
    status = found[0] if found else ""
    answer = one_line(diagnosis.partition(";")[2] or diagnosis)
    if action.startswith("delayed"):
        return Notification(message, "delayed", status, answer)
    if action.startswith(("delivered", "relayed", "expanded")):
        return Notification(message, "delivered", status, answer)
    return Notification(message, _gravity(status, answer or text), status, answer)


def _gravity(status: str, answer: str) -> Literal["hard", "soft"]:
    """Say whether a failure is the address's own. Others (full, too big, policy) may pass."""
    said = _STATUS.search(answer)
    if is_bad_address(status) or (said and is_bad_address(said[0])):
        return "hard"
    return "hard" if status in _VAGUE and _UNKNOWN_USER.search(answer) else "soft"


# -- other forms -------------------------------------------------------------------------------


def _is_automatic_reply(mail: Message) -> bool:
    """Say whether a vacation program or the like wrote this (RFC 3834, and what came before).

    Some mail servers mark their bounces so, too; those name whom they failed to reach.
    """
    if "x-failed-recipients" in mail:
        return False
    submitted = str(mail.get("auto-submitted", "")).strip().casefold()
    older = str(mail.get("precedence", "")).strip().casefold()
    return (
        submitted.startswith("auto-replied")
        or "x-autoreply" in mail
        or "x-autorespond" in mail
        or older == "auto_reply"
    )


def _of_other_form(message: int, mail: Message, text: str) -> Notification:
    temporary, permanent = all_failures(mail)
    if not permanent and not temporary and not _is_of_a_mail_system(mail):
        return Notification(message, "reply")
    statuses = [found[0] for found in _STATUS.finditer(text) if found[1] != "2"]
    status = next(filter(_is_unknown_address, statuses), statuses[0] if statuses else "")
    answer = _telling_line(text, status)
    if permanent and status:
        return Notification(message, _gravity(status, text), status, answer)
    if permanent:
        return Notification(message, "soft" if _MAY_PASS.search(text) else "hard", "", answer)
    if temporary:
        return Notification(message, "soft", status, answer)
    # Nobody but the text tells whether this is final, so only the plainest word is taken for it.
    if _is_unknown_address(status):
        return Notification(message, "hard", status, answer)
    return Notification(message, "soft" if answer else "reply", status, answer)


def _is_unknown_address(status: str) -> bool:
    return status.startswith("5.1.") and is_bad_address(status)


def _is_of_a_mail_system(mail: Message) -> bool:
    """Say whether a mail server wrote this: by its name, or without a sender and as such do."""
    if mail.get_param("report-type") not in (None, "delivery-status"):
        return False  # a complaint, or a receipt
    author = _header(mail, "from")
    if _DAEMON.search(author):
        return True
    if _header(mail, "return-path").strip() != "<>":
        return False
    return (
        author.strip() in ("", "<>")
        or _MAIL_SYSTEM.search(author) is not None
        or _RETURNED.match(_header(mail, "subject").strip()) is not None
    )


def _header(mail: Message, name: str) -> str:
    return str(mail.get(name, ""))[:1000]


def _telling_line(text: str, status: str) -> str:
    """Return the line that says why, without addresses; '' where none does."""
    words = (re.compile(re.escape(status)),) if status else (_REFUSAL, _UNKNOWN_USER, _MAY_PASS)
    telling = (line for line in text.splitlines() if any(one.search(line) for one in words))
    return one_line(next(telling, ""))
