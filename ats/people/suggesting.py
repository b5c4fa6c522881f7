"""Whom on the register to suggest to a participant. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

MOST = 3  # names at a time
_NEVER_ASKED = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class OnRegister:
    """Somebody on the register, and how much they have to do."""

    ref: str
    person_id: int
    full_name: str
    nation: str
    organisation: str
    subject: str
    capacity: int
    mentees: int = 0
    last_asked: dt.datetime | None = None  # when somebody last named them
    reachable: bool = True  # mail may go to them, and gets there

    @property
    def free(self) -> int:
        """How many more participants they would take."""
        return max(self.capacity - self.mentees, 0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who looks for a mentor: where, in what subject if that is known, and whom not.

    `never` are ids of people: the participant themself, whoever mentored or declined them, and
    others of their cohort.
    """

    ref: str
    nation: str
    subject: str = ""
    never: Collection[int] = frozenset()


def suggest(
    register: Iterable[OnRegister], wanted: Wanted, *, most: int = MOST
) -> list[OnRegister]:
    """Return up to *most* who have a free place, the fittest first.

    Those of the same nation come first, then those whose subject has more of the words, then
    whoever was asked longest ago; among equals another comes first for each participant, so that
    not all are given the same names.
    """
    words = _words(wanted.subject)

    def order(one: OnRegister) -> tuple[bool, int, dt.datetime, str]:
        fitting = len(words & _words(one.subject))
        asked = one.last_asked or _NEVER_ASKED
        return one.nation != wanted.nation, -fitting, asked, _lot(wanted.ref, one.ref)

    able = (one for one in register if one.reachable and one.free)
    return sorted((one for one in able if one.person_id not in wanted.never), key=order)[:most]


def _words(text: str) -> set[str]:
    return set("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def _lot(one: str, other: str) -> str:
    return hashlib.sha256(f"{one} {other}".encode()).hexdigest()
