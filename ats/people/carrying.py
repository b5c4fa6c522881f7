"""What travels from the year that somebody left into the next: finished work, and what was agreed.

A mentor who stays is asked again: a year is a new commitment, and nobody is bound by an answer
about another one.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import Refused
from ats.people.changing import Decision
from ats.people.enrolled import Enrolled
from ats.records import models as m
from config.programme import Programme


def carry_sections(
    session: Session,
    left: Enrolled,
    enrolment: m.Enrolment,
    programme: Programme,
    decision: Decision,
) -> list[str]:
    """Copy what is finished, and return the keys of it, in the programme's order.

    The submission belongs to the year in which it was made.
    """
    had, has = (sections_of(session, one) for one in (left.enrolment, enrolment))
    finished = [
        section.key
        for section in programme.sections
        if section.key != programme.submission
        and section.key in had
        and had[section.key].status == "complete"
    ]
    for key in finished:
        row = has.get(key)
        if row is not None and row.status == "complete":
            continue
        row = row or m.Progress(
            enrolment_id=_id(enrolment), section=key, status="", updated_on=had[key].updated_on
        )
        row.status, row.complete_seen_at = "complete", decision.now
        session.add(row)
    return finished


def sections_of(session: Session, enrolment: m.Enrolment) -> dict[str, m.Progress]:
    mine = select(m.Progress).where(col(m.Progress.enrolment_id) == enrolment.id)
    return {row.section: row for row in session.execute(mine).scalars()}


def carry_adjustments(
    session: Session, left: Enrolled, enrolment: m.Enrolment, decision: Decision
) -> None:
    """Copy the adjustments that were agreed: whoever needs them needs them still."""
    o = m.Overlay
    agreed = session.execute(
        select(o).where(
            col(o.enrolment_id) == left.enrolment.id,
            col(o.kind) == "adjustment",
            col(o.revoked_at).is_(None),
        )
    ).scalars()
    for one in agreed.all():
        session.add(
            o(
                enrolment_id=_id(enrolment),
                kind=one.kind,
                adjustment=one.adjustment,
                reason=one.reason,
                recorded_at=decision.now,
                recorded_by=decision.by,
            )
        )


def ask_again(
    session: Session, enrolment: m.Enrolment, mentor: FormerMentor, decision: Decision
) -> None:
    """Name the mentor for the new year; the request goes as it does to everybody else's."""
    s = m.Mentorship
    named = select(col(m.Role.ref)).join(s, col(s.role_id) == col(m.Role.id))
    standing = session.execute(
        named.where(col(s.enrolment_id) == enrolment.id, col(s.ended_at).is_(None))
    ).scalar()
    if standing == mentor.ref:
        return
    if standing is not None:
        raise Refused(f"{standing} is named there as mentor already; leave --mentor-stays out.")
    named_at = decision.now
    session.add(s(enrolment_id=_id(enrolment), role_id=mentor.role_id, named_at=named_at))


@dataclass(frozen=True, slots=True)
class FormerMentor:
    """A mentor of the year that ended."""

    ref: str
    role_id: int


def former_mentor(session: Session, left: Enrolled) -> FormerMentor:
    """Return the mentor who had agreed and was there to the end. Raises Refused."""
    s = m.Mentorship
    last = session.execute(
        select(m.Role, s)
        .join(s, col(s.role_id) == col(m.Role.id))
        .where(col(s.enrolment_id) == left.enrolment.id)
        .order_by(col(s.id).desc())
        .limit(1)
    ).first()
    if last is None or last[1].accepted_at is None or last[1].ended_because != "deferred":
        raise Refused(
            f"{left.ref} had no mentor in cohort {left.cohort.code} who had agreed and would "
            "stay; leave --mentor-stays out, and they are asked to name one."
        )
    role = last[0]
    if role.silenced_at is not None:
        raise Refused(f"Nothing goes to {role.ref} any more; leave --mentor-stays out.")
    return FormerMentor(role.ref, role.id)


def _id(enrolment: m.Enrolment) -> int:
    assert enrolment.id is not None
    return enrolment.id
