"""A mail server that takes every message at once, in this process: all but SMTP is real.

Messages are claimed, rendered, written as MIME and sealed into their envelopes; what would be
the conversation is a function call, and its answer is recorded as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from ats.outbox.deliver import Relay, Result, SmtpAddress
from ats.outbox.envelope import sealed

NOWHERE = SmtpAddress("127.0.0.1", 9)  # nobody listens there: what leaves this process fails


@dataclass(slots=True)
class Accepted:
    """How much was taken."""

    messages: int = 0
    octets: int = 0


@contextmanager
def acceptance() -> Iterator[Accepted]:
    """Take all that is sent within this context, and count it."""
    accepted = Accepted()

    async def take(
        _: Relay,
        *,
        sender: str,
        recipient: str,
        data: bytes,
        before_body: Callable[[], None] = lambda: None,
    ) -> Result:
        envelope = sealed(sender=sender, recipient=recipient, data=data)
        if isinstance(envelope, Result):
            return envelope
        before_body()
        accepted.messages += 1
        accepted.octets += len(envelope.body)
        return Result("sent", 250, "2.0.0 Accepted", "answered")

    with patch.object(Relay, "send", take):
        yield accepted
