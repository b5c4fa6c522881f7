"""Facts that become known in the course of a year: of one person, or of the whole cohort."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from people import LONDON, day, told

from ats.planning.facts import Participant, SectionState
from ats.planning.workdays import local_moment

IMPORTED_AT = dt.time(7, 30)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes known at a moment about one person, or (ref None) about the cohort."""

    at: dt.datetime
    ref: str | None
    apply: Callable[[Any], Any]

    def __repr__(self) -> str:
        facts = self.apply.keywords if isinstance(self.apply, partial) else self.apply
        return f"{told(self.at)} {self.ref or 'cohort'}: {facts}"


def becomes(moment: dt.datetime, ref: str | None, **facts: Any) -> Change:
    """Return the change that gives a person, or the cohort, these facts."""
    return Change(moment, ref, partial(replace, **facts))


def exports(first: str, last: str, *, moving: bool = False) -> list[Change]:
    """Return weekly exports, imported at 07:30 of their day.

    `moving`: each shows that P0001's diary moved on the day before.
    """
    changes = []
    on = day(first)
    while on <= day(last):
        imported = local_moment(on, IMPORTED_AT, LONDON)
        changes.append(becomes(imported, None, as_of=on))
        if moving:
            moved = SectionState(complete=False, updated_on=on - dt.timedelta(days=1))
            changes.append(Change(imported, "P0001", partial(_with_diary, state=moved)))
        on += dt.timedelta(weeks=1)
    return changes


def _with_diary(person: Participant, *, state: SectionState) -> Participant:
    return replace(person, sections={**person.sections, "reflective-diary": state})
