"""An address that changed, confirmed by staff, who have asked the person whose it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.opening import close_cases
from ats.errors import Refused
from ats.people.enrolled import Known, known
from ats.records import models as m
from ats.records.due import look_again_about
from ats.records.store import Store

#: The case in which operations are asked to do it.
CONFIRM = "confirm-mentor-address"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Whose address was confirmed, when it had changed, and the cases that this closed."""

    ref: str
    changed_at: dt.datetime
    at: dt.datetime
    cases_closed: tuple[int, ...]


def confirm_address(store: Store, ref: str, *, now: dt.datetime, by: str) -> Confirmed:
    """Note that somebody's new address is theirs: a sign-off's link may go there.

    Raises NotFound, and Refused where the address has not changed, or was confirmed since.
    """

    def work(session: Session) -> Confirmed:
        who = known(session, ref)
        person = session.execute(
            select(m.Person).where(col(m.Person.id) == who.person_id).with_for_update()
        ).scalar_one()
        changed_at = _changed_at(who, person)
        if now < changed_at:
            raise Refused(
                f"The address of {who.ref} changed on {_day(changed_at)}, after the moment that "
                "this would be recorded for; leave --now out, or give a later one."
            )
        before = {"confirmed_at": person.email_confirmed_at and str(person.email_confirmed_at)}
        person.email_confirmed_at = now
        closed = _close(session, who, now=now)
        trail = m.Audit(at=now, by=by, action="address-confirmed", subject=who.ref, before=before)
        trail.after = {"cases_closed": list(closed)}
        session.add(trail)
        look_again_about(session, _roles(session, who))
        return Confirmed(who.ref, changed_at, now, closed)

    return store.transact(work)


def _changed_at(who: Known, person: m.Person) -> dt.datetime:
    changed, confirmed = person.email_changed_at, person.email_confirmed_at
    if changed is None:
        raise Refused(f"The address of {who.ref} is the first we had; there is none to confirm.")
    if confirmed is not None and confirmed >= changed:
        raise Refused(
            f"The address of {who.ref} was confirmed on {_day(confirmed)} and is the same since; "
            "nothing to confirm."
        )
    return changed


def _roles(session: Session, who: Known) -> list[int]:
    mine = select(col(m.Role.id)).where(col(m.Role.person_id) == who.person_id)
    return [role for role in session.execute(mine).scalars() if role is not None]


def _close(session: Session, who: Known, *, now: dt.datetime) -> tuple[int, ...]:
    """Close the cases that ask for it, of all whom this person mentors."""
    mentored = select(col(m.Mentorship.enrolment_id)).where(
        col(m.Mentorship.role_id).in_(_roles(session, who)), col(m.Mentorship.ended_at).is_(None)
    )
    asking = (col(m.Case.enrolment_id).in_(mentored), col(m.Case.kind) == CONFIRM)
    return close_cases(session, *asking, now=now, because="address confirmed")


def _day(moment: dt.datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
