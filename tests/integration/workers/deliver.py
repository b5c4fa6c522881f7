"""One worker of the flow `deliver`, as a process without Prefect: `python deliver.py CODE NOW`.

Says "ready", waits for a line, delivers, and prints the tally.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from ats import engine
from ats.commands.desk import open_desk


def deliver(code: str, now: str) -> None:
    with open_desk(now) as desk:
        desk.office.programme_named("ats")
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        tally = engine.deliver(desk.office, [code], now=desk.now)
        sys.stdout.write(json.dumps(asdict(tally)))


if __name__ == "__main__":
    deliver(sys.argv[1], sys.argv[2])
