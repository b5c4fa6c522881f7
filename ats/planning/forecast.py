"""What will be sent: the same planner, asked about moments that have not come."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from ats.planning.facts import Participant
from ats.planning.planner import Planner
from ats.planning.rules import Rule
from ats.planning.timeline import Occurrence, Timeline


@dataclass(frozen=True, slots=True)
class Coming:
    """One e-mail to come, as things stand."""

    goes_at: dt.datetime
    occurrence: Occurrence
    person: Participant


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
    """Return the e-mails expected in (now, until], by date, step and role; see `coming`."""
    found = coming(timeline, people, now=now, until=until, rules=rules)
    counts = Counter(
        (timeline.local_date(one.goes_at), one.occurrence.rule.step, one.occurrence.role)
        for one in found
    )
    return sorted(Expected(*key, count) for key, count in counts.items())


def coming(
    timeline: Timeline,
    people: Iterable[Participant],
    *,
    now: dt.datetime,
    until: dt.datetime,
    rules: Collection[Rule] | None = None,
) -> Iterator[Coming]:
    """Yield the e-mails expected in (now, until], person by person.

    As things stand: conditions are tested on today's facts, data are taken to be fresh in
    time, cap and gap are not foreseen. Cases are no e-mails and are left out. `rules` narrows
    it to some of the timeline's rules.
    """
    planners: dict[dt.datetime, Planner] = {}
    for person in people:
        for occurrence in timeline.open_occurrences(person, until, rules)[0]:
            goes_at = _goes_at(occurrence, person, timeline, planners, now)
            if goes_at is not None and now < goes_at <= until:
                yield Coming(goes_at, occurrence, person)


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
