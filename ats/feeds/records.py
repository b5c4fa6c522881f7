"""What feeds ask of the records: whom a person's feed is about, and when their dates changed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
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
