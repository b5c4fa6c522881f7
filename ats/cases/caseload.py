"""The caseload of a cohort: everybody with their state, the signals behind it and what comes next.

The same rows make the dashboard's table, the workbook and the command's JSON.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.owners import pxm_on
from ats.cases.standing import in_words
from ats.office import Office
from ats.planning import stall
from ats.planning.facts import Participant
from ats.planning.forecast import coming
from ats.planning.stall import Standing, State
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.records import models as m

#: How far ahead the next step is looked for.
AHEAD = dt.timedelta(weeks=8)
#: Whom to look at first.
ORDER: Sequence[State] = ("red", "amber", "unknown", "paused", "green")


@dataclass(frozen=True, slots=True)
class CaseloadRow:
    """One person of the caseload. No name: the dashboard shows this."""

    ref: str
    standing: Standing
    why: tuple[str, ...]  # the signals in words, the gravest first
    next_step: str
    next_on: dt.date | None
    cases: tuple[int, ...]  # open ones
    owner: str

    def document(self) -> dict[str, object]:
        """Return this as JSON tells it."""
        since, as_of = self.standing.since, self.standing.as_of
        return {
            "person": self.ref,
            "state": self.standing.state,
            "signals": list(self.why),
            "since": since.isoformat() if since else None,
            "as_of": as_of.isoformat() if as_of else None,
            "next_step": self.next_step,
            "next_on": self.next_on.isoformat() if self.next_on else None,
            "cases": list(self.cases),
            "owner": self.owner,
        }


@dataclass(frozen=True, slots=True)
class Caseload:
    """The people of a cohort, those to look at first before the others."""

    cohort: str
    now: dt.datetime
    as_of: dt.date | None
    pxm: str | None
    people: tuple[CaseloadRow, ...]

    def count(self, state: State) -> int:
        """Return how many are in a state."""
        return sum(one.standing.state == state for one in self.people)


def caseload(office: Office, code: str, *, now: dt.datetime) -> Caseload:
    """Return the caseload of a cohort as things stand. Raises NotFound."""
    with office.store.read() as session:
        cohort = gather.cohort_named(session, code)
        assert cohort.id is not None
        timeline = office.timeline(
            office.programme_named(cohort.programme), gather.cohort_facts(session, cohort)
        )
        active = col(m.Enrolment.status) == "active"
        people = [p for p in gather.everybody(session, cohort.id, active) if not p.silenced]
        open_cases = _open_cases(session, cohort.id)
        pxm = pxm_on(session, cohort.id, timeline.local_date(now))
    steps = _next_steps(timeline, people, now)
    rows = [_row(timeline, p, now, open_cases[p.id], steps) for p in people]
    rows.sort(key=lambda one: (ORDER.index(one.standing.state), one.standing.since or dt.date.max))
    return Caseload(code, now, timeline.cohort.as_of, pxm.name if pxm else None, tuple(rows))


def _row(
    timeline: Timeline,
    person: Participant,
    now: dt.datetime,
    cases: list[tuple[int, str]],
    steps: dict[int, tuple[dt.date, str]],
) -> CaseloadRow:
    standing = stall.standing(timeline, person, now)
    next_on, next_step = steps.get(person.id, (None, ""))
    return CaseloadRow(
        ref=person.ref,
        standing=standing,
        why=in_words(standing.signals, timeline),
        next_step=next_step,
        next_on=next_on,
        cases=tuple(number for number, _ in cases),
        owner=" and ".join(sorted({owner for _, owner in cases})),
    )


def _next_steps(
    timeline: Timeline, people: Iterable[Participant], now: dt.datetime
) -> dict[int, tuple[dt.date, str]]:
    """Return by enrolment the day and key of the next e-mail about each."""
    found: dict[int, tuple[dt.date, str]] = {}
    for one in coming(timeline, people, now=now, until=now + AHEAD):
        step = timeline.local_date(one.goes_at), one.occurrence.rule.step
        found[one.person.id] = min(step, found.get(one.person.id, step))
    return found


def _open_cases(session: Session, cohort_id: int) -> dict[int, list[tuple[int, str]]]:
    case = m.Case
    rows = session.execute(
        select(col(case.enrolment_id), col(case.id), col(case.owner))
        .where(col(case.cohort_id) == cohort_id, col(case.state) != "closed")
        .order_by(col(case.id))
    )
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for enrolment, number, owner in rows:
        found[enrolment].append((number or 0, owner))
    return found
