"""One open connection to a mail server: commands out, replies in, and when to give up waiting.

The library that opened it (see `ats.outbox.deliver`) asks for one reply at a time, with a lock, a
timer and a turn of the event loop for each. Here several replies cost one turn, and one timer
serves the whole life of the connection.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Container
from typing import NamedTuple

_LINE = re.compile(rb"(\d{3})(?:([ -])(.*))?\r?", re.DOTALL)
#: No reply is longer; this bounds the memory that a server can take.
_LONGEST = 32 * 1024
_CLOSING = 421


class Reply(NamedTuple):
    """What the server said to one command, its lines joined by line feeds."""

    code: int
    text: str


class Garbled(ConnectionError):
    """What the server says is no SMTP, or comes unasked: no later reply can be relied on."""


class Wire(asyncio.Protocol):
    """Takes over *transport*, on which the server has been greeted and knows us.

    *extensions* are the server's, in lower case.
    """

    def __init__(self, transport: asyncio.Transport, extensions: Container[str]) -> None:
        self.extensions = extensions
        self.has_served = False
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._buffer = b""
        self._lines: list[bytes] = []  # of a reply that goes on
        self._replies: list[Reply] = []
        self._fault: OSError | None = None
        self._wanted = 0
        self._waiter: asyncio.Future[None] | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        transport.set_protocol(self)

    @property
    def is_usable(self) -> bool:
        """Whether it is open, and nothing came that was not asked for."""
        return not (self._fault or self._is_speaking or self._transport.is_closing())

    def write(self, data: bytes) -> None:
        """Write to the wire at once. Raises OSError when nothing was written."""
        if self._fault is None and self._is_speaking:
            self._end(Garbled("The mail server speaks out of turn."))
        if self._fault is not None:
            raise self._fault
        if self._transport.is_closing():
            raise ConnectionResetError("The connection to the mail server is closed.")
        self._transport.write(data)

    async def wait(self, number: int, *, within: float) -> None:
        """Wait until so many replies have come, or will not come any more, or for these seconds.

        `take` tells which.
        """
        self._wanted = number
        if self._has_heard:
            return
        self._waiter = self._loop.create_future()
        self._give_up_in(within)
        try:
            await self._waiter
        finally:
            self._waiter = None

    def take(self) -> Reply:
        """Return the next reply that was waited for.

        Raises OSError when none came, Garbled among them; then the connection is closed.
        """
        if self._replies:
            return self._replies.pop(0)
        if self._fault is None:  # it said that it closes before it had answered everything
            self._end(ConnectionResetError("The mail server closed the connection."))
        assert self._fault is not None
        raise self._fault

    def close(self) -> None:
        """Close at once: to close TLS politely takes an answer, for which nobody waits here."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._transport.abort()

    # -- called by the event loop ----------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Read the replies that are complete, and go on when those asked for have come."""
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            self._read(line)
        self._limit(self._buffer)
        self._go_on()

    def eof_received(self) -> None:
        """Note that no reply will come any more."""
        self.connection_lost(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the connection is gone."""
        words = f" ({exc})" if exc else ""
        self._end(ConnectionResetError(f"The connection to the mail server was lost{words}."))

    # -- replies ---------------------------------------------------------------------------

    def _read(self, line: bytes) -> None:
        self._limit(line)
        found = _LINE.fullmatch(line)
        if found is None:
            words = line.decode("utf-8", "replace").strip()
            self._end(Garbled(f"The mail server's reply is no SMTP: {words}"))
        elif self._fault is None:
            self._lines.append((found[3] or b"").strip())
            if found[2] != b"-":
                text = b"\n".join(self._lines).decode("utf-8", "surrogateescape")
                self._replies.append(Reply(int(found[1]), text))
                self._lines.clear()

    def _limit(self, rest: bytes) -> None:
        if len(rest) + sum(map(len, self._lines)) > _LONGEST:
            self._end(Garbled("The mail server's reply has no end."))

    @property
    def _is_speaking(self) -> bool:
        return bool(self._replies or self._lines or self._buffer)

    @property
    def _has_heard(self) -> bool:
        """Whether waiting has an end: all is answered, or no more will be."""
        heard = self._replies
        return (
            self._fault is not None
            or len(heard) >= self._wanted
            or bool(heard and heard[-1].code == _CLOSING)
        )

    def _go_on(self) -> None:
        if self._waiter is not None and not self._waiter.done() and self._has_heard:
            self._waiter.set_result(None)

    def _end(self, fault: OSError) -> None:
        """Take nothing from this connection any more but the replies it gave; the first counts."""
        if self._fault is None:
            self._fault = fault
        self.close()
        self._go_on()

    # -- time ------------------------------------------------------------------------------

    def _give_up_in(self, seconds: float) -> None:
        """Set the deadline; the timer is only set anew where it would ring too late."""
        self._seconds, self._deadline = seconds, self._loop.time() + seconds
        if self._timer is not None and self._timer.when() <= self._deadline:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._deadline, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._waiter is None:
            return
        if self._loop.time() < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._ring)
            return
        self._end(TimeoutError(f"The mail server did not answer within {self._seconds:g} s."))
