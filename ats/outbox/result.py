"""What became of one attempt to hand a message to the mail server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["sent", "temporary", "permanent", "relay", "configuration", "ambiguous"]
#: How far the attempt got: no connection; before the body; body sent, unanswered; answered;
#: or refused, as others were in a row.
Stage = Literal["connect", "envelope", "body", "answered", "refused"]
#: What the server was replying to.
Step = Literal["connect", "starttls", "auth", "mail", "rcpt", "data", "body"]

_LONGEST_ANSWER = 400
_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+[\w>]")
_ENVELOPE = frozenset(("mail", "rcpt", "data"))
_ABOUT_THIS_MAIL = re.compile(r"5\.(3\.4|6\.\d+)\b")  # RFC 3463: too big; content not supported
#: RFC 3463: no such mailbox, domain or syntax (5.1.x, but for what is wrong with *our* address),
#: a mailbox that is disabled, a domain that does not exist.
_BAD_ADDRESS = re.compile(r"5\.1\.(?!7$|8$)\d{1,3}|5\.2\.1|5\.4\.4")
#: RFC 3463: the fault of what was sent, or of a policy about it or about us: security and policy,
#: content, length, our own address.
_BAD_MAIL = re.compile(r"[45]\.(7\.\d{1,3}|6\.\d{1,3}|2\.3|3\.4|1\.[78])")
_NO_RELAYING = re.compile(
    r"\brelay(ing)?\b.*\b(denied|allowed|permitted|prohibited)|unable to relay", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one attempt.

    `sent`: the server answers for the message now. `temporary`, `permanent`: this message was
    put off or refused. `relay`, `configuration`: nothing is wrong with the message; the server
    cannot be used now, or not with these settings. `ambiguous`: the body left and no answer
    came, so the message may have been accepted. `answer` is one line without addresses.
    """

    kind: Kind
    code: int | None
    answer: str
    stage: Stage

    @property
    def stops(self) -> bool:
        """Whether the next message would fail in the same way."""
        return self.kind in ("relay", "configuration")


def judged(step: Step, code: int, answer: str, *, addresses: tuple[str, ...] = ()) -> Result:
    """Return what a reply to *step* means; *addresses* are kept out of its text."""
    stage: Stage = "envelope" if step in _ENVELOPE else "connect"
    if step == "body":
        stage = "answered" if 200 <= code <= 599 else "body"
    known = code if 100 <= code <= 599 else None
    return Result(_kind(step, code, answer), known, one_line(answer, addresses=addresses), stage)


def is_bad_address(status: str) -> bool:
    """Say whether this status of RFC 3463 is a fault of the recipient's address itself."""
    return _BAD_ADDRESS.fullmatch(status) is not None


def is_bad_mail(status: str) -> bool:
    """Say whether this status of RFC 3463 blames the mail or its sender, not the recipient."""
    return _BAD_MAIL.fullmatch(status) is not None


def one_line(answer: str, *, addresses: tuple[str, ...] = ()) -> str:
    """Return *answer* as one printable line, with '<address>' for every address in it.

    Some servers name a recipient by the part before the @ only, so that goes as well.
    """
    text = " ".join(answer.encode("utf-8", "replace").decode().split())
    if not text.isprintable():
        text = "".join(sign for sign in text if sign.isprintable())
    if "@" in text:
        text = _ADDRESS.sub("<address>", text)
    for address in addresses:
        text = _without(address.partition("@")[0], text)
    return text[:_LONGEST_ANSWER]


def _without(local: str, text: str) -> str:
    """Return *text* with '<address>' for *local* where it stands alone."""
    if len(local) < 2 or local.casefold() not in text.casefold():
        return text  # nearly always: a pattern of its own would cost more than the sending
    alone = rf"(?<![\w<.]){re.escape(local)}(?![\w>.])"
    return re.sub(alone, "<address>", text, flags=re.IGNORECASE)


def _kind(step: Step, code: int, answer: str) -> Kind:
    if code == 421 or (code == 503 and step in _ENVELOPE):
        return "relay"  # it is closing, or we and it lost step
    if code == 530:  # the server wants a login or TLS
        return "configuration"
    family = code // 100
    if step == "body" and family == 2:
        return "sent"
    if family == 4:
        # Before the recipient is named, all messages would fare alike.
        return "temporary" if step in ("rcpt", "data", "body") else "relay"
    if family == 5:
        return _refused(step, answer, too_big=code == 552)
    return "ambiguous" if step == "body" else "relay"  # no reply of SMTP


def _refused(step: Step, answer: str, *, too_big: bool) -> Kind:
    if step == "connect":
        return "relay"
    if step in ("starttls", "auth"):
        return "configuration"
    if step == "mail":
        # The sender is ours, so it would be refused for everybody.
        return "permanent" if too_big or _ABOUT_THIS_MAIL.match(answer) else "configuration"
    # "Relaying denied" speaks about us or about one recipient's domain, and cannot be told apart:
    # kept for later it burns no year's mail, and does not hold up the others.
    return "temporary" if step == "rcpt" and _NO_RELAYING.search(answer) else "permanent"
