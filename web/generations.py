"""Which links were replaced: known to the serving process, so that polling asks no database.

A file that nobody has taken away yet must not be served under a link that is void.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from typing import Final

from starlette.concurrency import run_in_threadpool

from ats.feeds.sweeping import rotated
from ats.records.store import Store
from ats.unexpected import told

EVERY: Final = 2.0  # seconds for which what was read holds
PATIENCE: Final = 1.0  # seconds that a request waits for it; then what was known last holds


class Generations:
    """The generations of feeds as the records had them two seconds ago at most.

    While the database does not answer, as they were known last.
    """

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._rotated: Mapping[str, int] = {}
        self._asked_at = -math.inf
        self._asking: asyncio.Task[None] | None = None
        self._is_told = False

    async def of(self, name: str) -> int:
        """Return the generation of the feed of this name, as in `Whose`."""
        now = self._clock()
        if (self._asking is None or self._asking.done()) and now - self._asked_at >= EVERY:
            self._asked_at = now
            self._asking = asyncio.create_task(self._ask())
        left = self._asked_at + PATIENCE - now
        if self._asking is not None and not self._asking.done() and left > 0:
            await asyncio.wait({self._asking}, timeout=left)
        return self._rotated.get(name, 1)

    async def _ask(self) -> None:
        try:
            self._rotated = await run_in_threadpool(self._read)
            self._is_told = False
        except Exception as fault:  # noqa: BLE001 (whatever it is, calendars are served)
            if not self._is_told:  # once, not every two seconds
                told(fault)
            self._is_told = True

    def _read(self) -> Mapping[str, int]:
        with self._store.read() as session:
            return rotated(session)
