"""The connections to one mail server that are open, and who may use which.

A server may allow fewer connections than we would open. Whoever cannot open a further one while
others work waits for one of those, and the pool stays that small for a while.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable

from ats.outbox.result import Result
from ats.outbox.wire import Wire

#: For so many seconds after a further connection was refused no further one is tried.
SMALLER_FOR = 60.0

#: What somebody who waits is told: here is one; there is room for one; or there will be none.
_News = Wire | Result | None


class Pool:
    """At most *size* connections, made by *open_* as they are needed; lives in one event loop.

    One that the server closed while it was idle is noticed and replaced.
    """

    def __init__(
        self,
        open_: Callable[[], Awaitable[Wire | Result]],
        *,
        size: int,
        smaller_for: float = SMALLER_FOR,
    ) -> None:
        self._open = open_
        self._smaller_for = smaller_for
        self._size = self._most = size
        self._small_until = 0.0
        self._idle: list[Wire] = []
        self._opening = 0
        self._working = 0  # idle, or lent
        self._waiting: deque[asyncio.Future[_News]] = deque()

    async def take(self, *, fresh: bool = False) -> Wire | Result:
        """Return a connection to use (with *fresh* a new one, if one can be had), or the fault.

        Who takes one gives it back.
        """
        while True:
            wire = None if fresh else self._still_open()
            if wire is not None:
                return wire
            if self._has_room(by_closing_one=fresh):
                opened = await self._opened()
                if isinstance(opened, Wire) or not self._is_a_limit(opened):
                    return opened
                self._most = max(1, self._working + self._opening)
                self._small_until = asyncio.get_running_loop().time() + self._smaller_for
                fresh = False
                continue
            news = await self._news()
            if news is not None:
                return news

    def give_back(self, wire: Wire, *, keep: bool) -> None:
        """Leave a connection to the next who waits, or close it."""
        if keep:
            wire.has_served = True
            if not self._tell(wire):
                self._idle.append(wire)
        else:
            self._drop(wire)
            self._tell(None)

    def empty(self) -> list[Wire]:
        """Return the idle connections, which are nobody's now."""
        idle, self._idle = self._idle, []
        self._working -= len(idle)
        return idle

    def _still_open(self) -> Wire | None:
        while self._idle:
            wire = self._idle.pop()
            if wire.is_usable:
                return wire
            self._drop(wire)
        return None

    def _has_room(self, *, by_closing_one: bool) -> bool:
        if self._most < self._size and asyncio.get_running_loop().time() > self._small_until:
            self._most = self._size
        full = self._working + self._opening >= self._most
        if full and by_closing_one and self._idle:
            self._drop(self._idle.pop())
            return True
        return not full

    def _drop(self, wire: Wire) -> None:
        wire.close()
        self._working -= 1

    def _is_a_limit(self, fault: Result) -> bool:
        """Whether others work, so that not the server but its patience has an end."""
        return fault.kind == "relay" and self._working > 0

    async def _opened(self) -> Wire | Result:
        self._opening += 1
        try:
            opened = await self._open()
        finally:
            self._opening -= 1
        if isinstance(opened, Wire):
            self._working += 1
        elif not self._is_a_limit(opened):
            while self._tell(opened):
                pass
        return opened

    # -- waiting ---------------------------------------------------------------------------

    async def _news(self) -> _News:
        news: asyncio.Future[_News] = asyncio.get_running_loop().create_future()
        self._waiting.append(news)
        try:
            return await news
        except asyncio.CancelledError:
            self._pass_on(news)
            raise

    def _pass_on(self, news: asyncio.Future[_News]) -> None:
        """Let the next have what came for somebody who has stopped waiting."""
        if not news.done() or news.cancelled():
            with contextlib.suppress(ValueError):
                self._waiting.remove(news)
        elif isinstance(wire := news.result(), Wire):
            self.give_back(wire, keep=wire.is_usable)
        else:
            self._tell(wire)

    def _tell(self, news: _News) -> bool:
        """Tell the one who has waited longest; return False if nobody waits."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(news)
                return True
        return False
