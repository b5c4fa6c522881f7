"""What the owners of cases are told once a day: new, due, closed, and still open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.closing import closed_why
from ats.cases.listing import adjustments
from ats.cases.rung import Rung
from ats.people.contacts import Contact, contacts
from ats.planning.timeline import Timeline
from ats.planning.workdays import Workdays
from ats.records import models as m
from config.closures import calendar_name
from config.programme import Programme

DUE_AFTER = 5  # working days after its opening a case is due to be decided


def digest(
    session: Session,
    *,
    cohort: m.Cohort,
    owner: str,
    since: dt.datetime,
    until: dt.datetime,
    timeline: Timeline,
    lapsed: Sequence[Mapping[str, Any]] = (),
    is_taken_over: bool = False,
) -> dict[str, Any] | None:
    """Return the lines of one owner's digest over [since, until), or None when none need go.

    A case is due on the fifth working day after it was opened. `releases` are e-mails that wait
    for the PXM's word, `lapsed` those that waited in vain. What was told before and still waits
    stands in every digest that goes; by itself it is a reason for the first digest of a week, and
    for the first to somebody who takes over (`is_taken_over`).
    Each line says by `id` which case it is worked in, None if in none.
    """
    programme = timeline.programme
    workdays = timeline.workdays[programme.nation]
    cases = _cases(session, cohort, owner, until)
    new = [c for c in cases if since <= c.waits_since and c.state != "closed"]
    closed = [
        c for c in cases if c.closed_at and since <= c.closed_at < until and c.waits_since < since
    ]
    due = [c for c in cases if c.state == "open" and _is_due(c, since, until, workdays)]
    told = {c.id for c in (*new, *due)}
    old = [c for c in cases if c.state == "open" and c.id not in told]
    releases = _releases(session, cohort) if owner == "pxm" else []
    news = [*new, *due, *closed, *(r for r in releases if since <= r.decided_at < until)]
    waiting = [*old, *releases] if is_taken_over or _opens_the_week(since, until) else []
    if not (news or waiting or lapsed):
        return None
    resting = [c for c in cases if c.state == "snoozed"]
    about = _about(session, cohort, [*new, *due, *closed, *old, *resting], programme)
    return {
        "cases_new": [about.line(case) for case in new],
        "cases_due": [about.line(case) for case in due],
        "cases_closed": [about.closed(case) for case in closed],
        "cases_open": about.aged(old, until.date(), workdays),
        "open_count": len(old),
        "releases": [about.release(row, timeline) for row in releases],
        "lapsed": [{"id": about.worked_in(one["ref"]), **one} for one in lapsed],
    }


@dataclass(frozen=True, slots=True)
class _About:
    """What staff read of cases: whom they are about, and which mentor."""

    cases: Sequence[m.Case]
    refs: Mapping[int, str]  # of participants, by enrolment
    known: Mapping[str, Contact]
    signals: Mapping[int, Sequence[str]]  # by case, oldest first
    programme: Programme
    agreed: Mapping[int, Sequence[str]]  # by enrolment: how they are reached

    def line(self, case: m.Case) -> dict[str, Any]:
        return {
            "id": case.id,
            **self._participant(case.enrolment_id),
            "kind": case.kind,
            "title": self.programme.cases.get(case.kind, case.kind),
            "opened_on": case.waits_since.date().isoformat(),
            "signal": next(iter(self._signals(case)), ""),
            "mentor": self._mentor(case),
            "agreed": list(self.agreed.get(case.enrolment_id, ())),
        }

    def closed(self, case: m.Case) -> dict[str, Any]:
        """Return the line of a case that has ended, with how and by whose decision."""
        by = f", decided by {case.decided_by}" if case.decided_by else ""
        return {**self.line(case), "agreed": [], "ended": closed_why(case, self.programme) + by}

    def aged(
        self, cases: Iterable[m.Case], today: dt.date, workdays: Workdays
    ) -> list[dict[str, Any]]:
        """Return a line for each case with its age in working days, the oldest first."""
        return [
            {
                **self.line(case),
                "age": workdays.count(case.waits_since.date(), today, away_counts=True),
            }
            for case in sorted(cases, key=lambda case: (case.waits_since, case.id or 0))
        ]

    def release(self, row: m.LedgerRow, timeline: Timeline) -> dict[str, Any]:
        """Return the line of an e-mail that waits, with the day on which it lapses unreleased."""
        who = self._participant(row.enrolment_id or 0)
        contact = self.known[who["ref"]]
        nation = calendar_name(contact.nation, contact.organisation)
        lapses_at = timeline.release_ends(row.due_at, nation)
        return {
            "id": self.worked_in(who["ref"]),
            **who,
            "title": f"the e-mail {row.step}",
            "opened_on": row.due_at.date().isoformat(),
            "lapses_on": timeline.local_date(lapses_at).isoformat(),
        }

    def worked_in(self, ref: str) -> int | None:
        """Return the newest of these cases about a participant that has not ended."""
        mine = (
            c.id or 0 for c in self.cases if self.refs[c.enrolment_id] == ref and not c.closed_at
        )
        return max(mine, default=None)

    def _participant(self, enrolment_id: int) -> dict[str, str]:
        ref = self.refs[enrolment_id]
        return {"ref": ref, "given_name": self.known[ref].given_name}

    def _mentor(self, case: m.Case) -> dict[str, str] | None:
        """Return the mentor whom the newest signal is about, if one is about a mentor."""
        for signal in reversed(self._signals(case)):
            if mentor := self.known.get(Rung.of(signal).subject):
                return {"ref": mentor.ref, "given_name": mentor.given_name}
        return None

    def _signals(self, case: m.Case) -> Sequence[str]:
        return self.signals.get(case.id or 0, ())


def _about(
    session: Session, cohort: m.Cohort, cases: Sequence[m.Case], programme: Programme
) -> _About:
    refs = _refs(session, cohort)
    signals = _signals(session, cases)
    subjects = {Rung.of(signal).subject for several in signals.values() for signal in several}
    known = contacts(session, subjects | {*refs.values()})
    agreed = adjustments(session, [case.enrolment_id for case in cases])
    return _About(cases, refs, known, signals, programme, agreed)


def _cases(session: Session, cohort: m.Cohort, owner: str, until: dt.datetime) -> list[m.Case]:
    case = m.Case
    mine = (col(case.cohort_id) == cohort.id, col(case.owner) == owner)
    query = select(case).where(*mine, col(case.opened_at) < until).order_by(col(case.id))
    return list(session.execute(query).scalars())


def _is_due(case: m.Case, since: dt.datetime, until: dt.datetime, workdays: Workdays) -> bool:
    day = workdays.shift(case.waits_since.date(), DUE_AFTER, away_counts=True)
    return since.date() < day <= until.date()


def _opens_the_week(since: dt.datetime, until: dt.datetime) -> bool:
    """Say whether no digest has gone in the week of *until* yet."""
    monday = until.date() - dt.timedelta(days=until.weekday())
    return since.date() < monday


def _releases(session: Session, cohort: m.Cohort) -> list[m.LedgerRow]:
    """Return what only a release lets go; an address's confirmation, or time, does the rest."""
    row = m.LedgerRow
    waits = (col(row.outcome) == "held", col(row.reason) == "release", col(row.until).is_(None))
    query = select(row).where(col(row.cohort_id) == cohort.id, *waits).order_by(col(row.key))
    return list(session.execute(query).scalars())


def _refs(session: Session, cohort: m.Cohort) -> dict[int, str]:
    rows = session.execute(
        select(col(m.Enrolment.id), col(m.Role.ref))
        .join(m.Role, col(m.Role.id) == col(m.Enrolment.role_id))
        .where(col(m.Enrolment.cohort_id) == cohort.id)
    )
    return {row.id: row.ref for row in rows}


def _signals(session: Session, cases: Iterable[m.Case]) -> dict[int, list[str]]:
    rows = session.execute(
        select(col(m.CaseSignal.case_id), col(m.CaseSignal.signal))
        .where(col(m.CaseSignal.case_id).in_([case.id for case in cases]))
        .order_by(col(m.CaseSignal.id))
    )
    found: dict[int, list[str]] = {}
    for case_id, signal in rows:
        found.setdefault(case_id, []).append(signal)
    return found
