"""A roster and its exports, read with the csv module and nothing of ats."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

Sections = Mapping[str, tuple[str, dt.date]]  # section → status, day of its last movement


@dataclass(frozen=True)
class Person:
    """One row of the roster."""

    ref: str
    nation: str
    joined: dt.date


@dataclass(frozen=True)
class Export:
    """One export: what it shows as of the first instant of a day, and the day it was imported."""

    as_of: dt.date
    imported: dt.date
    portfolios: Mapping[str, Sections]


@dataclass(frozen=True)
class StaffActs:
    """What staff did to people in the year, by ref."""

    breaks: Mapping[str, tuple[dt.date, dt.date]] = field(default_factory=dict)  # day of return
    extensions: Mapping[tuple[str, str], dt.date] = field(default_factory=dict)
    left: Mapping[str, dt.date] = field(default_factory=dict)

    def a_break(self, ref: str) -> tuple[dt.date, dt.date]:
        """Return the first day of somebody's break and that of their return, or the end of time."""
        return self.breaks.get(ref, (dt.date.max, dt.date.max))

    def is_on_a_break(self, ref: str, day: dt.date) -> bool:
        first, back = self.a_break(ref)
        return first <= day < back


def read_people(folder: Path) -> list[Person]:
    """Return everybody on the roster of a folder."""
    (roster,) = folder.glob("roster-*.csv")
    return [
        Person(row["participant_ref"], row["nation"], dt.date.fromisoformat(row["joined_on"]))
        for row in _rows(roster)
    ]


def read_exports(folder: Path, *, days_late: int = 0) -> list[Export]:
    """Return the exports of a folder in their order, imported so many days after their as-of."""
    found = []
    for path in sorted(folder.glob("progress-*.csv")):
        as_of = dt.date.fromisoformat(path.stem[-10:])
        imported = as_of + dt.timedelta(days=days_late)
        found.append(Export(as_of, imported, _portfolios(path)))
    return found


def _portfolios(path: Path) -> dict[str, Sections]:
    found: dict[str, dict[str, tuple[str, dt.date]]] = {}
    for row in _rows(path):
        day = dt.date.fromisoformat(row["updated_on"])
        found.setdefault(row["participant_ref"], {})[row["section"]] = (row["status"], day)
    return dict(found)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
