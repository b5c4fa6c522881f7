"""Making feeds as they would be published: which there are to be, and the bytes of each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from ats.feeds.composing import AUDIENCES, Feeds, Whose
from ats.records import models as m
from calendars.events import Calendar
from calendars.feeds import feed


@dataclass(frozen=True, slots=True)
class Wanted:
    """A feed that there is to be: its name, as in `Whose`, and what its record is found by."""

    name: str
    found_by: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """A feed as it would be published."""

    wanted: Wanted
    whose: Whose
    calendar: Calendar
    data: bytes
    digest: str


def wanted_of_cohort(cohort: m.Cohort) -> list[Wanted]:
    """Return the feeds of a cohort's webinars, one for each audience."""
    return [
        Wanted(f"{cohort.code}/{audience}", {"cohort_id": cohort.id, "audience": audience})
        for audience in AUDIENCES
    ]


def wanted_of_people(session: Session, cohort: m.Cohort) -> list[Wanted]:
    """Return the feeds of a cohort's participants, and of the mentors who have agreed to be so."""
    e, s = m.Enrolment, m.Mentorship
    own: Any = select(col(e.role_id)).where(col(e.cohort_id) == cohort.id)
    mentors: Any = (
        select(col(s.role_id))
        .join(e, col(e.id) == col(s.enrolment_id))
        .where(col(e.cohort_id) == cohort.id, col(s.accepted_at).is_not(None))
    )
    query = select(m.Role).where(col(m.Role.id).in_(own.union(mentors)))
    return [wanted_of(role) for role in session.execute(query.order_by(col(m.Role.id))).scalars()]


def wanted_of(role: m.Role) -> Wanted:
    """Return the feed of a person."""
    return Wanted(role.ref, {"role_id": role.id})


def still_wanted(session: Session, wanted: Sequence[Wanted]) -> list[Wanted]:
    """Return those of *wanted* whose people an undone import has not taken back meanwhile."""
    ids = [one.found_by["role_id"] for one in wanted if "role_id" in one.found_by]
    query = select(col(m.Role.id)).where(col(m.Role.id).in_(ids))
    known = set(session.execute(query).scalars()) if ids else set()
    return [one for one in wanted if one.found_by.get("role_id") in {None, *known}]


def made(feeds: Feeds, session: Session, wanted: Sequence[Wanted]) -> Iterator[Made]:
    """Make these feeds; what they share is asked for once."""
    by_role = {one.found_by["role_id"]: one for one in wanted if "role_id" in one.found_by}
    for one in wanted:
        if one.found_by.get("role_id") not in by_role:
            cohort = session.get_one(m.Cohort, one.found_by["cohort_id"])
            audience = one.found_by["audience"]
            whose = feeds.whose_cohort(cohort, audience)
            yield _made(one, whose, feeds.of_cohort(cohort.code, audience))
    if by_role:
        query = select(m.Role).where(col(m.Role.id).in_(by_role)).order_by(col(m.Role.id))
        roles = session.execute(query).scalars().all()
        for role, (whose, calendar) in zip(roles, feeds.of_people(roles), strict=True):
            yield _made(by_role[role.id], whose, calendar)


def _made(wanted: Wanted, whose: Whose, calendar: Calendar) -> Made:
    data = feed(calendar)
    return Made(wanted, whose, calendar, data, hashlib.sha256(data).hexdigest())
