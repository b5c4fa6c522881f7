"""Who owns cases: the PXM of a cohort on a day, or whoever covers for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Select, select
from sqlmodel import Session, col

from ats.errors import Refused
from ats.intake.values import CellFault, read_email
from ats.office import Letterhead, Office
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again_at_all

LONGEST_COVER = dt.timedelta(days=366)


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
        _standing(cohort_id)
        .where(
            col(one.from_on) <= day,
            col(one.until_on).is_(None) | (col(one.until_on) > day),
        )
        .order_by(col(one.until_on).is_(None), col(one.id).desc())
    ).scalars()
    return (_owner(row) for row in found)


def letterhead_of(office: Office, session: Session, cohort_id: int, day: dt.date) -> Letterhead:
    """Return the letterhead of a cohort on a day: its PXM is who they are then."""
    owner = pxm_on(session, cohort_id, day)
    if owner is None:
        return office.letterhead
    return replace(office.letterhead, pxm=owner.email)


def appoint(office: Office, code: str, owner: Owner, *, now: dt.datetime, by: str) -> None:
    """Record who is the PXM of a cohort from a day on, or covers for them until another.

    What is said later stands: the same person's cover takes the place of one that it overlaps, and
    a PXM ends the cover that runs on their first day.

    Raises NotFound, and Refused for no name, for what is no address, and for a cover that ends
    before it begins, has ended already, or lasts more than a year.
    """
    owner = _read(owner, now.date())
    with office.store.write() as session:
        cohort = gather.cohort_named(session, code, locked=True)
        assert cohort.id is not None
        before = pxm_on(session, cohort.id, owner.from_on)
        for cover in _covers(session, cohort.id):
            if owner.until_on is None:
                _end(session, cover, owner.from_on, now=now)
            elif cover.email == owner.email and _overlap(cover, owner):
                cover.revoked_at = now
        session.add(_recorded(cohort.id, owner, now=now, by=by))
        until = owner.until_on and owner.until_on.isoformat()
        session.add(
            m.Audit(
                at=now,
                by=by,
                action="pxm-appointed",
                cohort_id=cohort.id,
                before=before and {"name": before.name},
                after={"name": owner.name, "from": owner.from_on.isoformat(), "until": until},
            )
        )
        look_again_at_all(session, cohort)


def owners(session: Session, cohort_id: int, today: dt.date) -> list[Owner]:
    """Return who is the PXM of a cohort from today on, and the covers that run or come."""
    one = m.CohortPxm
    ahead = col(one.until_on).is_(None) | (col(one.until_on) > today)
    standing = session.execute(_standing(cohort_id).where(ahead)).scalars()
    found = sorted(standing, key=lambda row: (row.from_on, row.id or 0))
    past = [row for row in found if row.until_on is None and row.from_on <= today][:-1]
    return [_owner(row) for row in found if row not in past]


def _read(owner: Owner, today: dt.date) -> Owner:
    """Return an owner whose name and address are sound. Raises Refused."""
    name, email = owner.name.strip(), owner.email.strip()
    if not name.isprintable() or not any(sign.isalpha() for sign in name):
        raise Refused("Give the name of the PXM.")
    if not email.isprintable():
        raise Refused("The address of the PXM has signs that no address has; write it again.")
    try:
        read_email(email)
    except CellFault as fault:
        raise Refused(f"The PXM cannot be written to at {email}: {fault}") from None
    until = owner.until_on
    if until is not None and until <= owner.from_on:
        raise Refused("A cover ends after it begins; give a later day, the first without them.")
    if until is not None and until <= today:
        raise Refused(f"{until} has passed; give the first day without them, a day that is ahead.")
    if until is not None and until - owner.from_on > LONGEST_COVER:
        raise Refused("A cover of more than a year is a new PXM; leave --until out.")
    return replace(owner, name=name, email=email)


def _covers(session: Session, cohort_id: int) -> list[m.CohortPxm]:
    covers = _standing(cohort_id).where(col(m.CohortPxm.until_on).is_not(None))
    return list(session.execute(covers).scalars())


def _standing(cohort_id: int) -> Select[tuple[m.CohortPxm]]:
    """Select what was said of who is the PXM of a cohort, but for what was taken back."""
    one = m.CohortPxm
    return select(one).where(col(one.cohort_id) == cohort_id, col(one.revoked_at).is_(None))


def _owner(row: m.CohortPxm) -> Owner:
    return Owner(row.name, row.email, row.from_on, row.until_on)


def _overlap(cover: m.CohortPxm, owner: Owner) -> bool:
    assert cover.until_on is not None
    assert owner.until_on is not None
    return cover.from_on < owner.until_on and owner.from_on < cover.until_on


def _end(session: Session, cover: m.CohortPxm, on: dt.date, *, now: dt.datetime) -> None:
    """End a cover that runs on a day with that day; one that comes later stays."""
    assert cover.until_on is not None
    if not cover.from_on <= on < cover.until_on:
        return
    cover.revoked_at = now
    if cover.from_on < on:
        ended = replace(_owner(cover), until_on=on)
        session.add(_recorded(cover.cohort_id, ended, now=now, by=cover.recorded_by))


def _recorded(cohort_id: int, owner: Owner, *, now: dt.datetime, by: str) -> m.CohortPxm:
    return m.CohortPxm(
        cohort_id=cohort_id,
        name=owner.name,
        email=owner.email,
        from_on=owner.from_on,
        until_on=owner.until_on,
        recorded_at=now,
        recorded_by=by,
    )
