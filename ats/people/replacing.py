"""Mentors come and go, as staff record it: one is named, replaced, or resigns from all mentees.

Whoever is without a mentor afterwards is asked for another by the programme (`mentor-lost`), and
whoever mentored is thanked once (`mentoring-ended`) and hears no more.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import Refused
from ats.office import Office
from ats.people import naming
from ats.people.changing import Change, Changed, Decision, changed, changed_within, transacted
from ats.people.enrolled import Enrolled, known
from ats.people.new_mentor import MENTOR, Reply, mentor_meant
from ats.records import gather
from ats.records import models as m

#: The kinds of case that are about a mentor who has gone, and about there being none.
ABOUT_WHO_LEFT = ("call-mentor", "replace-mentor", "mentor-unreachable", "call-mentor-sign-off")
ABOUT_NOBODY = ("no-mentor-named",)


@dataclass(frozen=True, slots=True)
class Resigned:
    """What the resignation of a mentor did, or would do, in the year of each mentee."""

    mentor: str
    left_register: bool
    mentees: tuple[Changed, ...]
    applied: bool

    def as_preview(self) -> Resigned:
        """Return this as what would be done."""
        mentees = tuple(one.as_preview() for one in self.mentees)
        return dataclasses.replace(self, mentees=mentees, applied=False)

    def document(self) -> dict[str, Any]:
        """Return this as JSON tells it."""
        return {
            "mentor": self.mentor,
            "left_register": self.left_register,
            "applied": self.applied,
            "mentees": [one.document() for one in self.mentees],
        }


def name(
    office: Office, ref: str, reply: Reply, decision: Decision, *, consent: bool, preview: bool
) -> Changed:
    """Name a mentor for a participant who has none; the request goes with the next tick.

    Raises NotFound, and Refused when one stands, or this one may not be named.
    """

    def action(change: Change) -> None:
        standing = _standing(change)
        if standing is not None:
            ours = _ref(change.session, standing)
            raise Refused(
                f"{ours} is named for {change.whose.ref}; put another in their place with "
                f"`ats mentor replace {change.whose.ref}`."
            )
        mentor = _named(change, reply, consent=consent)
        change.audit("mentor-named", None, {"mentor": mentor, "consent": consent})

    return changed(office, ref, "name-mentor", action, decision, preview=preview)


def replace(
    office: Office,
    ref: str,
    reply: Reply | None,
    decision: Decision,
    *,
    consent: bool,
    preview: bool,
) -> Changed:
    """End the mentorship that stands, and name another mentor; None: the participant is asked.

    Raises NotFound, and Refused when none stands, the portfolio is signed off, or the other one
    may not be named.
    """

    def action(change: Change) -> None:
        standing = _standing(change)
        if standing is None:
            raise Refused(
                f"{change.whose.ref} has no mentor to replace; name one with "
                f"`ats mentor name {change.whose.ref}`."
            )
        before = _ref(change.session, standing)
        if standing.signed_off_at is not None:
            raise Refused(
                f"{before} has signed the portfolio of {change.whose.ref} off, so there is nothing "
                "left for another mentor to do."
            )
        _end(change, standing, before, "replaced")
        after = None if reply is None else _named(change, reply, consent=consent)
        if after == before:
            raise Refused(f"{before} is the mentor of {change.whose.ref} already; name another.")
        change.audit("mentor-replaced", {"mentor": before}, {"mentor": after, "consent": consent})

    return changed(office, ref, "replace-mentor", action, decision, preview=preview)


def resign(office: Office, ref: str, decision: Decision, *, preview: bool) -> Resigned:
    """End everything that somebody is as a mentor: each mentorship, and the place on the register.

    What they signed off stays so. Raises NotFound for an unknown ref, Refused for a participant's
    and for a mentor of nobody who is not on the register.
    """

    def work(session: Session) -> Resigned:
        mentor = _mentor(session, ref)
        mentees = _mentees(session, mentor)
        left = _leave_register(session, mentor, decision)
        if not mentees and not left:
            raise Refused(f"{mentor.ref} mentors nobody at present; there is nothing to end.")
        changes = (
            changed_within(office, session, whose, "resign-mentor", _resigned, decision)
            for whose in mentees
        )
        return Resigned(mentor.ref, left, tuple(changes), applied=True)

    return transacted(office, work, preview=preview)


# -- one participant ---------------------------------------------------------------------------


def _end(change: Change, standing: m.Mentorship, mentor: str, because: str) -> None:
    if change.decision.now < standing.named_at:
        raise Refused(
            f"{mentor} was named for {change.whose.ref} on {_day(standing.named_at)}, after the "
            "moment that this would be recorded for; leave --now out, or give a later one."
        )
    change.stand_down(because)
    change.session.flush()  # only one may stand
    change.close_cases(ABOUT_WHO_LEFT, f"mentor {because}")


def _resigned(change: Change) -> None:
    standing = _standing(change)
    assert standing is not None  # its enrolment is locked
    mentor = _ref(change.session, standing)
    if standing.signed_off_at is not None:
        change.remarks.append(f"{mentor} has signed off, and that stands")
    _end(change, standing, mentor, "resigned")
    change.audit("mentor-resigned", {"mentor": mentor}, {"mentor": None})


def _named(change: Change, reply: Reply, *, consent: bool) -> str:
    """Name the mentor whom a reply means. Return their ref."""
    session, whose, now = change.session, change.whose, change.decision.now
    role = mentor_meant(session, reply, nation=_nation(session, whose), now=now)
    candidate = naming.candidate(session, role, whose)
    naming.refuse(candidate, whom=whose.ref, consent=consent)
    change.remarks += naming.remarks(candidate)
    assert role.id is not None
    session.add(m.Mentorship(enrolment_id=change.enrolment_id, role_id=role.id, named_at=now))
    change.close_cases(ABOUT_NOBODY, "mentor named")
    return role.ref


def _standing(change: Change) -> m.Mentorship | None:
    mine = col(m.Mentorship.enrolment_id) == change.enrolment_id
    found: m.Mentorship | None = change.session.execute(
        select(m.Mentorship).where(mine, col(m.Mentorship.ended_at).is_(None))
    ).scalar()
    return found


def _ref(session: Session, mentorship: m.Mentorship) -> str:
    return session.get_one(m.Role, mentorship.role_id).ref


def _nation(session: Session, whose: Enrolled) -> str:
    role = session.get_one(m.Role, whose.enrolment.role_id)
    return session.get_one(m.Person, role.person_id).nation


# -- all mentees -------------------------------------------------------------------------------


def _mentor(session: Session, ref: str) -> m.Role:
    who = known(session, ref)
    if who.kind != MENTOR:
        raise Refused(f"{who.ref} is a participant's ref; give that of the mentor who resigns.")
    return session.get_one(m.Role, who.role_id)


def _mentees(session: Session, mentor: m.Role) -> list[Enrolled]:
    """Return the enrolments that a mentor stands by, locked, in order of cohort and ref."""
    e, s = m.Enrolment, m.Mentorship
    query = (
        select(col(m.Role.ref), e, m.Cohort)
        .join(s, col(s.enrolment_id) == col(e.id))
        .join(m.Role, col(m.Role.id) == col(e.role_id))
        .join(m.Cohort, col(m.Cohort.id) == col(e.cohort_id))
        .where(col(s.role_id) == mentor.id, col(s.ended_at).is_(None))
        .where(col(e.status) == "active", col(m.Cohort.status) != "closed")
        .order_by(col(m.Cohort.code), col(m.Role.ref))
        .execution_options(populate_existing=True)
    )
    gather.lock(session, [_id(enrolment) for _, enrolment, _ in session.execute(query)])
    return [Enrolled(*row) for row in session.execute(query)]


def _leave_register(session: Session, mentor: m.Role, decision: Decision) -> bool:
    """Take a mentor off the register; say whether they were on it."""
    place = session.get(m.RegisterMentor, mentor.id)
    if place is None or place.left_at is not None:
        return False
    place.left_at = decision.now
    session.add(place)
    session.add(
        m.Audit(
            at=decision.now,
            by=decision.by,
            action="register-leave",
            subject=mentor.ref,
            reason=decision.reason,
            restricted=decision.restricted,
        )
    )
    return True


def _id(enrolment: m.Enrolment) -> int:
    assert enrolment.id is not None
    return enrolment.id


def _day(moment: dt.datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
