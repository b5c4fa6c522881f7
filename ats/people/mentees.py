"""Whom a mentor's link is about, as the records know them when it is opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from ats.errors import NotFound
from ats.people.answer_links import About, MentorLink
from ats.people.enrolled import Enrolled, known
from ats.people.links import BadLink
from ats.people.mentors import Asked
from ats.records import gather
from ats.records import models as m

#: Who answers by a link, as the audit trail tells it.
BY_LINK = "the mentor, by link"


@dataclass(frozen=True, slots=True)
class Mentee:
    """Somebody whom a link is about.

    `asked` is None where nothing is asked any more: another mentor has taken over, they left,
    everything about them is stopped, or the naming was a mistake. Their name is nobody's business
    then.
    """

    about: About
    asked: Asked | None
    name: str = ""
    organisation: str = ""


def mentees(session: Session, link: MentorLink) -> list[Mentee]:
    """Return these mentees in the order of the link. Raises BadLink where it is nobody's."""
    mentor = _mentor(session, link)
    rows = {row.Mentorship.id: row for row in _rows(session, link, mentor.id)}
    stopped = _stopped(session, (row.Enrolment.id for row in rows.values()))
    found = []
    for one in link.about:
        row = rows.get(one.mentorship)
        silenced = mentor.silenced_at is not None
        if row is None or silenced or row.Enrolment.id in stopped or not _stands(row, one):
            found.append(Mentee(one, None))
            continue
        asked = Asked(Enrolled(row.ref, row.Enrolment, row.Cohort), mentor.ref, row.Mentorship)
        person = row.Person
        name = f"{person.given_name} {person.family_name}".strip()
        found.append(Mentee(one, asked, name, person.organisation))
    return found


def lock(session: Session, link: MentorLink) -> None:
    """Let nobody else answer by such a link, or change these mentees, in this transaction."""
    session.execute(select(col(m.Role.id)).where(col(m.Role.ref) == link.mentor).with_for_update())
    ids = select(col(m.Mentorship.enrolment_id)).where(
        col(m.Mentorship.id).in_([one.mentorship for one in link.about])
    )
    gather.lock(session, list(session.execute(ids).scalars()))


def name_of_mentor(session: Session, link: MentorLink) -> str:
    """Return what the mentor whose link this is is called. Raises BadLink."""
    mentor = _mentor(session, link)
    person = session.get_one(m.Person, mentor.person_id)
    return f"{person.given_name} {person.family_name}".strip()


def cohort_of(session: Session, link: MentorLink) -> m.Cohort | None:
    """Return the cohort of these mentees: all of one e-mail are of one."""
    of = select(m.Cohort).join(m.Enrolment, col(m.Enrolment.cohort_id) == col(m.Cohort.id))
    of = of.join(m.Mentorship, col(m.Mentorship.enrolment_id) == col(m.Enrolment.id))
    ids = [one.mentorship for one in link.about]
    return session.execute(of.where(col(m.Mentorship.id).in_(ids))).scalars().first()


def _mentor(session: Session, link: MentorLink) -> m.Role:
    try:
        return session.get_one(m.Role, known(session, link.mentor).role_id)
    except NotFound:
        raise BadLink from None


def _rows(session: Session, link: MentorLink, role_id: int | None) -> Iterable[Any]:
    mentee = aliased(m.Role)
    return session.execute(
        select(m.Mentorship, m.Enrolment, m.Cohort, m.Person, col(mentee.ref))
        .join(m.Enrolment, col(m.Enrolment.id) == col(m.Mentorship.enrolment_id))
        .join(m.Cohort, col(m.Cohort.id) == col(m.Enrolment.cohort_id))
        .join(mentee, col(mentee.id) == col(m.Enrolment.role_id))
        .join(m.Person, col(m.Person.id) == col(mentee.person_id))
        .where(
            col(m.Mentorship.id).in_([one.mentorship for one in link.about]),
            col(m.Mentorship.role_id) == role_id,
        )
        .execution_options(populate_existing=True)
    )


def _stands(row: Any, about: About) -> bool:
    """Say whether this is the naming that the link means, and it goes on or the mentor ended it."""
    ended_by_others = row.Mentorship.ended_at is not None and row.Mentorship.declined_at is None
    is_over = row.Enrolment.status != "active" or row.Cohort.status == "closed"
    return row.ref == about.person and not (ended_by_others or is_over)


def _stopped(session: Session, enrolments: Iterable[int]) -> set[int]:
    """Return about whom nothing goes to anybody: silenced, or left behind by an undone import."""
    found = session.execute(
        select(col(m.Overlay.enrolment_id)).where(
            col(m.Overlay.enrolment_id).in_(list(enrolments)),
            col(m.Overlay.kind).in_(("silence", "parked")),
            col(m.Overlay.revoked_at).is_(None),
        )
    ).scalars()
    return set(found)
