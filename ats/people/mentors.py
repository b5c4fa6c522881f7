"""What a mentor answered, as staff record it or the mentor's link does: yes, no, signed off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.opening import close_cases
from ats.errors import Refused
from ats.people.changing import Decision
from ats.people.enrolled import Enrolled, locked
from ats.records import models as m
from ats.records.store import Store

#: The kinds of case that end when a mentor agrees, says no, or signs off.
ABOUT_ACCEPTING = ("call-mentor", "replace-mentor", "mentor-unreachable", "no-mentor-named")
ABOUT_ASKING = ("call-mentor", "mentor-unreachable")
ABOUT_SIGNING = (
    "call-mentor-sign-off",
    "sign-off-missing",
    "sign-off-revoked",
    "confirm-mentor-address",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A mentorship about which there is an answer, and whose it is. `mentor` is a ref."""

    whose: Enrolled
    mentor: str
    mentorship: m.Mentorship


@dataclass(frozen=True, slots=True)
class Answer:
    """What was recorded, and the cases that it closed."""

    person: str  # the participant's ref
    mentor: str
    answer: str  # 'accepted', 'declined', 'signed-off', 'sign-off-reopened'
    at: dt.datetime
    cases_closed: tuple[int, ...]


def accept(store: Store, ref: str, *, now: dt.datetime, by: str) -> Answer:
    """Record that the mentor of this participant has agreed.

    Raises Refused when no mentor is named by then, or the one who is has agreed already.
    """
    return of_standing(store, ref, lambda s, asked: agreed(s, asked, now=now, by=by), now=now)


def decline(store: Store, ref: str, *, now: dt.datetime, by: str) -> Answer:
    """Record that the mentor of this participant has said no; the mentorship ends.

    Raises Refused when no mentor is named by then, or the one who is has agreed.
    """
    return of_standing(store, ref, lambda s, asked: refused(s, asked, now=now, by=by), now=now)


def sign_off(
    store: Store, ref: str, *, now: dt.datetime, by: str, reason: str = "own-request"
) -> Answer:
    """Record that the mentor of this participant has signed the portfolio off.

    Raises Refused when no mentor has agreed by then, the portfolio is signed off already, or
    there is no such reason.
    """
    why = Decision(now, by, reason)
    return of_standing(store, ref, lambda s, asked: signed_off(s, asked, why), now=now)


def of_standing(
    store: Store, ref: str, work: Callable[[Session, Asked], Answer], *, now: dt.datetime
) -> Answer:
    """Do something to the mentorship that stands for a participant, in one transaction.

    Raises NotFound, Refused without a mentor who was named by then, and what *work* raises.
    """

    def locked_work(session: Session) -> Answer:
        return work(session, _standing(session, locked(session, ref), now=now))

    return store.transact(locked_work)


# -- in the caller's transaction, which holds the enrolment ------------------------------------


def agreed(
    session: Session, asked: Asked, *, now: dt.datetime, by: str, independent: bool = False
) -> Answer:
    """Record a yes; *independent*: the mentor declared to be. Raises Refused after another."""
    mentorship, person = asked.mentorship, asked.whose.ref
    if mentorship.accepted_at is not None:
        raise Refused(
            f"{asked.mentor} agreed on {day(mentorship.accepted_at)} to mentor {person}; "
            "nothing to record."
        )
    mentorship.accepted_at = now
    mentorship.independent_at = now if independent else None
    trail = m.Audit(at=now, by=by, action="mentor-accepted")
    more = {"independent": True} if independent else {}
    return recorded(session, asked, trail, ABOUT_ACCEPTING, **more)


def refused(session: Session, asked: Asked, *, now: dt.datetime, by: str) -> Answer:
    """Record a no, which ends the mentorship. Raises Refused after a yes."""
    mentorship, person = asked.mentorship, asked.whose.ref
    if mentorship.accepted_at is not None:
        raise Refused(
            f"{asked.mentor} agreed on {day(mentorship.accepted_at)} to mentor {person}, so this "
            "is no refusal of the request; they stay the mentor, whatever a roster names."
        )
    mentorship.declined_at = mentorship.ended_at = now
    trail = m.Audit(at=now, by=by, action="mentor-declined")
    return recorded(session, asked, trail, ABOUT_ASKING)


def signed_off(session: Session, asked: Asked, why: Decision) -> Answer:
    """Record a sign-off. Raises Refused before the mentor has agreed, and after another one."""
    mentorship, mentor, person = asked.mentorship, asked.mentor, asked.whose.ref
    if mentorship.accepted_at is None:
        raise Refused(
            f"{mentor} has not agreed yet to mentor {person}; "
            f"record that first with `ats mentor accept {person}`."
        )
    _refuse_before(mentorship.accepted_at, f"{mentor} agreed to mentor {person}", now=why.now)
    if mentorship.signed_off_at is not None:
        raise Refused(
            f"{mentor} signed the portfolio of {person} off on "
            f"{day(mentorship.signed_off_at)}; nothing to record."
        )
    mentorship.signed_off_at, mentorship.sign_off_revoked_at = why.now, None
    trail = m.Audit(at=why.now, by=why.by, action="mentor-signed-off")
    trail.reason, trail.restricted = why.reason, why.restricted
    return recorded(session, asked, trail, ABOUT_SIGNING)


def recorded(
    session: Session, asked: Asked, trail: m.Audit, kinds: tuple[str, ...], **more: object
) -> Answer:
    """Close the cases of these kinds, finish the line of the audit trail, and look again."""
    whose, answer = asked.whose, trail.action.removeprefix("mentor-")
    mine = (col(m.Case.enrolment_id) == whose.enrolment.id, col(m.Case.kind).in_(kinds))
    closed = close_cases(session, *mine, now=trail.at, because=f"mentor {answer}")
    whose.enrolment.next_due_at = whose.cohort.next_due_at = m.EPOCH
    trail.cohort_id, trail.subject = whose.cohort.id, whose.ref
    trail.after = {"mentor": asked.mentor, "cases_closed": list(closed), **more}
    session.add(trail)
    return Answer(whose.ref, asked.mentor, answer, trail.at, closed)


def day(moment: dt.datetime) -> str:
    """Return '9 October 2026'."""
    return f"{moment.day} {moment:%B %Y}"


def _standing(session: Session, whose: Enrolled, *, now: dt.datetime) -> Asked:
    """Return the mentorship that stands at that moment. Raises Refused."""
    found = session.execute(
        select(col(m.Role.ref), m.Mentorship)
        .join(m.Role, col(m.Role.id) == col(m.Mentorship.role_id))
        .where(col(m.Mentorship.enrolment_id) == whose.enrolment.id)
        .order_by(col(m.Mentorship.id))
    ).all()
    for ref, mentorship in found:
        if mentorship.ended_at is None:
            _refuse_before(mentorship.named_at, f"{ref} was named for {whose.ref}", now=now)
            return Asked(whose, ref, mentorship)
    remedy = "import a roster that names one"
    if not found:
        raise Refused(f"No mentor is named for {whose.ref}; {remedy}.")
    ref, last = found[-1]
    if last.declined_at is not None:
        raise Refused(f"{ref} declined on {day(last.declined_at)}; {remedy} for {whose.ref}.")
    raise Refused(f"{ref} no longer mentors {whose.ref}; {remedy}.")


def _refuse_before(moment: dt.datetime, fact: str, *, now: dt.datetime) -> None:
    """Raise Refused for an answer that would be older than what it answers."""
    if now < moment:
        raise Refused(
            f"{fact} on {day(moment)}, after the moment that this would be recorded for; leave "
            "--now out, or give a later one."
        )
