"""The cases of a cohort by age: those that wait or rest, and those that closed lately."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from ats.cases.closing import closed_why
from ats.cases.digest import DUE_AFTER
from ats.cases.owners import Owner, pxm_on
from ats.office import Office
from ats.planning.timeline import Timeline
from ats.planning.workdays import local_moment
from ats.records import gather
from ats.records import models as m

#: For how many working days closed cases are told.
LATELY = 5


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """An open case, or one that rests until a day. `age`: working days since it was opened."""

    number: int
    ref: str
    title: str
    owner: str
    opened_on: dt.date
    age: int
    due_on: dt.date
    rests_until: dt.date | None
    is_overdue: bool

    @property
    def state(self) -> str:
        """'open', 'overdue' or 'rests'."""
        if self.rests_until is not None:
            return "rests"
        return "overdue" if self.is_overdue else "open"

    def document(self) -> dict[str, object]:
        """Return this as JSON tells it."""
        return {
            "id": self.number,
            "person": self.ref,
            "title": self.title,
            "owner": self.owner,
            "opened_on": self.opened_on.isoformat(),
            "age": self.age,
            "due_on": self.due_on.isoformat(),
            "state": self.state,
            "rests_until": self.rests_until.isoformat() if self.rests_until else None,
        }


@dataclass(frozen=True, slots=True)
class ClosedCase:
    """A case that closed lately: why and, if a person decided it, how and who."""

    number: int
    ref: str
    title: str
    closed_on: dt.date
    why: str
    decision: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class CasesByAge:
    """The cases of a cohort, the oldest first; of closed ones the newest first."""

    cohort: str
    now: dt.datetime  # local
    pxm: Owner | None  # who answers for the PXM's today: the PXM, or a cover
    waiting: tuple[WaitingCase, ...]
    closed: tuple[ClosedCase, ...]

    def count(self, state: str) -> int:
        """Return how many of those that wait are in a state."""
        return sum(one.state == state for one in self.waiting)


def cases_by_age(office: Office, code: str, *, now: dt.datetime) -> CasesByAge:
    """Return the cases of a cohort as they stand. Raises NotFound."""
    with office.store.read() as session:
        cohort = gather.cohort_named(session, code)
        assert cohort.id is not None
        timeline = office.timeline(
            office.programme_named(cohort.programme), gather.cohort_facts(session, cohort)
        )
        today, case = timeline.local_date(now), m.Case
        days = timeline.workdays[timeline.programme.nation]
        first = days.shift(today, 1 - LATELY, away_counts=True)  # today is one of them
        since = local_moment(first, dt.time(), timeline.zone)
        waiting = _cases(session, cohort.id, col(case.state) != "closed")
        closed = _cases(session, cohort.id, col(case.closed_at) >= since)
        pxm = pxm_on(session, cohort.id, today)
    return CasesByAge(
        code,
        now.astimezone(timeline.zone),
        pxm,
        tuple(_waiting(one, ref, timeline, today) for one, ref in waiting),
        tuple(_closed(one, ref, timeline) for one, ref in closed),
    )


def due_on(case: m.Case, timeline: Timeline) -> dt.date:
    """Return the day by which a case is to be decided."""
    days = timeline.workdays[timeline.programme.nation]
    return days.shift(timeline.local_date(case.waits_since), DUE_AFTER, away_counts=True)


def _cases(
    session: Session, cohort_id: int, where: ColumnElement[bool]
) -> list[tuple[m.Case, str]]:
    case = m.Case
    rows = session.execute(
        select(case, col(m.Role.ref))
        .join(m.Enrolment, col(m.Enrolment.id) == col(case.enrolment_id))
        .join(m.Role, col(m.Role.id) == col(m.Enrolment.role_id))
        .where(col(case.cohort_id) == cohort_id, where)
        .order_by(col(case.closed_at).desc(), col(case.opened_at), col(case.id))
    )
    return [(one, ref) for one, ref in rows]


def _waiting(case: m.Case, ref: str, timeline: Timeline, today: dt.date) -> WaitingCase:
    opened_on, due = timeline.local_date(case.waits_since), due_on(case, timeline)
    days = timeline.workdays[timeline.programme.nation]
    return WaitingCase(
        number=case.id or 0,
        ref=ref,
        title=timeline.programme.cases.get(case.kind, case.kind),
        owner=case.owner,
        opened_on=opened_on,
        age=days.count(opened_on, today, away_counts=True),
        due_on=due,
        rests_until=case.snoozed_until,
        is_overdue=due < today,
    )


def _closed(case: m.Case, ref: str, timeline: Timeline) -> ClosedCase:
    assert case.closed_at is not None
    return ClosedCase(
        number=case.id or 0,
        ref=ref,
        title=timeline.programme.cases.get(case.kind, case.kind),
        closed_on=timeline.local_date(case.closed_at),
        why=closed_why(case, timeline.programme),
        decision=case.decision or "",
        decided_by=case.decided_by or "",
    )
