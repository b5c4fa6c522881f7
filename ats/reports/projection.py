"""Milestones on the dashboard: which planned runs are missing, and which show another date. Pure.

The dashboard's runs are a projection of our dates, never their source. A run cannot be moved: it
is cancelled, and another one is made under a new version of its key.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ats import published
from ats.office import Office
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.reports.figures import week_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """A milestone that lies ahead."""

    milestone: str
    name: str  # of the run
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A run on the dashboard; `waits` while it is still to come."""

    id: str
    milestone: str
    at: dt.datetime | None
    version: int
    waits: bool


@dataclass(frozen=True, slots=True)
class Create:
    """A run to be made, under this version of its key."""

    wanted: Wanted
    version: int


def ahead(office: Office, code: str, *, now: dt.datetime) -> dict[str, Any]:
    """Return `wanted`, the cohort's milestones yet to come at their published moments, and `now`.

    Raises NotFound for an unknown cohort.
    """
    with office.store.read() as session:
        cohort = gather.cohort_named(session, code)
        programme = office.programme_named(cohort.programme)
        timeline = office.timeline(programme, gather.cohort_facts(session, cohort))
    return {"wanted": milestones_ahead(timeline, now=now), "now": now, "errors": []}


def milestones_ahead(timeline: Timeline, *, now: dt.datetime) -> list[Wanted]:
    """Return the milestones that are yet to come."""
    facts = timeline.cohort
    return [
        Wanted(
            milestone.key,
            f"{facts.code} · week {week_of(facts.starts, due.astimezone(timeline.zone).date())} · "
            f"{milestone.title} due",
            due,
        )
        for milestone, due in published.milestones(timeline)
        if due > now
    ]


def align(
    wanted: Iterable[Wanted], standing: Iterable[Standing], *, now: dt.datetime
) -> tuple[list[str], list[Create]]:
    """Return the runs to cancel (ids) and those to create, so that each milestone has one run.

    What is due already is left alone: a run that is late still has its report to write.
    """
    runs = list(standing)
    versions: dict[str, int] = {}
    for run in runs:
        versions[run.milestone] = max(run.version, versions.get(run.milestone, 0))
    missing = {milestone.milestone: milestone for milestone in wanted}
    cancel = []
    for run in runs:
        if not run.waits or run.at is None or run.at <= now:
            continue
        if run.milestone in missing and missing[run.milestone].at == run.at:
            del missing[run.milestone]
        else:
            cancel.append(run.id)
    create = [Create(w, versions.get(w.milestone, 0) + 1) for w in missing.values()]
    return cancel, create
