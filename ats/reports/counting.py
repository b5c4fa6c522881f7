"""Counting what a report tells, from the records. Reads only."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session, col

from ats import published
from ats.planning.forecast import Expected, forecast
from ats.planning.timeline import Timeline
from ats.planning.workdays import local_moment
from ats.records import gather
from ats.records import models as m
from ats.reports.figures import CohortFigures, Event, Held, OpenCases, Sent, week_of

SPAN = dt.timedelta(days=14)  # how far a report looks back and ahead
AHEAD = 2 * SPAN  # published dates are told earlier
DELIVERED = ("sent", "merged")
OFFICES = ("operations", "pxm")


@dataclass(frozen=True, slots=True)
class Interest:
    """The ledger rows that somebody asks about: classes and steps (neither given: all)."""

    classes: Collection[str] = ()
    steps: Collection[str] = ()

    @property
    def where(self) -> ColumnElement[bool]:
        """The condition on ledger rows."""
        row, chosen = m.LedgerRow, []
        if self.classes:
            chosen.append(col(row.class_).in_(set(self.classes)))
        if self.steps:
            chosen.append(col(row.step).in_(set(self.steps)))
        return or_(*chosen) if chosen else col(row.id).is_not(None)


def midnight(timeline: Timeline, moment: dt.datetime) -> dt.datetime:
    """Return the beginning of the local day in which a moment lies."""
    return local_moment(moment.astimezone(timeline.zone).date(), dt.time(), timeline.zone)


def delivered(session: Session, cohort: m.Cohort, interest: Interest, since: dt.datetime) -> int:
    """Return how many rows were delivered since then, alone or merged into another's message."""
    row = m.LedgerRow
    when = col(row.sent_at) >= since
    return _rows(session, cohort, interest.where, col(row.outcome).in_(DELIVERED), when)


def standing(session: Session, cohort: m.Cohort, interest: Interest, outcome: str) -> int:
    """Return how many rows stand with this outcome (`held`, `queued`) now."""
    return _rows(session, cohort, interest.where, col(m.LedgerRow.outcome) == outcome)


def cases_opened(session: Session, cohort: m.Cohort, since: dt.datetime) -> int:
    """Return how many cases were opened since then."""
    return _cases(session, cohort, col(m.Case.opened_at) >= since)


def cases_open(session: Session, cohort: m.Cohort) -> int:
    """Return how many cases wait for a person."""
    return _cases(session, cohort, col(m.Case.state) != "closed")


def figures(
    session: Session, cohort: m.Cohort, timeline: Timeline, *, now: dt.datetime
) -> CohortFigures:
    """Return everything that the page about this cohort tells."""
    local, programme = now.astimezone(timeline.zone), timeline.programme
    as_of = timeline.cohort.as_of
    days = timeline.workdays[programme.nation]
    everybody = gather.everybody(session, timeline.cohort.id)
    people = [person for person in everybody if person.status == "active"]
    coming = forecast(timeline, everybody, now=now, until=now + SPAN)
    mentors = {p.mentorship.ref for p in people if p.mentorship and p.mentorship.accepted_at}
    return CohortFigures(
        code=cohort.code,
        programme=programme.title,
        status=cohort.status,
        now=local,
        week=week_of(cohort.starts, local.date()),
        people=len(people),
        mentors=len(mentors),
        as_of=as_of,
        data_age=days.count(as_of, local.date(), away_counts=True) if as_of else 0,
        fresh_workdays=programme.send_policy.fresh_workdays,
        sent=_sent(session, cohort, timeline, since=midnight(timeline, now) - SPAN),
        failed=_failed(session, cohort, since=now - SPAN),
        unread=tuple(office for office in OFFICES if _is_unread(session, cohort, office)),
        export_by=_export_by(timeline, coming),
        coming=tuple(coming),
        held=_held(session, cohort, timeline),
        queued=standing(session, cohort, Interest(), "queued"),
        cases=_open_cases(session, cohort, timeline),
        events=_events(timeline, now),
    )


def _export_by(timeline: Timeline, coming: Iterable[Expected]) -> dt.date | None:
    """Return the first day on which a reminder goes for which today's data will be too old."""
    programme, as_of = timeline.programme, timeline.cohort.as_of
    needing = {rule.step for rule in timeline.rules if rule.fresh_data}
    for expected in coming:
        if expected.waits or expected.step not in needing:
            continue
        days = timeline.workdays[programme.nation]
        age = days.count(as_of, expected.date, away_counts=True) if as_of else None
        if age is None or age > programme.send_policy.fresh_workdays:
            return expected.date
    return None


