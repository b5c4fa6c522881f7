"""What feeds ask of the records: whom a person's feed is about, and when their dates changed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from ats.planning.facts import Participant
from ats.records import models as m

#: When somebody's dates were changed last, and how often they have been.
Revision = tuple[dt.datetime, int]


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


def revisions(
    session: Session, cohort: m.Cohort, people: Mapping[int, Participant]
) -> Mapping[int, Revision]:
    """Return by enrolment when, and how often, staff changed the dates of these people."""
    o = m.Overlay
    changes: dict[int, list[dt.datetime]] = defaultdict(list)
    query: Any = select(col(o.enrolment_id), col(o.recorded_at), col(o.revoked_at)).where(
        col(o.enrolment_id).in_(people), col(o.kind).in_(("extension", "pause"))
    )
    for enrolment, *moments in session.execute(query) if people else ():
        changes[enrolment] += [moment for moment in moments if moment is not None]
    return {
        i: (max([person.accepted_at, cohort.created_at, *changes[i]]), len(changes[i]))
        for i, person in people.items()
    }


def standing_feeds(session: Session, found_by: Sequence[Mapping[str, Any]]) -> list[m.Feed]:
    """Return the feeds found by these, made where there are none, and locked: in order of id.

    Each is found by `role_id`, or by `cohort_id` and `audience`. Two who do this at the same time
    wait for each other.
    """
    feed: Any = m.Feed
    blank = m.Feed().model_dump(exclude={"id", "role_id", "cohort_id", "audience"})
    insert: Any = (
        sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    )
    values = [
        {**blank, "role_id": None, "cohort_id": None, "audience": None, **one} for one in found_by
    ]
    session.execute(insert(feed.__table__).on_conflict_do_nothing(), values)
    these = or_(*(and_(*(getattr(feed, k) == v for k, v in one.items())) for one in found_by))
    query: Any = select(m.Feed).where(these).order_by(feed.id).with_for_update()
    return list(session.execute(query.execution_options(populate_existing=True)).scalars())
