"""Calendars that poll: each asks, waits for the answer, and asks again at once.

They speak HTTP/1.1 over plain sockets, so that what is measured is the server, not a client.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

#: How many of the requests name the version that they have.
CONDITIONAL = 0.95


@dataclass(slots=True)
class Polled:
    """What came of it: how long each answer took (seconds), and what the answers were."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def within(self, share: float) -> float:
        """Return the seconds within which this share of the answers came."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pages are served, and the paths of the feeds."""

    port: int
    paths: Sequence[str]


async def poll(
    place: Place, tags: dict[str, str], *, pollers: int, requests: int, keep_alive: bool
) -> Polled:
    """Have so many pollers ask, together so often. Raises RuntimeError for a wrong answer."""
    polled = Polled()
    left = iter(range(requests))
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(pollers):
            poller = _Poller(place, tags, random.Random(number), keep_alive=keep_alive)
            group.create_task(poller.run(left, polled))
    polled.seconds = time.perf_counter() - began
    if set(polled.statuses) - {200, 304}:
        raise RuntimeError(f"Feeds were answered with {dict(polled.statuses)}.")
    return polled


async def fetch_tags(place: Place) -> dict[str, str]:
    """Return the tag of every feed, by path."""
    poller = _Poller(place, {}, random.Random(0), keep_alive=True)
    tags = {}
    for path in place.paths:
        status, head = await poller.ask(path, None)
        if status != 200:
            raise RuntimeError(f"A feed was answered with {status}.")
        tags[path] = head.partition("\r\netag: ")[2].partition("\r\n")[0]
    poller.close()
    return tags


class _Poller:
    def __init__(
        self, place: Place, tags: dict[str, str], chance: random.Random, *, keep_alive: bool
    ) -> None:
        self._place = place
        self._tags = tags
        self._chance = chance
        self._keep_alive = keep_alive
        self._stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def run(self, left: Iterator[int], polled: Polled) -> None:
        for _ in left:
            path = self._chance.choice(self._place.paths)
            tag = self._tags[path] if self._chance.random() < CONDITIONAL else None
            began = time.perf_counter()
            status, _head = await self.ask(path, tag)
            polled.latencies.append(time.perf_counter() - began)
            polled.statuses[status] += 1
        self.close()

    async def ask(self, path: str, tag: str | None) -> tuple[int, str]:
        """Return status and head of the answer; the body is read."""
        if self._stream is None:
            self._stream = await asyncio.open_connection("127.0.0.1", self._place.port)
        reader, writer = self._stream
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self._place.port}"]
        lines += ["User-Agent: a calendar", "Accept: text/calendar, */*;q=0.1"]
        lines += [f"If-None-Match: {tag}"] if tag else []
        lines += [] if self._keep_alive else ["Connection: close"]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = head.partition("\r\ncontent-length: ")[2].partition("\r\n")[0]
        if length:
            await reader.readexactly(int(length))
        if not self._keep_alive:
            self.close()
        return int(head[9:12]), head

    def close(self) -> None:
        if self._stream is not None:
            self._stream[1].close()
            self._stream = None
