"""A person in every role: where they take part, and whom they mentor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from ats.people.enrolled import Enrolled
from ats.records import models as m


def enrolled(session: Session, roles: Sequence[int]) -> Iterator[Enrolled]:
    """Yield the enrolments of these roles in cohorts that are not over."""
    rows = session.execute(
        select(col(m.Role.ref), m.Enrolment, m.Cohort)
        .join(m.Enrolment, col(m.Enrolment.role_id) == col(m.Role.id))
        .join(m.Cohort, col(m.Cohort.id) == col(m.Enrolment.cohort_id))
        .where(
            col(m.Role.id).in_(roles),
            col(m.Enrolment.status) == "active",
            col(m.Cohort.status) != "closed",
        )
        .order_by(col(m.Enrolment.id))
    )
    return (Enrolled(*row) for row in rows.tuples())


def mentored(
    session: Session, roles: Sequence[int]
) -> Iterator[tuple[Enrolled, m.Mentorship, str]]:
    """Yield whom these roles mentor in cohorts that are not over, how, and as which ref."""
    mentor = aliased(m.Role)
    rows = session.execute(
        select(col(m.Role.ref), m.Enrolment, m.Cohort, m.Mentorship, col(mentor.ref))
        .join(m.Enrolment, col(m.Enrolment.role_id) == col(m.Role.id))
        .join(m.Cohort, col(m.Cohort.id) == col(m.Enrolment.cohort_id))
        .join(m.Mentorship, col(m.Mentorship.enrolment_id) == col(m.Enrolment.id))
        .join(mentor, col(mentor.id) == col(m.Mentorship.role_id))
        .where(
            col(mentor.id).in_(roles),
            col(m.Mentorship.ended_at).is_(None),
            col(m.Enrolment.status) == "active",
            col(m.Cohort.status) != "closed",
        )
        .order_by(col(m.Enrolment.id))
    )
    for ref, enrolment, cohort, mentorship, mentor_ref in rows.tuples():
        yield Enrolled(ref, enrolment, cohort), mentorship, mentor_ref


def standing_mentors(session: Session, participants: Sequence[Enrolled]) -> list[int]:
    """Return the roles of those who mentor these participants now."""
    s = m.Mentorship
    standing = select(col(s.role_id)).where(
        col(s.enrolment_id).in_([one.enrolment.id for one in participants]),
        col(s.ended_at).is_(None),
    )
    return list(session.execute(standing).scalars())


def silenced_since(session: Session, person_id: int) -> dt.datetime | None:
    """Return since when nothing goes to or about a person; None: mail goes."""
    found = session.execute(
        select(col(m.Role.silenced_at))
        .where(col(m.Role.person_id) == person_id, col(m.Role.silenced_at).is_not(None))
        .order_by(col(m.Role.silenced_at))
    )
    return found.scalars().first()