def _rows(session: Session, cohort: m.Cohort, *where: ColumnElement[bool]) -> int:
    mine = col(m.LedgerRow.cohort_id) == cohort.id
    number: int = session.execute(select(func.count()).where(mine, *where)).scalar_one()
    return number


def _cases(session: Session, cohort: m.Cohort, *where: ColumnElement[bool]) -> int:
    mine = col(m.Case.cohort_id) == cohort.id
    number: int = session.execute(select(func.count()).where(mine, *where)).scalar_one()
    return number


def _by(session: Session, cohort: m.Cohort, where: ColumnElement[bool], *columns: Any) -> Any:
    row = m.LedgerRow
    return session.execute(
        select(*columns, func.count(), func.min(col(row.until)))
        .where(col(row.cohort_id) == cohort.id, where)
        .group_by(*columns)
        .order_by(*columns)
    )


def _sent(
    session: Session, cohort: m.Cohort, timeline: Timeline, *, since: dt.datetime
) -> tuple[Sent, ...]:
    row = m.LedgerRow
    where = (col(row.outcome) == "sent") & (col(row.sent_at) >= since)  # one of each e-mail
    counts: Counter[tuple[int, str, str]] = Counter()
    columns = (col(row.sent_at), col(row.step), col(row.role))
    for sent_at, step, role, count, _ in _by(session, cohort, where, *columns):
        day = sent_at.astimezone(timeline.zone).date()
        counts[(week_of(cohort.starts, day), step, role)] += count
    return tuple(sorted(Sent(*key, count) for key, count in counts.items()))


def _failed(session: Session, cohort: m.Cohort, *, since: dt.datetime) -> int:
    row = m.LedgerRow
    when = col(row.decided_at) >= since
    return _rows(session, cohort, col(row.outcome) == "failed", when)


def _is_unread(session: Session, cohort: m.Cohort, office: str) -> bool:
    row = m.LedgerRow
    mine = col(row.cohort_id) == cohort.id, col(row.recipient) == office
    ended = select(col(row.outcome)).where(*mine, col(row.outcome).in_(("failed", *DELIVERED)))
    last = ended.order_by(col(row.decided_at).desc(), col(row.id).desc()).limit(1)
    return session.execute(last).scalar() == "failed"


def _held(session: Session, cohort: m.Cohort, timeline: Timeline) -> tuple[Held, ...]:
    row = m.LedgerRow
    columns = (col(row.reason), col(row.step), col(row.role))
    return tuple(
        Held(reason, step, role, count, until.astimezone(timeline.zone).date() if until else None)
        for reason, step, role, count, until in _by(
            session, cohort, col(row.outcome) == "held", *columns
        )
    )


def _open_cases(session: Session, cohort: m.Cohort, timeline: Timeline) -> tuple[OpenCases, ...]:
    case, oldest = m.Case, func.min(col(m.Case.opened_at))
    rows = session.execute(
        select(col(case.kind), col(case.owner), func.count(), oldest)
        .where(col(case.cohort_id) == cohort.id, col(case.state) != "closed")
        .group_by(col(case.kind), col(case.owner))
        .order_by(oldest, col(case.kind))
    )
    titles = timeline.programme.cases
    return tuple(
        OpenCases(titles.get(kind, kind), owner, count, at.astimezone(timeline.zone).date())
        for kind, owner, count, at in rows
    )


def _events(timeline: Timeline, now: dt.datetime) -> tuple[Event, ...]:
    programme, zone, found = timeline.programme, timeline.zone, []
    for webinar in timeline.cohort.webinars:
        if now < webinar.starts_at <= now + AHEAD and webinar.status != "cancelled":
            missing = "" if webinar.join_url else "join link"
            title = f"Webinar: {programme.webinar(webinar.key).title}"
            found.append(Event(webinar.starts_at.astimezone(zone), title, missing))
    for milestone, due in published.milestones(timeline):
        if now < due <= now + AHEAD:
            found.append(Event(due.astimezone(zone), f"Due: {milestone.title}"))
    return tuple(sorted(found))
