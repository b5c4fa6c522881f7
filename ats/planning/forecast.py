"""What will be sent: the same planner, asked about moments that have not come."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from ats.planning.facts import Participant
from ats.planning.planner import Planner
from ats.planning.timeline import Occurrence, Timeline

#: Holds that end only when a person acts.
FOR_A_PERSON = ("trial", "paused", "parked", "release")


@dataclass(frozen=True, slots=True)
class Coming:
    """One row to come, as things stand, with the moment at which it goes.

    `waits` is the hold that a person has to end first: then it goes at that moment at the
    earliest.
    """

    goes_at: dt.datetime
    occurrence: Occurrence
    person: Participant
    waits: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Expected:
    """So many e-mails of one step go to one role on one local date, or wait for a person."""

    date: dt.date
    step: str
    to: str
    count: int
    waits: str = ""


def forecast(
    timeline: Timeline,
    people: Iterable[Participant],
    *,
    now: dt.datetime,
    until: dt.datetime,
    reachable: Collection[str] = (),
) -> list[Expected]:
    """Return the e-mails expected in (now, until], by date, step and role; see `coming`."""
    mails: dict[tuple[dt.date, str, str, str], set[str]] = defaultdict(set)
    for one in coming(timeline, people, now=now, until=until, reachable=reachable):
        o = one.occurrence
        day = timeline.local_date(one.goes_at)
        mails[day, o.rule.step, o.role, one.waits].add(o.recipient)  # one for several mentees
    return sorted(
        Expected(day, step, role, len(recipients), waits)
        for (day, step, role, waits), recipients in mails.items()
    )


def coming(
    timeline: Timeline,
    people: Iterable[Participant],
    *,
    now: dt.datetime,
    until: dt.datetime,
    reachable: Collection[str] = (),
    at_once: bool = False,
) -> Iterator[Coming]:
    """Yield what is expected in (now, until], and what waits for a person, person by person.

    As things stand: conditions are tested on today's facts, data and join links are taken to
    come in time, cap and gap are not foreseen. Cases are no e-mails and are left out.
    `reachable` are the refs that a cohort in trial writes to. What goes at this moment is left
    out, unless *at_once*.
    """
    foresight = _Foresight(timeline, now, frozenset(reachable), at_once)
    for person in people:
        for occurrence in timeline.open_occurrences(person, until)[0]:
            if occurrence.rule.case is None:
                one = foresight.look(occurrence, person)
                if one is not None and one.goes_at <= until:
                    yield one


@dataclass(frozen=True, slots=True)
class _Foresight:
    """Asks the planner about moments that have not come."""

    timeline: Timeline
    now: dt.datetime
    reachable: frozenset[str]
    at_once: bool = False
    planners: dict[dt.datetime, Planner] = field(default_factory=dict)

    def look(self, o: Occurrence, person: Participant) -> Coming | None:
        """Return when this open one goes, or waits for; None if it is not to be told."""
        row = person.past.get(o.key)
        at = max(o.due_at, self.now)
        if row is not None and row.until is not None:
            at = max(row.until, self.now)
        verdict = self._planner(at).verdict(o, person, row)
        if verdict.reason == "paused" and verdict.until is not None:  # the day of return is known
            at = verdict.until
            verdict = self._planner(at).verdict(o, person, row)
        goes_at = self._planner(at).expected(o, person)
        held = verdict.outcome == "held" and verdict.reason in FOR_A_PERSON
        if goes_at is None or (goes_at <= self.now and not held and not self.at_once):
            return None
        return Coming(goes_at, o, person, str(verdict.reason) if held else "")

    def _planner(self, at: dt.datetime) -> Planner:
        if at not in self.planners:
            self.planners[at] = Planner(
                self.timeline,
                now=at,
                reachable_in_trial=lambda o: o.recipient in self.reachable,
            )
        return self.planners[at]
