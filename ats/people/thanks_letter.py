"""The letter for a mentor's record of continuing professional development (CPD)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from ats.office import Office
from ats.people.contacts import contacts
from ats.records import gather
from ats.records import models as m


@dataclass(frozen=True, slots=True)
class Letter:
    """What the letter says. How many hours it were, only the mentor knows."""

    mentor: str  # their name
    programme: str
    short: str
    cohort: str
    mentees: int
    begins: dt.date
    ends: dt.date


def thanks_letter(
    office: Office, session: Session, mentor: str, enrolments: Collection[int]
) -> Letter | None:
    """Return the letter about those of these enrolments that a mentor agreed to mentor.

    None where there are none, or nothing goes to the mentor any more. Writes nothing.
    """
    people = [
        person
        for person in gather.participants(session, list(enrolments))
        if any(one.ref == mentor and one.accepted_at for one in person.mentorships)
    ]
    role = session.execute(select(m.Role).where(col(m.Role.ref) == mentor)).scalar()
    if not people or role is None or role.silenced_at is not None:
        return None
    cohort = session.execute(
        select(m.Cohort)
        .join(m.Enrolment, col(m.Enrolment.cohort_id) == col(m.Cohort.id))
        .where(col(m.Enrolment.id) == people[0].id)
    ).scalar_one()
    programme = office.programme_named(cohort.programme)
    year = office.timeline(programme, gather.cohort_facts(session, cohort))
    ends = [year.submission_due(person) or person.left_at for person in people]
    return Letter(
        mentor=contacts(session, [mentor])[mentor].full_name,
        programme=programme.title,
        short=programme.short,
        cohort=cohort.code,
        mentees=len(people),
        begins=cohort.starts,
        ends=max((year.local_date(end) for end in ends if end), default=cohort.starts),
    )
