"""The section on feeds in benchmarks/RESULTS.md."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.delivery.machine import machine
from benchmarks.feeds.pollers import CONDITIONAL, Polled

HEADING = "## Feeds"
TITLE = "# Results\n\nEach section is written by its `make bench-…`.\n"
AIM_P95 = 0.050
#: What “flat” means: so much of the memory after the first tenth of the requests.
AIM_MEMORY = 1.05
COLUMNS = (
    *("feeds", "connections", "pollers", "requests", "304"),
    *("requests/s", "CPU µs/request", "median ms", "p95 ms"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement; `memory` in MB at even distances from the first request to the last."""

    feeds: str
    connections: str
    pollers: int
    polled: Polled
    memory: tuple[float, ...]
    cpu: float  # seconds of the server's

    @property
    def growth(self) -> float:
        """How many times the memory at the first tenth is that at the end."""
        return self.memory[-1] / self.memory[1]


def cells(one: Measured) -> list[str]:
    """Return a row of the table."""
    polled, requests = one.polled, len(one.polled.latencies)
    return [
        *(one.feeds, one.connections, f"{one.pollers}", f"{requests:,}"),
        f"{polled.statuses[304] / requests:.0%}",
        f"{requests / polled.seconds:,.0f}",
        f"{one.cpu / requests * 1_000_000:,.0f}",
        f"{statistics.median(polled.latencies) * 1000:.1f}",
        f"{polled.within(0.95) * 1000:.1f}",
    ]


def write(measured: Sequence[Measured], path: Path, *, when: str, load: float) -> None:
    """Write the section anew; the others stay."""
    section = "\n".join(_section(measured, when, load))
    old = path.read_text("utf-8") if path.exists() else TITLE
    others = re.sub(rf"\n{HEADING}\n.*?(?=\n## |\Z)", "", old, flags=re.DOTALL)
    path.write_text(f"{others.rstrip()}\n\n{section}\n", "utf-8")
    print(section)


def _section(measured: Sequence[Measured], when: str, load: float) -> list[str]:
    versions = ", ".join(f"{name} {version(name)}" for name in ("uvicorn", "starlette", "h11"))
    kept = measured[0]
    memory = ", ".join(f"{mb:.1f}" for mb in kept.memory)
    return [
        HEADING,
        "",
        f"{when}, on {machine()}; load {load:.1f} at the start. {versions}.",
        "",
        "One process of `python -m web`, the feeds of a cohort of 125 and of its people. Every",
        f"poller asks for any of them as soon as it has the last answer; {CONDITIONAL:.0%} of the",
        "requests name the version they have. The pollers are a process of their own on the same",
        "machine; the CPU is the server's. As each waits for the last answer, the median is what a",
        "request costs, times the pollers.",
        "*Published*: the files stand in the calendar folder, and no database is asked; *from the",
        "records*: none does, and each feed is made anew. Calendars mostly open a connection for",
        "each request; a proxy in front of us keeps some.",
        "",
        *_table(COLUMNS, [cells(one) for one in measured]),
        "",
        f"Memory, published, kept connections, at even distances: {memory} MB;",
        f"the end is {kept.growth:.3f}× the first tenth.",
        "",
        *_table(("aim", "measured", "reached"), _aims(measured)),
    ]


def _aims(measured: Sequence[Measured]) -> list[list[str]]:
    rows = [
        [
            f"p95 < {AIM_P95 * 1000:.0f} ms, {one.feeds}, {one.connections}",
            f"{one.polled.within(0.95) * 1000:.1f} ms",
            _reached(one.polled.within(0.95) < AIM_P95),
        ]
        for one in measured
        if one.feeds == "published"
    ]
    growth = max(one.growth for one in measured if one.feeds == "published")
    flat = [f"memory flat: ≤ {AIM_MEMORY}×", f"{growth:.3f}×", _reached(growth <= AIM_MEMORY)]
    return [*rows, flat]


def _reached(yes: bool) -> str:
    return "yes" if yes else "**no**"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    ruled = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(row)} |" for row in ruled]
