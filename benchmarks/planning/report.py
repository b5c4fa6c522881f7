"""The section on planning in benchmarks/RESULTS.md."""

from __future__ import annotations

import math
import os
import platform
import re
import sqlite3
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.planning.crowd import Crowd

RESULTS = Path(__file__).parent.parent / "RESULTS.md"
TITLE = "# Results\n\nEach section is written by its `make bench-…`.\n"
HEADING = "## Planning"
COLUMNS = ("people", "database", "in", "due", "messages", "tick s", "first tick s", "peak MB")


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement: `seconds` is the median of the ticks, `first` the first in its process."""

    people: int
    database: str
    layout: str
    due: str
    messages: int
    seconds: float
    first: float
    peak_mb: float

    @classmethod
    def of(cls, crowd: Crowd, people: int, layout: str, due: str, done: dict[str, Any]) -> Measured:
        """Take over what a process of ticks told."""
        return cls(
            people=people,
            database=crowd.store.url.get_backend_name(),
            layout=layout,
            due=due,
            messages=done["sent"],
            seconds=statistics.median(done["seconds"]),
            first=done["seconds"][0],
            peak_mb=done["peak_mb"],
        )


def cells(one: Measured) -> list[str]:
    """Return a row of the table."""
    figures = (f"{one.seconds:.3f}", f"{one.first:.3f}", f"{one.peak_mb:.0f}")
    return [f"{one.people:,}", one.database, one.layout, one.due, f"{one.messages:,}", *figures]


def write(measured: Sequence[Measured], year: dict[str, Any] | None) -> None:
    """Write the section anew; the others stay."""
    section = "\n".join(_section(measured, year))
    old = RESULTS.read_text("utf-8") if RESULTS.exists() else TITLE
    others = re.sub(rf"\n{HEADING}\n.*?(?=\n## |\Z)", "", old, flags=re.DOTALL)
    RESULTS.write_text(f"{others.rstrip()}\n\n{section}", "utf-8")
    print(section)


def _section(measured: Sequence[Measured], year: dict[str, Any] | None) -> list[str]:
    lines = [HEADING, "", _machine(), "", *_words(), ""]
    lines += _table(COLUMNS, [cells(one) for one in measured])
    lines += ["", *_exponents(measured)]
    return [*lines, *(_year(year) if year else ()), ""]


def _machine() -> str:
    python, sqlite = platform.python_version(), sqlite3.sqlite_version
    versions = [f"{name} {version(name)}" for name in ("SQLAlchemy", "psycopg")]
    parts = [f"{os.cpu_count()} cores", platform.platform(terse=True), f"Python {python}"]
    return f"{', '.join([*parts, f'SQLite {sqlite}', *versions])}."


def _words() -> list[str]:
    return [
        "One `tick` over all cohorts at Tuesday 13 October 2026, 09:20, in a process of its own;",
        "start-up (imports, programme file, calendars) is not in it. Everybody has the ledger rows",
        "and messages of a cohort that the engine itself took to that day; *1 % due* are those",
        "whom the 09:00 tip has not reached yet: planned, rendered and recorded, SMTP replaced by",
        "an acceptance in the same process. *cohorts*: of 125 people each; *together*: the due are",
        "whole cohorts; *spread*: one in a hundred of each cohort.",
    ]


def _exponents(measured: Sequence[Measured]) -> list[str]:
    """Return the slope of seconds over people, on logarithmic axes, of each kind."""
    kinds: dict[tuple[str, ...], list[Measured]] = defaultdict(list)
    for one in measured:
        kinds[one.database, one.layout, one.due].append(one)
    rows = [
        [*kind, f"{_slope([(one.people, one.seconds) for one in several]):.2f}"]
        for kind, several in kinds.items()
        if len(several) > 1
    ]
    return _table(("database", "in", "due", "growth exponent"), rows) if rows else []


def _slope(points: Sequence[tuple[float, float]]) -> float:
    slope, _ = statistics.linear_regression(
        [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    )
    return slope


def _year(year: dict[str, Any]) -> list[str]:
    return [
        "",
        f"A year of 125 people: {year['seconds']:.1f} s ({year['cpu']:.1f} s of CPU). Of these,",
        f"{year['ticking']:.1f} s are {year['ticks']} ticks, which planned, rendered and recorded",
        f"{year['sent']:,} e-mails, and {year['preparing']:.1f} s launch, roster and check-list,",
        "which renders every template for everybody; the rest are exports and mentors' answers.",
        f"Peak {year['peak_mb']:.0f} MB.",
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    ruled = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(row)} |" for row in ruled]
