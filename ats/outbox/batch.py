"""Send many messages at once, and stop as soon as the mail server cannot be used."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from ats.outbox.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message on its way; `key` is the caller's, to know it again by.

    `doubted`: it was refused before, when everybody seemed to be (see `ats.outbox.suspicion`).
    """

    key: int | str
    sender: str
    recipient: str
    data: bytes
    doubted: bool = False


Done = tuple[Outgoing, Result]


class Courier(Protocol):
    """What takes messages, up to *size* at once: `ats.outbox.deliver.Relay`."""

    size: int

    async def send(
        self, *, sender: str, recipient: str, data: bytes, before_body: Callable[[], None]
    ) -> Result:
        """Try once; raise nothing for what the outside does."""


class Queue(Protocol):
    """What messages are taken from, by several at once."""

    async def next(self) -> Outgoing | None:
        """Return the next message, None when there will be no more."""

    def stop(self) -> None:
        """Give out nothing any more."""


class Ready:
    """A queue of messages that are all known; read as room becomes free."""

    def __init__(self, mails: Iterable[Outgoing]) -> None:
        self._mails = iter(mails)
        self._stopped = False

    async def next(self) -> Outgoing | None:
        return None if self._stopped else next(self._mails, None)

    def stop(self) -> None:
        self._stopped = True

    def rest(self) -> list[Outgoing]:
        """Return what nobody has taken."""
        return list(self._mails)


OnBody = Callable[[Outgoing], None]
OnResult = Callable[[Outgoing, Result], None]


def _nothing(_: Outgoing) -> None:
    """Note nothing."""


async def send_each(
    courier: Courier,
    mails: Queue,
    *,
    on_result: OnResult,
    on_body: OnBody = _nothing,
    stop_on_relay_fault: bool = True,
) -> None:
    """Send *mails*, as many at once as the courier takes, until there are no more.

    *on_body* is called before the body of a message leaves, *on_result* once for each message
    tried, both in this thread, the latter in order of completion. The first message goes alone;
    after a fault of the relay or of its configuration no further one is taken from the queue.
    What the queue or a callback raises is raised, once what was under way has ended.
    """
    run = _Run(courier, mails, on_result, on_body, stop_on_relay_fault)
    await run.work(most=1)
    ended = await asyncio.gather(*(run.work() for _ in range(courier.size)), return_exceptions=True)
    for fault in ended:
        if fault is not None:
            raise fault


@dataclass(slots=True)
class _Run:
    """What the workers of one `send_each` share."""

    courier: Courier
    waiting: Queue
    on_result: OnResult
    on_body: OnBody
    stop_on_relay_fault: bool

    async def work(self, *, most: int | None = None) -> None:
        """Send one message after the other, at *most* so many, until told to stop."""
        done = 0
        try:
            while done != most:
                mail = await self.waiting.next()
                if mail is None:
                    return
                await self._send(mail)
                done += 1
        except BaseException:
            self.waiting.stop()
            raise

    async def _send(self, mail: Outgoing) -> None:
        result = await self.courier.send(
            sender=mail.sender,
            recipient=mail.recipient,
            data=mail.data,
            before_body=lambda: self.on_body(mail),
        )
        if self.stop_on_relay_fault and result.stops:
            self.waiting.stop()
        self.on_result(mail, result)
