"""What the sample files say, read with the csv module and nothing of ats, beside DOMAIN.md.

The dates are DOMAIN.md's for the cohort of 5 October 2026; those who joined on 27 October 2026
have their first observation due six weeks and their PDP fifteen weeks after that.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/London")
STARTS = dt.date(2026, 10, 5)
DUE = {
    "first-observation": dt.date(2026, 11, 20),
    "pdp": dt.date(2027, 1, 15),
    "diary-and-coaching": dt.date(2027, 3, 19),
    "project-impact": dt.date(2027, 6, 25),
    "final-observation": dt.date(2027, 9, 17),
}
LATE_DUE = {**DUE, "first-observation": dt.date(2026, 12, 8), "pdp": dt.date(2027, 2, 9)}
SUBMISSION = dt.date(2027, 10, 6)
COMPLETE = {
    "first-observation": {"first-observation"},
    "pdp": {"about-you", "self-assessment", "pdp"},
    "diary-and-coaching": set(),
    "project-impact": {"impact-project", "cpd-log"},
    "final-observation": {"final-observation"},
    "submission": {"submission"},
}
STARTED = {"diary-and-coaching": {"reflective-diary", "coaching"}}
IMPORTED = dt.time(7, 30)  # when the demo imports an export, on its as-of


@dataclass(frozen=True)
class Portfolio:
    """The started sections of one participant in one export: section → (status, day)."""

    sections: Mapping[str, tuple[str, dt.date]]

    def meets(self, milestone: str) -> bool:
        complete = {key for key, (status, _) in self.sections.items() if status == "complete"}
        return COMPLETE[milestone] <= complete and STARTED.get(milestone, set()) <= set(
            self.sections
        )


@dataclass(frozen=True)
class Export:
    """One export: participant's ref → portfolio."""

    as_of: dt.date
    portfolios: Mapping[str, Portfolio]

    @property
    def imported_at(self) -> dt.datetime:
        return dt.datetime.combine(self.as_of, IMPORTED, ZONE)


class Samples:
    """The roster and the exports of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def roster(self) -> list[dict[str, str]]:
        return _rows(self.folder / "roster-2026-10.csv")

    @cached_property
    def nations(self) -> dict[str, str]:
        """Return the nation of everybody by ref, mentors too."""
        nations = {row["participant_ref"]: row["nation"] for row in self.roster}
        mentors = {r["mentor_ref"]: r["mentor_nation"] for r in self.roster if r["mentor_ref"]}
        return {**nations, **mentors}

    @cached_property
    def addresses(self) -> dict[str, str]:
        people = {row["participant_ref"]: row["email"] for row in self.roster}
        mentors = {r["mentor_ref"]: r["mentor_email"] for r in self.roster if r["mentor_ref"]}
        return {**people, **mentors}

    @cached_property
    def joined(self) -> dict[str, dt.date]:
        return {
            row["participant_ref"]: dt.date.fromisoformat(row["joined_on"]) for row in self.roster
        }

    @cached_property
    def exports(self) -> list[Export]:
        """Return every export in order of its day."""
        return [
            Export(dt.date.fromisoformat(path.stem[-10:]), _portfolios(path))
            for path in sorted(self.folder.glob("progress-2026-10-*.csv"))
        ]

    def newest(self, before: dt.datetime) -> Export | None:
        """Return the newest export that was imported by a moment."""
        imported = [export for export in self.exports if export.imported_at <= before]
        return imported[-1] if imported else None

    def deadlines(self, ref: str) -> dict[str, dt.date]:
        return LATE_DUE if self.joined[ref] > STARTS else DUE

    def open_milestones(self, ref: str, export: Export) -> list[str]:
        """Return what was due before the export's day, after joining, and is not met in it."""
        portfolio = export.portfolios.get(ref, Portfolio({}))
        return [
            key
            for key, due in self.deadlines(ref).items()
            if due < export.as_of and not portfolio.meets(key)
        ]

    def moved(self, ref: str, export: Export) -> dt.date:
        """Return the day on which the portfolio last moved, else the first day."""
        sections = export.portfolios.get(ref, Portfolio({})).sections
        days = [day for _, day in sections.values()]
        return max(days) if days else max(self.joined[ref], STARTS)


def weekdays_between(after: dt.date, before: dt.date) -> int:
    """Return how many Mondays to Fridays lie between two days, neither included."""
    days = range((before - after).days - 1)
    return sum((after + dt.timedelta(days=n + 1)).weekday() < 5 for n in days)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _portfolios(path: Path) -> dict[str, Portfolio]:
    found: dict[str, dict[str, tuple[str, dt.date]]] = {}
    for row in _rows(path):
        day = dt.date.fromisoformat(row["updated_on"])
        found.setdefault(row["participant_ref"], {})[row["section"]] = (row["status"], day)
    return {ref: Portfolio(sections) for ref, sections in found.items()}
