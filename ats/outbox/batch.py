"""Send many messages at once, and stop as soon as the mail server cannot be used."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ats.outbox.result import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message on its way; `key` is the caller's, to know it again by."""

    key: int | str
    sender: str
    recipient: str
    data: bytes


class Courier(Protocol):
    """What takes messages, up to *size* at once: `ats.outbox.deliver.Relay`."""

    size: int

    async def send(self, *, sender: str, recipient: str, data: bytes) -> Result:
        """Try once; raise nothing for what the outside does."""


async def send_each(
    courier: Courier,
    mails: Iterable[Outgoing],
    *,
    on_result: Callable[[Outgoing, Result], None],
    stop_on_relay_fault: bool = True,
) -> list[Outgoing]:
    """Send *mails*, as many at once as the courier takes; return those not tried.

    *mails* is read as room becomes free. *on_result* is called in this thread, in order of
    completion, once for each message tried. The first message goes alone; after a fault of the
    relay or of its configuration no further one is tried, and the rest is returned untouched.
    What *mails* or *on_result* raises is raised, once what was under way has ended.
    """
    run = _Run(courier, iter(mails), on_result, stop_on_relay_fault)
    await run.work(most=1)
    ended = await asyncio.gather(*(run.work() for _ in range(courier.size)), return_exceptions=True)
    for fault in ended:
        if fault is not None:
            raise fault
    return list(run.waiting)


@dataclass(slots=True)
class _Run:
    """What the workers of one `send_each` share."""

    courier: Courier
    waiting: Iterator[Outgoing]
    on_result: Callable[[Outgoing, Result], None]
    stop_on_relay_fault: bool
    stopped: bool = False

    async def work(self, *, most: int | None = None) -> None:
        """Send one message after the other, at *most* so many, until told to stop."""
        done = 0
        try:
            while not self.stopped and done != most:
                mail = next(self.waiting, None)
                if mail is None:
                    return
                result = await self.courier.send(
                    sender=mail.sender, recipient=mail.recipient, data=mail.data
                )
                if self.stop_on_relay_fault and result.stops:
                    self.stopped = True
                done += 1
                self.on_result(mail, result)
        except BaseException:
            self.stopped = True
            raise
