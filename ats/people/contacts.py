"""Names and addresses by ref, for those who write to people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats.office import Letterhead
from ats.records import models as m


@dataclass(frozen=True, slots=True)
class Contact:
    """How somebody is called and written to."""

    ref: str
    given_name: str
    family_name: str
    email: str
    organisation: str = ""
    nation: str = "england"
    feed_generation: int = 1  # of the links to their calendar

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


def contacts(session: Session, refs: Iterable[str]) -> dict[str, Contact]:
    """Return the contact of each ref that the records know."""
    rows = session.execute(
        select(
            col(m.Role.ref),
            col(m.Person.given_name),
            col(m.Person.family_name),
            col(m.Person.email),
            col(m.Person.organisation),
            col(m.Person.nation),
            func.coalesce(col(m.Feed.generation), 1),
        )
        .join(m.Person, col(m.Person.id) == col(m.Role.person_id))
        .outerjoin(m.Feed, col(m.Feed.role_id) == col(m.Role.id))
        .where(col(m.Role.ref).in_(set(refs)))
    )
    return {row.ref: Contact(*row) for row in rows}


def reachable_in_trial(session: Session, letterhead: Letterhead) -> frozenset[str]:
    """Return the refs and roles whose address is on the allow-list of a trial."""
    allowed = letterhead.trial_recipients
    if not allowed:
        return frozenset()
    refs = session.execute(
        select(col(m.Role.ref))
        .join(m.Person, col(m.Person.id) == col(m.Role.person_id))
        .where(col(m.Person.email_key).in_(allowed))
    ).scalars()
    return frozenset(refs) | offices_in_trial(letterhead)


def offices_in_trial(letterhead: Letterhead) -> frozenset[str]:
    """Return the roles of staff whose address is on the allow-list of a trial."""
    offices = {"operations": letterhead.operations, "pxm": letterhead.pxm}
    allowed = letterhead.trial_recipients
    return frozenset(role for role, to in offices.items() if to.strip().casefold() in allowed)
