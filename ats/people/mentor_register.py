"""The register of mentors as the records have it: who has how many places, and whom to suggest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from ats.people.enrolled import Enrolled, standing
from ats.people.suggesting import OnRegister, Wanted, suggest
from ats.records import models as m
from ats.records.queries import SUPPRESSION_STANDS


def on_register(
    session: Session, *, subject: str = "", nation: str | None = None
) -> list[OnRegister]:
    """Return who stands on the register, by ref; narrowed to a text in the subject, a nation."""
    role, person, place = m.Role, m.Person, m.RegisterMentor
    mentees, asked = mentees_of_all(), _asked()
    query = (
        select(
            role,
            person,
            place,
            func.coalesce(mentees.c.mentees, 0),
            asked.c.last_asked,
            col(m.Suppression.id),
        )
        .join_from(place, role, col(role.id) == col(place.role_id))
        .join(person, col(person.id) == col(role.person_id))
        .outerjoin(mentees, mentees.c.role_id == col(role.id))
        .outerjoin(asked, asked.c.role_id == col(role.id))
        .outerjoin(m.Suppression, SUPPRESSION_STANDS)
        .where(col(place.left_at).is_(None))
        .order_by(col(role.ref))
    )
    return [
        OnRegister(
            ref=mentor.ref,
            person_id=mentor.person_id,
            full_name=f"{who.given_name} {who.family_name}".strip(),
            nation=who.nation,
            organisation=who.organisation,
            subject=entry.subject,
            capacity=entry.capacity,
            mentees=number,
            last_asked=last_asked,
            reachable=mentor.silenced_at is None and dead is None,
        )
        for mentor, who, entry, number, last_asked, dead in session.execute(query)
        if subject.casefold() in entry.subject.casefold() and nation in (None, who.nation)
    ]


def places(session: Session) -> dict[int, tuple[int, int]]:
    """Return by role id how many participants each on the register takes, and mentors now."""
    place, mentees = m.RegisterMentor, mentees_of_all()
    query = (
        select(col(place.role_id), col(place.capacity), func.coalesce(mentees.c.mentees, 0))
        .outerjoin(mentees, mentees.c.role_id == col(place.role_id))
        .where(col(place.left_at).is_(None))
    )
    return {role_id: (capacity, number) for role_id, capacity, number in session.execute(query)}


def suggestions(session: Session, ref: str, *, subject: str = "") -> list[OnRegister]:
    """Return whom to suggest to the participant of this ref. Writes nothing.

    Raises NotFound, and Refused when they take part nowhere at present.
    """
    return _suggestions(session, standing(session, ref), subject)


def suggested_names(session: Session, enrolment: int) -> tuple[str, ...]:
    """Return the names of those to suggest to whoever is enrolled so. Writes nothing."""
    query = (
        select(col(m.Role.ref), m.Enrolment, m.Cohort)
        .join(m.Enrolment, col(m.Enrolment.role_id) == col(m.Role.id))
        .join(m.Cohort, col(m.Cohort.id) == col(m.Enrolment.cohort_id))
        .where(col(m.Enrolment.id) == enrolment)
    )
    whose = Enrolled(*session.execute(query).one())
    return tuple(one.full_name for one in _suggestions(session, whose, ""))


def _suggestions(session: Session, whose: Enrolled, subject: str) -> list[OnRegister]:
    own = session.get_one(m.Role, whose.enrolment.role_id)
    person = session.get_one(m.Person, own.person_id)
    never = {own.person_id, *_mentors_of(session, own.person_id), *_takes_part(session, whose)}
    wanted = Wanted(whose.ref, person.nation, subject, frozenset(never))
    return suggest(on_register(session), wanted)


def mentees_of_all() -> Any:
    """Return how many participants each mentor stands by, in all cohorts that are not closed."""
    s, e = m.Mentorship, m.Enrolment
    return (
        select(col(s.role_id), func.count().label("mentees"))
        .join(e, col(e.id) == col(s.enrolment_id))
        .join(m.Cohort, col(m.Cohort.id) == col(e.cohort_id))
        .where(col(s.ended_at).is_(None), col(e.status) == "active")
        .where(col(m.Cohort.status) != "closed")
        .group_by(col(s.role_id))
        .subquery()
    )


def _asked() -> Any:
    s = m.Mentorship
    last = func.max(col(s.named_at)).label("last_asked")
    return select(col(s.role_id), last).group_by(col(s.role_id)).subquery()


def _mentors_of(session: Session, person_id: int) -> set[int]:
    """Return the people who were ever named as mentor of this one."""
    own, mentor = aliased(m.Role), aliased(m.Role)
    query = (
        select(col(mentor.person_id))
        .join(m.Mentorship, col(m.Mentorship.role_id) == col(mentor.id))
        .join(m.Enrolment, col(m.Enrolment.id) == col(m.Mentorship.enrolment_id))
        .join(own, col(own.id) == col(m.Enrolment.role_id))
        .where(col(own.person_id) == person_id)
    )
    return set(session.execute(query).scalars())


def _takes_part(session: Session, whose: Enrolled) -> set[int]:
    """Return the people who take part in the same cohort."""
    here = col(m.Enrolment.cohort_id) == whose.cohort.id, col(m.Enrolment.status) == "active"
    query = select(col(m.Role.person_id)).join(m.Enrolment).where(*here)
    return set(session.execute(query).scalars())
