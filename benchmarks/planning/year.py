"""The year of 125 people: every moment at which something may happen, without SMTP.

The walk of `ats demo`: its roster, exports, answers of mentors, and a tick at each due moment.
Everything stands in the database at the end as after a demo.
"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from ats import engine
from ats.commands.entry import demo_office
from ats.demo.run import CODE, LAUNCHED, ROSTER_AT, STARTS
from ats.demo.year import Year
from ats.office import Office
from ats.planning.workdays import local_moment
from benchmarks.planning.acceptance import NOWHERE, acceptance


def main() -> None:
    """Print one JSON object: seconds in all and within ticks, ticks, rows sent, mail accepted."""
    with tempfile.TemporaryDirectory(prefix="ats-year-") as folder:
        office = demo_office(f"sqlite:///{folder}/ats.db", lambda: NOWHERE)
        office.store.upgrade()
        print(json.dumps(_measured(office)))
        office.store.close()


def _measured(office: Office) -> dict[str, object]:
    samples = Path(str(files("config") / "samples" / CODE))
    year = Year(office, code=CODE, starts=STARTS, files=samples)
    launched, roster_at = (
        local_moment(at.date(), at.time(), year.zone) for at in (LAUNCHED, ROSTER_AT)
    )
    ticking = 0.0
    ticks = engine.tick

    def timed(*values: object, **named: object) -> object:
        nonlocal ticking
        start = time.perf_counter()
        try:
            return ticks(*values, **named)  # type: ignore[arg-type]
        finally:
            ticking += time.perf_counter() - start

    began, cpu = time.perf_counter(), time.process_time()
    with acceptance() as accepted:
        year.prepare(launched, roster_at)
        prepared = time.perf_counter()
        engine.tick = timed  # type: ignore[assignment]
        year.walk(roster_at)
    return {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "preparing": prepared - began,
        "ticking": ticking,
        "ticks": year.ticks,
        "sent": year.totals.sent,
        "accepted": accepted.messages,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "errors": year.totals.errors,
    }


if __name__ == "__main__":
    main()
