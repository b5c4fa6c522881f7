"""Whom a reply means as mentor: somebody known by ref or address, else somebody new.

One address on two records is asked about, never merged silently.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import Refused
from ats.intake.imports import lock_imports
from ats.intake.matching import made_up_ref
from ats.intake.values import Address, CellFault, read_email, read_name, read_nation, same_name
from ats.people.enrolled import known
from ats.records import models as m

MENTOR = "mentor"


@dataclass(frozen=True, slots=True)
class Reply:
    """A mentor as a reply names them: by the ref of one who is known, or by name and address."""

    ref: str | None = None
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    nation: str | None = None  # None: the participant's


def mentor_meant(session: Session, reply: Reply, *, nation: str, now: dt.datetime) -> m.Role:
    """Return the mentor whom a reply means, made if they are new, of this *nation* unless told.

    Raises NotFound for an unknown ref, and Refused for a participant's, for what is no name or
    address, and for the address of somebody of another name.
    """
    if reply.ref is not None:
        return _of_ref(session, reply.ref)
    return mentor_of(session, reply, nation=nation, now=now)


def mentor_of(
    session: Session,
    reply: Reply,
    *,
    nation: str,
    now: dt.datetime,
    organisation: str = "",
    ref: str | None = None,
) -> m.Role:
    """Return the mentor of this name and address; one who is new is made, with this *ref*.

    Raises Refused for what is no name or address, and for the address of another name.
    """
    name, address, nation = _read(reply, nation)
    lock_imports(session.connection())  # imports make people, too
    person = session.execute(
        select(m.Person).where(col(m.Person.email_key) == address.key)
    ).scalar_one_or_none()
    if person is None:
        person = _person(session, name, address, nation, organisation, now)
    roles = _roles(session, person)
    if not same_name(name, (person.given_name, person.family_name)):
        refs = " and ".join(role.ref for role in roles)
        raise Refused(
            f"The address is that of {refs}, under another name; ask whose it is, and name "
            "whoever is meant by their own address or ref."
        )
    return next((role for role in roles if role.kind == MENTOR), None) or _role(
        session, person, address, ref
    )


def _of_ref(session: Session, ref: str) -> m.Role:
    who = known(session, ref)
    if who.kind != MENTOR:
        raise Refused(
            f"{who.ref} is a participant's ref; give that of a mentor, or name and address."
        )
    return session.get_one(m.Role, who.role_id)


def _read(reply: Reply, nation: str) -> tuple[tuple[str, str], Address, str]:
    given = {"given name": reply.given_name, "family name": reply.family_name}
    missing = [what for what, said in {**given, "address": reply.email}.items() if not said.strip()]
    if missing:
        raise Refused(
            f"The {' and the '.join(missing)} of the mentor {_are(missing)} missing; give given "
            "name, family name and e-mail address, or the ref of a mentor who is known."
        )
    try:
        name = read_name(reply.given_name), read_name(reply.family_name)
        return name, read_email(reply.email), read_nation(reply.nation or nation)
    except CellFault as fault:
        text = str(fault)
        raise Refused(f"{text[0].upper()}{text[1:]}") from None


def _are(missing: list[str]) -> str:
    return "are" if len(missing) > 1 else "is"


def _person(
    session: Session,
    name: tuple[str, str],
    address: Address,
    nation: str,
    organisation: str,
    now: dt.datetime,
) -> m.Person:
    person = m.Person(
        given_name=name[0],
        family_name=name[1],
        email=address.typed,
        email_key=address.key,
        nation=nation,
        organisation=organisation,
        created_at=now,
    )
    session.add(person)
    session.flush()
    return person


def _roles(session: Session, person: m.Person) -> list[m.Role]:
    mine = select(m.Role).where(col(m.Role.person_id) == person.id).order_by(col(m.Role.ref))
    return list(session.execute(mine).scalars())


def _role(session: Session, person: m.Person, address: Address, ref: str | None) -> m.Role:
    assert person.id is not None
    taken = {known.casefold() for known in session.execute(select(col(m.Role.ref))).scalars()}
    ref = ref or made_up_ref(address.key, taken)
    role = m.Role(person_id=person.id, kind=MENTOR, ref=ref)
    session.add(role)
    session.flush()
    return role
