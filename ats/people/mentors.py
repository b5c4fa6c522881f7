"""What a mentor answered, as staff record it: accepted, declined, signed off."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.opening import close_case
from ats.errors import Refused
from ats.people.enrolled import Enrolled, standing
from ats.records import models as m
from ats.records.store import Store

#: The kinds of case that end when a mentor agrees, says no, or signs off.
ABOUT_ACCEPTING = ("call-mentor", "replace-mentor", "mentor-unreachable", "no-mentor-named")
ABOUT_ASKING = ("call-mentor", "mentor-unreachable")
ABOUT_SIGNING = ("call-mentor-sign-off", "sign-off-missing")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was recorded, and the cases that it closed."""

    person: str  # the participant's ref
    mentor: str
    answer: str  # 'accepted', 'declined' or 'signed-off'
    at: dt.datetime
    cases_closed: tuple[int, ...]


def accept(store: Store, ref: str, *, now: dt.datetime, by: str) -> Answer:
    """Record that the mentor of this participant has agreed.

    Raises Refused when no mentor is named by then, or the one who is has agreed already.
    """
    with store.write() as session:
        whose = standing(session, ref)
        mentor, mentorship = _mentor(session, whose, now=now)
        if mentorship.accepted_at is not None:
            raise Refused(
                f"{mentor} agreed on {_day(mentorship.accepted_at)} to mentor {whose.ref}; "
                "nothing to record."
            )
        mentorship.accepted_at = now
        return _recorded(session, whose, mentor, "accepted", ABOUT_ACCEPTING, now=now, by=by)


def decline(store: Store, ref: str, *, now: dt.datetime, by: str) -> Answer:
    """Record that the mentor of this participant has said no; the mentorship ends.

    Raises Refused when no mentor is named by then, or the one who is has agreed.
    """
    with store.write() as session:
        whose = standing(session, ref)
        mentor, mentorship = _mentor(session, whose, now=now)
        if mentorship.accepted_at is not None:
            raise Refused(
                f"{mentor} agreed on {_day(mentorship.accepted_at)} to mentor {whose.ref}, so this "
                "is no refusal of the request; they stay the mentor, whatever a roster names."
            )
        mentorship.declined_at = mentorship.ended_at = now
        return _recorded(session, whose, mentor, "declined", ABOUT_ASKING, now=now, by=by)


def sign_off(store: Store, ref: str, *, now: dt.datetime, by: str) -> Answer:
    """Record that the mentor of this participant has signed the portfolio off.

    Raises Refused when no mentor has agreed by then, or the portfolio is signed off already.
    """
    with store.write() as session:
        whose = standing(session, ref)
        mentor, mentorship = _mentor(session, whose, now=now)
        if mentorship.accepted_at is None:
            raise Refused(
                f"{mentor} has not agreed yet to mentor {whose.ref}; "
                f"record that first with `ats mentor accept {whose.ref}`."
            )
        _refuse_before(mentorship.accepted_at, f"{mentor} agreed to mentor {whose.ref}", now=now)
        if mentorship.signed_off_at is not None:
            raise Refused(
                f"{mentor} signed the portfolio of {whose.ref} off on "
                f"{_day(mentorship.signed_off_at)}; nothing to record."
            )
        mentorship.signed_off_at = now
        return _recorded(session, whose, mentor, "signed-off", ABOUT_SIGNING, now=now, by=by)


def _mentor(session: Session, whose: Enrolled, *, now: dt.datetime) -> tuple[str, m.Mentorship]:
    """Return the ref of the mentor who stands at that moment, and the mentorship.

    Raises Refused.
    """
    found = session.execute(
        select(col(m.Role.ref), m.Mentorship)
        .join(m.Role, col(m.Role.id) == col(m.Mentorship.role_id))
        .where(col(m.Mentorship.enrolment_id) == whose.enrolment.id)
        .order_by(col(m.Mentorship.id))
    ).all()
    for ref, mentorship in found:
        if mentorship.ended_at is None:
            _refuse_before(mentorship.named_at, f"{ref} was named for {whose.ref}", now=now)
            return ref, mentorship
    remedy = "import a roster that names one"
    if not found:
        raise Refused(f"No mentor is named for {whose.ref}; {remedy}.")
    ref, last = found[-1]
    if last.declined_at is not None:
        raise Refused(f"{ref} declined on {_day(last.declined_at)}; {remedy} for {whose.ref}.")
    raise Refused(f"{ref} no longer mentors {whose.ref}; {remedy}.")


def _refuse_before(moment: dt.datetime, fact: str, *, now: dt.datetime) -> None:
    """Raise Refused for an answer that would be older than what it answers."""
    if now < moment:
        raise Refused(
            f"{fact} on {_day(moment)}, after the moment that this would be recorded for; leave "
            "--now out, or give a later one."
        )


def _recorded(
    session: Session,
    whose: Enrolled,
    mentor: str,
    answer: str,
    kinds: tuple[str, ...],
    *,
    now: dt.datetime,
    by: str,
) -> Answer:
    closed = _close(session, whose, kinds, now=now, because=f"mentor {answer}")
    whose.enrolment.next_due_at = whose.cohort.next_due_at = m.EPOCH
    session.add(
        m.Audit(
            at=now,
            by=by,
            action=f"mentor-{answer}",
            cohort_id=whose.cohort.id,
            subject=whose.ref,
            after={"mentor": mentor, "cases_closed": list(closed)},
        )
    )
    return Answer(whose.ref, mentor, answer, now, closed)


def _close(
    session: Session, whose: Enrolled, kinds: tuple[str, ...], *, now: dt.datetime, because: str
) -> tuple[int, ...]:
    cases = session.execute(
        select(m.Case)
        .where(
            col(m.Case.enrolment_id) == whose.enrolment.id,
            col(m.Case.kind).in_(kinds),
            col(m.Case.state) != "closed",
        )
        .order_by(col(m.Case.id))
    ).scalars()
    closed = []
    for case in cases:
        close_case(case, now=now, because=because)
        closed.append(case.id or 0)
    return tuple(closed)


def _day(moment: dt.datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
