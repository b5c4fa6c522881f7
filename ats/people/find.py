"""Finding people by whatever a caller says: a name, an address, a ref, an organisation."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import Refused
from ats.records import models as m


@dataclass(frozen=True, slots=True)
class Found:
    """A human being with their refs; `cohorts` are those in which they take part themselves."""

    refs: tuple[str, ...]
    kinds: tuple[str, ...]
    given_name: str
    family_name: str
    email: str
    organisation: str
    nation: str
    cohorts: tuple[str, ...]


def find(session: Session, text: str, *, limit: int = 50) -> list[Found]:
    """Return the people who have every word of *text* in their names, address, refs or
    organisation, in order of name; case, accents and punctuation make no difference.

    Raises Refused for a text without a letter or digit.
    """
    words = fold(text).split()
    if not words:
        raise Refused("Give a name, an address, a ref or an organisation to look for.")
    roles = _roles(session)
    hits = []
    for person in session.execute(select(m.Person)).scalars():
        mine = roles.get(person.id or 0, [])
        told = (person.given_name, person.family_name, person.email, person.organisation)
        haystack = fold(" ".join((*told, *(role.ref for role in mine))))
        if all(word in haystack for word in words):
            hits.append((person, mine))
    hits.sort(key=lambda hit: (fold(hit[0].family_name), fold(hit[0].given_name), hit[0].id))
    cohorts = _cohorts(session, [role for _, mine in hits[:limit] for role in mine])
    return [_found(person, mine, cohorts) for person, mine in hits[:limit]]


def fold(text: str) -> str:
    """Return the words of a text without case, accents and punctuation, one blank between."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = (sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign))
    return " ".join("".join(letters).split())


def _roles(session: Session) -> dict[int, list[m.Role]]:
    found: dict[int, list[m.Role]] = defaultdict(list)
    for role in session.execute(select(m.Role).order_by(col(m.Role.ref))).scalars():
        found[role.person_id].append(role)
    return found


def _cohorts(session: Session, roles: Sequence[m.Role]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(col(m.Enrolment.role_id), col(m.Cohort.code))
        .join(m.Cohort, col(m.Cohort.id) == col(m.Enrolment.cohort_id))
        .where(col(m.Enrolment.role_id).in_([role.id for role in roles]))
        .order_by(col(m.Cohort.starts).desc())
    )
    for role_id, code in rows:
        found[role_id].append(code)
    return found


def _found(person: m.Person, roles: Sequence[m.Role], cohorts: dict[int, list[str]]) -> Found:
    return Found(
        refs=tuple(role.ref for role in roles),
        kinds=tuple(role.kind for role in roles),
        given_name=person.given_name,
        family_name=person.family_name,
        email=person.email,
        organisation=person.organisation,
        nation=person.nation,
        cohorts=tuple(code for role in roles for code in cohorts.get(role.id or 0, [])),
    )
