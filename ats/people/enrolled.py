"""Finding the enrolment that a participant's ref means."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import NotFound, Refused
from ats.records import gather
from ats.records import models as m


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whom the records know by a ref, and what they are known as."""

    ref: str
    kind: str  # 'participant' or 'mentor'
    role_id: int
    person_id: int


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One enrolment of a participant, with its cohort."""

    ref: str
    enrolment: m.Enrolment
    cohort: m.Cohort


def known(session: Session, ref: str) -> Known:
    """Return whom a ref means, however its letters are written. Raises NotFound."""
    wanted = {ref.strip(), ref.strip().upper(), ref.strip().lower()}
    role = session.execute(select(m.Role).where(col(m.Role.ref).in_(wanted))).scalars().first()
    if role is None or role.id is None:
        raise NotFound(
            f'There is nobody with the ref "{ref.strip()[:40]}" in the records; '
            "look for people with `ats person find`."
        )
    return Known(role.ref, role.kind, role.id, role.person_id)


def enrolments(session: Session, ref: str) -> list[Enrolled]:
    """Return the enrolments of a participant, the newest cohort first. Raises NotFound."""
    who = known(session, ref)
    if who.kind != "participant":
        raise NotFound(_mentor(session, who))
    rows = session.execute(
        select(m.Enrolment, m.Cohort)
        .join(m.Cohort, col(m.Cohort.id) == col(m.Enrolment.cohort_id))
        .where(col(m.Enrolment.role_id) == who.role_id)
        .order_by(col(m.Cohort.starts).desc(), col(m.Cohort.code))
    )
    return [Enrolled(who.ref, enrolment, cohort) for enrolment, cohort in rows]


def standing(session: Session, ref: str) -> Enrolled:
    """Return the enrolment that staff act on: the active one in the newest cohort.

    Raises NotFound for a ref that is no participant's, Refused when nothing is active.
    """
    found = enrolments(session, ref)
    active = [e for e in found if e.enrolment.status == "active" and e.cohort.status != "closed"]
    if active:
        return active[0]
    if not found:
        raise Refused(f"{ref} is enrolled in no cohort; import the roster that names them.")
    newest = found[0]
    status = newest.enrolment.status if newest.cohort.status != "closed" else "over"
    raise Refused(
        f"The enrolment of {newest.ref} in cohort {newest.cohort.code} is {status}, "
        "so nothing can be recorded for it."
    )


def locked(session: Session, ref: str) -> Enrolled:
    """Return the same, which nobody else changes before this transaction ends."""
    whose = standing(session, ref)
    assert whose.enrolment.id is not None
    gather.lock(session, [whose.enrolment.id])
    session.refresh(whose.enrolment)
    return standing(session, ref)


def _mentor(session: Session, who: Known) -> str:
    mentees = session.execute(
        select(col(m.Role.ref))
        .join(m.Enrolment, col(m.Enrolment.role_id) == col(m.Role.id))
        .join(m.Mentorship, col(m.Mentorship.enrolment_id) == col(m.Enrolment.id))
        .where(col(m.Mentorship.role_id) == who.role_id, col(m.Mentorship.ended_at).is_(None))
        .order_by(col(m.Role.ref))
    ).scalars()
    refs = " or ".join(mentees)
    whose = f"such as {refs}" if refs else "but nobody names them as mentor now"
    return f"{who.ref} is a mentor; give the ref of a participant, {whose}."
