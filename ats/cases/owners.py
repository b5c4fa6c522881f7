"""Who owns cases: the PXM of a cohort on a day, or whoever covers for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import Refused
from ats.intake.values import CellFault, read_email
from ats.office import Letterhead, Office
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again_at_all


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who answers for the cases of a cohort; `until_on`: as a cover, until that day."""

    name: str
    email: str
    from_on: dt.date
    until_on: dt.date | None = None


def pxm_on(session: Session, cohort_id: int, day: dt.date) -> Owner | None:
    """Return the PXM of a cohort on a day; None: the one of this installation's settings."""
    return next(_on(session, cohort_id, day), None)


def covered_on(session: Session, cohort_id: int, day: dt.date) -> Owner | None:
    """Return whom somebody covers for on a day; None for the one of the settings."""
    return next((one for one in _on(session, cohort_id, day) if one.until_on is None), None)


def _on(session: Session, cohort_id: int, day: dt.date) -> Iterator[Owner]:
    """Yield who is the PXM of a cohort on a day: a cover goes before, and the latest said."""
    one = m.CohortPxm
    found = session.execute(
        select(one)
        .where(
            col(one.cohort_id) == cohort_id,
            col(one.revoked_at).is_(None),
            col(one.from_on) <= day,
            col(one.until_on).is_(None) | (col(one.until_on) > day),
        )
        .order_by(col(one.until_on).is_(None), col(one.id).desc())
    ).scalars()
    return (Owner(row.name, row.email, row.from_on, row.until_on) for row in found)


def letterhead_of(office: Office, session: Session, cohort_id: int, day: dt.date) -> Letterhead:
    """Return the letterhead of a cohort on a day: its PXM is who they are then."""
    owner = pxm_on(session, cohort_id, day)
    if owner is None:
        return office.letterhead
    return replace(office.letterhead, pxm=owner.email)


def appoint(office: Office, code: str, owner: Owner, *, now: dt.datetime, by: str) -> None:
    """Record who is the PXM of a cohort from a day on, or covers for them until another.

    Raises NotFound, and Refused for no name, for what is no address, and for a cover that ends
    before it begins.
    """
    name, email = owner.name.strip(), owner.email.strip()
    if not name or not name.isprintable():
        raise Refused("Give the name of the PXM.")
    try:
        read_email(email)
    except CellFault as fault:
        raise Refused(f"The PXM cannot be written to at {email}: {fault}") from None
    if owner.until_on is not None and owner.until_on <= owner.from_on:
        raise Refused("A cover ends after it begins; give a later day, the first without them.")
    with office.store.write() as session:
        cohort = gather.cohort_named(session, code, locked=True)
        assert cohort.id is not None
        before = pxm_on(session, cohort.id, owner.from_on)
        session.add(
            m.CohortPxm(
                cohort_id=cohort.id,
                name=name,
                email=email,
                from_on=owner.from_on,
                until_on=owner.until_on,
                recorded_at=now,
                recorded_by=by,
            )
        )
        until = owner.until_on and owner.until_on.isoformat()
        session.add(
            m.Audit(
                at=now,
                by=by,
                action="pxm-appointed",
                cohort_id=cohort.id,
                before=before and {"name": before.name},
                after={"name": name, "from": owner.from_on.isoformat(), "until": until},
            )
        )
        look_again_at_all(session, cohort)
