"""Mending a name, an address, an organisation or a nation; no roster overwrites what staff set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import Refused
from ats.intake.staff import MEND
from ats.intake.values import CellFault, read_email, read_name, read_nation, read_organisation
from ats.office import Office
from ats.people import vital
from ats.people.changing import transact
from ats.people.enrolled import Known, known
from ats.records import models as m
from ats.records.due import look_again_about

_READERS = {
    "given_name": read_name,
    "family_name": read_name,
    "organisation": read_organisation,
    "nation": read_nation,
}


@dataclass(frozen=True, slots=True)
class Mended:
    """What was mended, or would be: by field what it was and is. `also`: their other refs."""

    ref: str
    also: tuple[str, ...]
    fields: Mapping[str, tuple[str, str]]
    applied: bool

    def document(self) -> dict[str, Any]:
        """Return this as JSON tells it."""
        told = {name: {"before": was, "after": is_} for name, (was, is_) in self.fields.items()}
        also = list(self.also)
        return {"ref": self.ref, "also": also, "applied": self.applied, "fields": told}


def mend(
    office: Office,
    ref: str,
    wanted: Mapping[str, str | None],
    *,
    now: dt.datetime,
    by: str,
    preview: bool,
) -> Mended:
    """Set these fields of a person, None: leave it; a line in the audit trail for each.

    Raises NotFound, and Refused for a value that cannot be, an address that is somebody else's,
    and where nothing changes.
    """
    values = {name: text for name, text in wanted.items() if text is not None}
    if not values:
        raise Refused("Say what to mend: --email, --given-name, --family-name and so on.")

    def work(session: Session) -> Mended:
        who = known(session, ref)
        fields = mend_fields(session, who, values, now=now, by=by)
        if not fields:
            raise Refused(f"All of this stands so for {who.ref} already; nothing to mend.")
        others = select(col(m.Role.ref)).where(
            col(m.Role.person_id) == who.person_id, col(m.Role.id) != who.role_id
        )
        also = tuple(session.execute(others).scalars())
        return Mended(who.ref, also, fields, applied=not preview)

    return transact(office.store, work, preview=preview)


def mend_fields(
    session: Session, who: Known, wanted: Mapping[str, str], *, now: dt.datetime, by: str
) -> dict[str, tuple[str, str]]:
    """Set fields of somebody in the caller's transaction; what is vital goes to a new address.

    Returns what changed, field → (before, after). Raises Refused for a value that cannot be, and
    an address that is somebody else's.
    """
    person = session.get_one(m.Person, who.person_id, with_for_update=True)
    fields: dict[str, tuple[str, str]] = {}
    for name, text in wanted.items():
        before = str(getattr(person, name))
        after = _set(session, person, name, text, now=now)
        if after != before:
            fields[name] = (before, after)
            session.add(_line(who.ref, name, before, after, now=now, by=by))
    roles = select(col(m.Role.id)).where(col(m.Role.person_id) == who.person_id)
    look_again_about(session, [i for i in session.execute(roles).scalars() if i is not None])
    if "email" in fields:
        vital.mended(session, who.person_id, now=now, by=by)
    return fields


def _set(session: Session, person: m.Person, name: str, text: str, *, now: dt.datetime) -> str:
    """Set one field and return its value. Raises Refused."""
    try:
        if name == "email":
            return _readdress(session, person, text, now=now)
        value = _READERS[name](text)
    except CellFault as fault:
        label = name.replace("_", "-")
        raise Refused(f"This cannot be --{label}: {str(fault).rstrip('.')}.") from None
    setattr(person, name, value or "")
    session.add(person)
    return str(value or "")


def _readdress(session: Session, person: m.Person, text: str, *, now: dt.datetime) -> str:
    address = read_email(text)
    if address.key != person.email_key:
        owners = session.execute(
            select(col(m.Role.ref))
            .join(m.Person, col(m.Person.id) == col(m.Role.person_id))
            .where(col(m.Person.email_key) == address.key)
            .order_by(col(m.Role.ref))
        ).scalars()
        if refs := " = ".join(owners):
            raise Refused(
                f"That is the address of {refs}; ask whose it is, and mend the other one first."
            )
        person.email_changed_at = now
    person.email, person.email_key = address.typed, address.key
    session.add(person)
    return address.typed


def _line(ref: str, field: str, before: str, after: str, *, now: dt.datetime, by: str) -> m.Audit:
    action = f"{MEND}{field}"
    return m.Audit(at=now, by=by, action=action, subject=ref, before=before, after=after)
