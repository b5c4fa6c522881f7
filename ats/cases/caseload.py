"""The caseload of a cohort: everybody with their state, the signals behind it and what comes next.

The same rows make the dashboard's table, the workbook and the command's JSON.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ats.cases.overview import Overview, overview
from ats.cases.standing import in_words, standing_told
from ats.office import Office
from ats.planning import stall
from ats.planning.facts import Participant
from ats.planning.stall import Standing, State
from ats.records.exports import Export

#: Whom to look at first.
ORDER: Sequence[State] = ("red", "amber", "unknown", "paused", "green")


@dataclass(frozen=True, slots=True)
class CaseloadRow:
    """One person of the caseload. No name: the dashboard shows this."""

    ref: str
    standing: Standing
    why: tuple[str, ...]  # the signals in words, the gravest first
    next_step: str
    next_on: dt.date | None
    cases: tuple[int, ...]  # open ones
    owners: tuple[str, ...]

    def document(self) -> dict[str, object]:
        """Return this as JSON tells it."""
        return {
            "person": self.ref,
            **standing_told(self.standing, self.why),
            "next_step": self.next_step,
            "next_on": self.next_on.isoformat() if self.next_on else None,
            "cases": list(self.cases),
            "owner": " and ".join(self.owners),
        }


@dataclass(frozen=True, slots=True)
class Caseload:
    """The people of a cohort, those to look at first before the others."""

    cohort: str
    now: dt.datetime
    export: Export | None  # what is said of portfolios rests on
    pxm: str | None
    people: tuple[CaseloadRow, ...]

    def count(self, state: State) -> int:
        """Return how many are in a state."""
        return sum(one.standing.state == state for one in self.people)


def caseload(office: Office, code: str, *, now: dt.datetime) -> Caseload:
    """Return the caseload of a cohort as things stand. Raises NotFound."""
    return caseload_of(overview(office, code, now=now))


def caseload_of(view: Overview) -> Caseload:
    """Return the caseload of a cohort that stands so."""
    steps = view.next_steps(lambda _: True)
    rows = [_row(view, person, steps.get(person.id)) for person in view.people]
    rows.sort(key=lambda one: (ORDER.index(one.standing.state), one.standing.since or dt.date.max))
    return Caseload(
        view.timeline.cohort.code,
        view.now,
        view.export,
        view.pxm.name if view.pxm else None,
        tuple(rows),
    )


def _row(view: Overview, person: Participant, step: tuple[dt.date, str] | None) -> CaseloadRow:
    standing = stall.standing(view.timeline, person, view.now)
    next_on, next_step = step or (None, "")
    cases = view.cases.get(person.id, ())
    return CaseloadRow(
        ref=person.ref,
        standing=standing,
        why=in_words(standing.signals, view.timeline),
        next_step=next_step,
        next_on=next_on,
        cases=tuple(one.number for one in cases),
        owners=tuple(sorted({one.owner for one in cases})),
    )
