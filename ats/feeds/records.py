"""What feeds ask of the records: whom a person's feed is about, and when their dates changed.

That a deadline has another date than the calendar was given is all that makes it a change: staff
give more time, but a roster, a programme file or a closure may move it, too.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from ats.feeds.events import Deadline
from ats.planning.facts import Participant
from ats.records import models as m
from calendars.events import Event

#: When a date was changed last, and how often that has been.
Revision = tuple[dt.datetime, int]


class _Published(NamedTuple):
    """A deadline as it was published last."""

    due_at: dt.datetime
    sequence: int
    revised_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Revisions:
    """How the deadlines of some people were published; of those that were not, since when."""

    since: Mapping[int, dt.datetime] = field(default_factory=dict)  # by enrolment
    published: Mapping[tuple[int, str], _Published] = field(default_factory=dict)  # and milestone

    def of(
        self, person: Participant, milestone: str, due: dt.datetime, *, now: dt.datetime
    ) -> Revision:
        """Return the revision of a deadline: a new one where it was published as another date."""
        last = self.published.get((person.id, milestone))
        if last is None:
            return self.since[person.id], 0
        if last.due_at == due:
            return last.revised_at, last.sequence
        return now.replace(microsecond=0), last.sequence + 1


def about(session: Session, roles: Sequence[m.Role]) -> Mapping[int, set[tuple[int, int]]]:
    """Return by role the enrolments, each with its cohort, that somebody's feed is about.

    A participant's own, and those whose mentor somebody is or has been.
    """
    e, s = m.Enrolment, m.Mentorship
    ids = [role.id for role in roles]
    own: Any = select(col(e.role_id), col(e.id), col(e.cohort_id)).where(col(e.role_id).in_(ids))
    mentored: Any = (
        select(col(s.role_id), col(e.id), col(e.cohort_id))
        .join(e, col(e.id) == col(s.enrolment_id))
        .where(col(s.role_id).in_(ids), col(s.accepted_at).is_not(None))
    )
    found: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for query in (own, mentored):
        for role, enrolment, cohort in session.execute(query):
            found[role].add((enrolment, cohort))
    return found


def revisions(session: Session, cohort: m.Cohort, people: Mapping[int, Participant]) -> Revisions:
    """Return how the deadlines of these people, by enrolment, were published.

    One that was not yet is dated by what staff changed last, or by when they were accepted.
    """
    o, d = m.Overlay, m.DeadlinePublished
    since = {i: max(person.accepted_at, cohort.created_at) for i, person in people.items()}
    overlays: Any = select(col(o.enrolment_id), col(o.recorded_at), col(o.revoked_at)).where(
        col(o.enrolment_id).in_(people), col(o.kind).in_(("extension", "pause"))
    )
    for enrolment, *moments in session.execute(overlays) if people else ():
        since[enrolment] = max(since[enrolment], *filter(None, moments))
    columns = (d.enrolment_id, d.milestone, d.due_at, d.sequence, d.revised_at)
    known: Any = select(*map(col, columns)).where(col(d.enrolment_id).in_(people))
    rows = session.execute(known) if people else ()
    return Revisions(since, {(i, milestone): _Published(*told) for i, milestone, *told in rows})


def record_deadlines(session: Session, events: Iterable[Event]) -> None:
    """Record the deadlines among these events as published. Whose feed it is has been locked."""
    shown = [event for event in events if isinstance(event, Deadline)]
    d = m.DeadlinePublished
    mine = select(d).where(col(d.enrolment_id).in_({one.enrolment_id for one in shown}))
    known = {(row.enrolment_id, row.milestone): row for row in session.execute(mine).scalars()}
    for one in shown:
        row = known.get((one.enrolment_id, one.milestone))
        row = row or d(enrolment_id=one.enrolment_id, milestone=one.milestone)
        row.due_at, row.sequence, row.revised_at = one.starts_at, one.sequence, one.revised_at
        session.add(row)


def standing_feeds(session: Session, found_by: Sequence[Mapping[str, Any]]) -> list[m.Feed]:
    """Return the records of feeds found by these, made where there are none, in this order.

    Each is found by `role_id`, or by `cohort_id` and `audience`. Whose feeds they are is locked
    first, so that two who do this at the same time wait for each other.
    """
    for of, name in ((m.Cohort, "cohort_id"), (m.Role, "role_id")):
        ids = {one[name] for one in found_by if name in one}
        if ids:
            mine = select(col(of.id)).where(col(of.id).in_(ids)).order_by(col(of.id))
            session.execute(mine.with_for_update())
    return [_standing_feed(session, one) for one in found_by]


def _standing_feed(session: Session, found_by: Mapping[str, Any]) -> m.Feed:
    query = select(m.Feed).filter_by(**found_by).with_for_update()
    standing: m.Feed | None = session.execute(query).scalar()
    if standing is None:
        standing = m.Feed(**found_by)
        session.add(standing)
        session.flush()
    return standing
