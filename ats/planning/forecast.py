"""What will be sent: the same planner, asked about moments that have not come."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ats.planning.facts import Participant
from ats.planning.planner import Planner
from ats.planning.rules import Rule
from ats.planning.timeline import Occurrence, Timeline


@dataclass(frozen=True, slots=True, order=True)
class Expected:
    """So many rows of one step go to one role on one local date."""

    date: dt.date
    step: str
    to: str
    count: int


def forecast(
    timeline: Timeline,
    people: Iterable[Participant],
    *,
    now: dt.datetime,
    until: dt.datetime,
    rules: Collection[Rule] | None = None,
) -> list[Expected]:
    """Return the e-mails expected in (now, until], by date, step and role.

    As things stand: conditions are tested on today's facts, data are taken to be fresh in
    time, cap and gap are not foreseen. Cases are no e-mails and are left out. `rules` narrows
    it to some of the timeline's rules.
    """
    planners: dict[dt.datetime, Planner] = {}
    counts: Counter[tuple[dt.date, str, str]] = Counter()
    for person in people:
        for occurrence in timeline.open_occurrences(person, until, rules)[0]:
            goes_at = _goes_at(occurrence, person, timeline, planners, now)
            if goes_at is not None and now < goes_at <= until:
                day = goes_at.astimezone(timeline.zone).date()
                counts[(day, occurrence.rule.step, occurrence.role)] += 1
    return sorted(Expected(*key, count) for key, count in counts.items())


def _goes_at(
    occurrence: Occurrence,
    person: Participant,
    timeline: Timeline,
    planners: dict[dt.datetime, Planner],
    now: dt.datetime,
) -> dt.datetime | None:
    row = person.past.get(occurrence.key)
    if occurrence.rule.case is not None or (row is not None and row.is_final):
        return None
    if row is not None and row.until is not None and row.until > now:
        return row.until
    at = max(occurrence.due_at, now)
    if at not in planners:
        planners[at] = Planner(timeline, now=at)
    return planners[at].expected(occurrence, person)
