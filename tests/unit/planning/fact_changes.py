"""Facts that become known in the course of a year: of one person, or of the whole cohort."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from people import LONDON, day, told

from ats.planning.facts import (
    AddressChange,
    CohortFacts,
    Participant,
    SectionState,
    WebinarChange,
    WebinarFact,
)
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


def moves(moment: dt.datetime, webinar: str, to: dt.datetime | None) -> Change:
    """Return the change that moves a webinar; to None: that calls it off."""
    return Change(moment, None, partial(_with_change, webinar=webinar, at=moment, to=to))


def records(moment: dt.datetime, webinar: str, url: str | None = None) -> Change:
    """Return the change that publishes a recording, or corrects its address."""
    url = url or f"https://video.example/{webinar}/{moment:%d%H%M}"
    return Change(moment, None, partial(_with_recording, webinar=webinar, at=moment, url=url))


def _with_change(
    cohort: CohortFacts, *, webinar: str, at: dt.datetime, to: dt.datetime | None
) -> CohortFacts:
    def changed(known: WebinarFact) -> WebinarFact:
        change = WebinarChange(at, known.starts_at, to)
        status, starts = ("confirmed", to) if to else ("cancelled", known.starts_at)
        return replace(known, status=status, starts_at=starts, changes=(*known.changes, change))

    return _with_webinar(cohort, webinar, changed)


def _with_recording(cohort: CohortFacts, *, webinar: str, at: dt.datetime, url: str) -> CohortFacts:
    def recorded(known: WebinarFact) -> WebinarFact:
        return readdressed(known, at, url)

    return _with_webinar(cohort, webinar, recorded)


def readdressed(known: WebinarFact, at: dt.datetime, url: str) -> WebinarFact:
    """Return a webinar whose recording is published, or corrected, at a moment."""
    moves = known.readdressed
    if known.recording_url not in (None, url):
        moves = (*moves, AddressChange(at, str(known.recording_url)))
    recorded_at = known.recorded_at or at
    return replace(known, recording_url=url, recorded_at=recorded_at, readdressed=moves)


def _with_webinar(
    cohort: CohortFacts, key: str, changed: Callable[[WebinarFact], WebinarFact]
) -> CohortFacts:
    webinars = tuple(changed(w) if w.key == key else w for w in cohort.webinars)
    return replace(cohort, webinars=tuple(sorted(webinars, key=lambda w: (w.starts_at, w.key))))
