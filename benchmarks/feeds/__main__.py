"""`make bench-feeds`: a hundred calendars that poll one process; into benchmarks/RESULTS.md.

Measure on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.feeds import report
from benchmarks.feeds.pollers import Polled, fetch_tags, poll
from benchmarks.feeds.report import Measured
from benchmarks.feeds.server import Installation, Server, install, serving

PARTS = 10  # memory is looked at after each
WARM_UP = 500


def main() -> None:
    """Measure, print and write the report."""
    asked = _asked()
    load, when = os.getloadavg()[0], dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    with tempfile.TemporaryDirectory(prefix="ats-bench-") as folder:
        installation = install(Path(folder))
        _say(f"{len(installation.paths)} feeds published")
        measured = [
            _measured(installation, "published", asked.requests, asked.pollers, keep_alive=True),
            _measured(installation, "published", asked.requests, asked.pollers, keep_alive=False),
            _measured(
                installation,
                "from the records",
                max(PARTS, asked.requests // 100),
                max(1, asked.pollers // 10),
                keep_alive=True,
            ),
        ]
    report.write(measured, asked.results, when=when, load=load)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.feeds", description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--pollers", type=int, default=100)
    parser.add_argument("--results", type=Path, default=Path(__file__).parents[1] / "RESULTS.md")
    return parser.parse_args()


def _measured(
    installation: Installation, feeds: str, requests: int, pollers: int, *, keep_alive: bool
) -> Measured:
    with serving(installation, published=feeds == "published") as server:
        tags = asyncio.run(fetch_tags(server.place))
        _poll(server, tags, pollers, min(WARM_UP, requests), keep_alive=keep_alive)
        polled, memory, cpu = Polled(), [server.memory_mb()], server.cpu_seconds()
        for _ in range(PARTS):
            part = _poll(server, tags, pollers, requests // PARTS, keep_alive=keep_alive)
            polled.seconds += part.seconds
            polled.latencies += part.latencies
            polled.statuses += part.statuses
            memory.append(server.memory_mb())
        cpu = server.cpu_seconds() - cpu
    connections = "kept" if keep_alive else "one each"
    one = Measured(feeds, connections, pollers, polled, tuple(memory), cpu)
    _say(" · ".join(report.cells(one)))
    return one


def _poll(
    server: Server, tags: dict[str, str], pollers: int, requests: int, *, keep_alive: bool
) -> Polled:
    return asyncio.run(
        poll(server.place, tags, pollers=pollers, requests=requests, keep_alive=keep_alive)
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
