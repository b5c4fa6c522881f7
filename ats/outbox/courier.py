"""The courier: connections to the mail server in a thread of their own; messages in, results out.

While it sends, the worker claims and writes the next messages and records the last results.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Iterable
from typing import Self

from ats.outbox.batch import Done, OnBody, OnResult, Outgoing, send_each
from ats.outbox.deliver import Relay, SmtpAddress, Timeouts
from ats.outbox.result import Result
from ats.outbox.smtp_url import USUAL
from ats.outbox.suspicion import Failing, Suspicion


class Courier:
    """Sends what it is given, as many at once as *pool* allows, until the relay cannot be used.

    `on_body` and `on_result` are called in the courier's thread, before the body of a message
    leaves and when its result is known, before it is handed out by `results`. Of a server that
    was *failing* less is believed (see `ats.outbox.suspicion`).
    """

    def __init__(
        self,
        address: SmtpAddress,
        *,
        pool: int,
        on_body: OnBody,
        on_result: OnResult,
        timeouts: Timeouts = USUAL,
        failing: Failing | None = None,
    ) -> None:
        self._address = address
        self._pool = pool
        self._timeouts = timeouts
        self._on_body = on_body
        self._on_result = on_result
        self._waiting = _Waiting()
        self._suspicion = Suspicion(silent=pool, failing=failing)
        self._results: queue.SimpleQueue[Done | _Held | None] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._closing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
        self._fault: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._thread.join()

    def take(self, mails: Iterable[tuple[Outgoing, float]]) -> None:
        """Send these, each not before its slot (a moment of `time.monotonic`; 0: at once)."""
        mails = list(mails)
        with self._closing:
            try:
                self._loop.call_soon_threadsafe(self._waiting.put, mails)
            except RuntimeError:  # it has ended already
                self._waiting.left += [mail for mail, _ in mails]

    def end(self) -> None:
        """Say that no more will come."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._waiting.close)

    def stop(self) -> None:
        """Begin with nothing more; what has begun is ended, the rest is `left`."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._waiting.stop)

    def results(self, *, most: int, within: float, idle: float) -> list[Done] | None:
        """Return the next results: at *most* so many, those known *within* seconds of the first.

        An empty list when there was none for *idle* seconds, or one is held back; None when all
        has been said.
        Raises what a callback raised.
        """
        found: list[Done] = []
        until = time.monotonic() + idle
        while len(found) < most:
            try:
                done = self._results.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return found
            if done is None:
                return self._ending(found)
            if isinstance(done, _Held):
                return found
            if not found:
                until = time.monotonic() + within
            found.append(done)
        return found

    def _ending(self, found: list[Done]) -> list[Done] | None:
        self._results.put(None)  # for the next who asks
        if found:
            return found
        if self._fault is not None:
            raise self._fault
        return None

    @property
    def verdict(self) -> Result | None:
        """What all results so far say of the mail server; None while it seems to work."""
        return self._suspicion.verdict

    @property
    def held(self) -> int:
        """How many messages were answered whose result is held back until others are known."""
        return self._suspicion.held

    @property
    def left(self) -> list[Outgoing]:
        """What was never tried; known when `results` has said all."""
        return self._waiting.left

    # -- in the courier's thread -----------------------------------------------------------

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._send())
            self._tell(self._suspicion.rest())
        except BaseException as fault:  # noqa: BLE001 (raised where results are asked for)
            self._fault = fault
        finally:
            with self._closing:
                self._loop.run_until_complete(asyncio.sleep(0))  # take what came in this instant
                self._waiting.stop()
                self._loop.close()
            self._results.put(None)

    async def _send(self) -> None:
        async with Relay(self._address, size=self._pool, timeouts=self._timeouts) as relay:
            await send_each(relay, self._waiting, on_body=self._on_body, on_result=self._done)

    def _done(self, mail: Outgoing, result: Result) -> None:
        try:
            self._on_result(mail, result)
        finally:  # the result is known all the same
            certain = self._suspicion.weigh(mail, result)
            self._tell(certain)
            if not certain:
                self._results.put(_Held())

    def _tell(self, certain: Iterable[Done]) -> None:
        if self._suspicion.verdict is not None:
            self._waiting.stop()
        for done in certain:
            self._results.put(done)


class _Held:
    """What stands among the results for one that is held back: whoever waits may go on."""


class _Waiting:
    """Messages that wait for a connection, and for their slot. Lives in the courier's loop."""

    def __init__(self) -> None:
        self._mails: asyncio.Queue[tuple[Outgoing, float] | None] = asyncio.Queue()
        self._stopped = False
        self.left: list[Outgoing] = []

    def put(self, mails: list[tuple[Outgoing, float]]) -> None:
        for mail in mails:
            self._mails.put_nowait(mail)
        if self._stopped:
            self.stop()

    def close(self) -> None:
        self._mails.put_nowait(None)

    async def next(self) -> Outgoing | None:
        item = await self._mails.get()
        if item is None:
            self.close()  # for the other workers
            return None
        mail, slot = item
        if (early := slot - time.monotonic()) > 0:
            await asyncio.sleep(early)
        if self._stopped:
            self.left.append(mail)
            return None
        return mail

    def stop(self) -> None:
        self._stopped = True
        while not self._mails.empty():
            item = self._mails.get_nowait()
            if item is not None:
                self.left.append(item[0])
        self.close()
