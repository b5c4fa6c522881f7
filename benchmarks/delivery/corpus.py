"""The messages that everybody sends: what `ats` renders for the people of one cohort.

`ats` renders them itself when it takes them from its outbox; the others get subject, text and
HTML, and write MIME themselves, or get the bytes where only the transport is compared.
"""

from __future__ import annotations

import email
import email.policy
import json
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Letter:
    """One message; `raw` is the whole of it as `ats` writes it, in ASCII with CRLF."""

    sender: str
    to: str
    address: str
    subject: str
    text: str
    html: str
    raw: str


def parsed(address: str, raw: str) -> Letter:
    """Return the letter that came over the wire for *address*, read by the standard library."""
    data = raw.encode("utf-8", "surrogateescape")  # as the sink has decoded it
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return Letter(
        sender=str(message["From"]),
        to=str(message["To"]),
        address=address,
        subject=str(message["Subject"]),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        raw=raw,
    )


def differences(sent: Iterable[Letter], corpus: Iterable[Letter]) -> Iterator[str]:
    """Yield a sentence for each letter that does not say what the corpus says."""
    known = {letter.address: letter for letter in corpus}
    for letter in sent:
        wanted = known.get(letter.address)
        if wanted is None:
            yield f"{letter.address} is nobody's address"
            continue
        for part in ("subject", "text", "html"):
            if getattr(letter, part) != getattr(wanted, part):
                yield f"{letter.address} got another {part}"


def median_size(corpus: Iterable[Letter]) -> int:
    """Return the median length of the messages in octets."""
    return int(statistics.median(len(letter.raw) for letter in corpus))


def save(corpus: Iterable[Letter], path: Path) -> None:
    """Write one JSON document per line."""
    with path.open("w", encoding="utf-8") as file:
        for letter in corpus:
            file.write(json.dumps(asdict(letter)) + "\n")


def load(path: Path) -> list[Letter]:
    """Read what `save` has written."""
    with path.open(encoding="utf-8") as file:
        return [Letter(**json.loads(line)) for line in file]


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n").rstrip("\n")
