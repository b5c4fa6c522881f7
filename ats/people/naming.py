"""Who may be named as mentor of whom: one place for what speaks against it, and what to remark.

A roster that staff apply counts as their consent; it is told what is remarkable, no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import Refused
from ats.people.enrolled import Enrolled
from ats.people.mentor_register import places
from ats.records import models as m
from ats.records.queries import SUPPRESSION_STANDS


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody named as mentor, as they stand towards one participant."""

    ref: str
    is_participant: bool = False  # it is the participant themself
    takes_part: bool = False  # in the same cohort
    capacity: int | None = None  # by the register; None: they are not on it
    mentees: int = 0  # others, in all cohorts that are not closed
    silenced: bool = False
    unreachable: bool = False

    @property
    def full(self) -> bool:
        """Whether they mentor as many as the register says."""
        return self.capacity is not None and self.mentees >= self.capacity


def refuse(candidate: Candidate, *, whom: str, consent: bool) -> None:
    """Raise Refused unless this mentor may be named for the participant of this ref."""
    if candidate.is_participant:
        raise Refused(f"{whom} cannot be their own mentor; ask whom they mean.")
    if candidate.silenced:
        raise Refused(f"Nothing may go to {candidate.ref}, not even a request; name another.")
    if candidate.takes_part and not consent:
        raise Refused(
            f"{candidate.ref} takes part in the same cohort as {whom}; if that is agreed, repeat "
            "with --consent."
        )
    if candidate.full:
        raise Refused(
            f"{candidate.ref} mentors as many as the register says ({candidate.capacity}); name "
            f"another, such as one of `ats mentor register suggest {whom}`."
        )


def remarks(candidate: Candidate) -> Iterator[str]:
    """Yield what is remarkable about naming this mentor, each as a clause."""
    if candidate.takes_part:
        yield f"{candidate.ref} takes part in the same cohort"
    if candidate.full:
        yield f"{candidate.ref} mentors as many as the register says ({candidate.capacity})"
    if candidate.unreachable:
        yield f"no e-mail gets through to {candidate.ref} at present"


def candidate(session: Session, role: m.Role, whose: Enrolled) -> Candidate:
    """Return how a mentor stands towards a participant who has none at this moment.

    The mentor is locked, so that two who name them at once do not both get the last place.
    """
    assert role.id is not None
    session.execute(select(col(m.Role.id)).where(col(m.Role.id) == role.id).with_for_update())
    person = session.get_one(m.Person, role.person_id)
    own = session.get_one(m.Role, whose.enrolment.role_id)
    suppressed = select(col(m.Suppression.id)).join(m.Person, SUPPRESSION_STANDS)
    capacity, mentees = places(session).get(role.id, (None, 0))
    return Candidate(
        ref=role.ref,
        is_participant=own.person_id == person.id,
        takes_part=_takes_part(session, role.person_id, whose.enrolment.cohort_id),
        capacity=capacity,
        mentees=mentees,
        silenced=role.silenced_at is not None,
        unreachable=_any(session, suppressed.where(col(m.Person.id) == person.id)),
    )


def _takes_part(session: Session, person_id: int, cohort_id: int) -> bool:
    enrolled = select(col(m.Enrolment.id)).join(m.Role, col(m.Role.id) == col(m.Enrolment.role_id))
    here = col(m.Enrolment.cohort_id) == cohort_id, col(m.Enrolment.status) == "active"
    return _any(session, enrolled.where(col(m.Role.person_id) == person_id, *here))


def _any(session: Session, query: object) -> bool:
    return session.execute(query.limit(1)).first() is not None  # type: ignore[attr-defined]
