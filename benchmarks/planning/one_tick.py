"""Ticks in a process of their own, as the command has it: `python -m benchmarks.planning.one_tick`.

Prints one JSON object. What every process pays once (imports, programme file, calendars, the
first connection) is told apart as its start-up.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import time

began = time.perf_counter()

from ats import engine  # noqa: E402 (imports are part of the start-up)
from ats.commands.entry import demo_office  # noqa: E402
from ats.demo.run import STARTS  # noqa: E402
from ats.tally import Tally  # noqa: E402
from benchmarks.planning.acceptance import NOWHERE, acceptance  # noqa: E402


def main() -> None:
    """Tick as often as asked, at one moment, over all cohorts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--now", required=True, type=dt.datetime.fromisoformat)
    parser.add_argument("--times", type=int, default=1)
    asked = parser.parse_args()
    office = demo_office(asked.database, lambda: NOWHERE)
    office.fingerprint(office.programme_named("ats"), STARTS)
    office.store.require_current()
    ready = time.perf_counter()
    seconds, total = [], Tally()
    with acceptance() as accepted:
        for _ in range(asked.times):
            start = time.perf_counter()
            total.add(engine.tick(office, None, now=asked.now))
            seconds.append(time.perf_counter() - start)
    office.store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {
                "startup": ready - began,
                "seconds": seconds,
                "peak_mb": peak,
                "sent": total.sent,
                "accepted": accepted.messages,
                "errors": total.errors,
            }
        )
    )


if __name__ == "__main__":
    main()
