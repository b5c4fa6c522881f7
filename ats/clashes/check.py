"""The whole check: every clash once, each with a proposal that makes no other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from ats.clashes.findings import Clash, Finding, Remedy
from ats.clashes.neighbours import cohorts_that_meet
from ats.clashes.stopping import sent_after_submission, stopped_steps, unknown_webinars
from ats.clashes.teaching import deadlines_without_teaching, windows_without_teaching
from ats.clashes.traffic import too_much
from ats.clashes.webinars import (
    webinars_after_due,
    webinars_at_odd_hours,
    webinars_on_days_off,
    webinars_together,
)
from ats.clashes.year import Year
from ats.planning.timeline import Timeline

#: Proposals looked at for one clash, each by checking the whole year again.
_TRIED = 40

_AMBER = (
    windows_without_teaching,
    deadlines_without_teaching,
    webinars_on_days_off,
    webinars_after_due,
    webinars_at_odd_hours,
    webinars_together,
    too_much,
    sent_after_submission,
    cohorts_that_meet,
)


def check(year: Year) -> list[Finding]:
    """Return everything that clashes from now on: the red first, then by date."""
    found = detect(year)
    proposals = _Proposals(year, found)
    return [Finding(clash, proposals.of(clash)) for clash in found]


def detect(year: Year) -> list[Clash]:
    """Return what `check` does, without the proposals, which take most of the time."""
    order = {"red": 0, "amber": 1}
    return sorted(
        _all(year), key=lambda c: (order[c.severity], min(c.dates, default=dt.date.min), c.name)
    )


def clashes(timeline: Timeline, nations: Sequence[str], *, now: dt.datetime) -> list[str]:
    """Return what stops a step, a clause each, none twice.

    A webinar before the start or without its counterpart in the programme, a step whose moment
    cannot be computed, and an e-mail yet to come that no day on which it may go comes in time for.
    """
    present = tuple(dict.fromkeys(nations))
    pairs = tuple((nation, nation) for nation in present)
    year = Year(timeline, present, pairs, now, stopped_in=present)
    return [clash.text.rstrip(".") for clash in _red(year)]


def _red(year: Year) -> list[Clash]:
    return [*unknown_webinars(year)] or [*stopped_steps(year)]


def _all(year: Year) -> list[Clash]:
    """Return every clash; only the red ones where these leave nothing to compute."""
    red = _red(year)
    if any(clash.kind != "never-fires" for clash in red):
        return red
    return [*red, *(clash for find in _AMBER for clash in find(year))]


_Clashes = dict[tuple[str, str], Clash]


class _Proposals:
    """Proposals for one year that suit each other: each is made as if those before it were done."""

    def __init__(self, year: Year, found: Iterable[Clash]) -> None:
        self._stands = year.timeline
        self._left: _Clashes = {clash.name: clash for clash in found}
        self._ended: dict[tuple[str, str], Remedy] = {}

    def of(self, clash: Clash) -> Remedy | None:
        """Return the nearest remedy; where an earlier proposal ends this clash, one that says so.

        One that makes no new clash is preferred, then one that makes none of this kind.
        """
        if clash.name not in self._left:
            earlier = self._ended[clash.name]
            return replace(earlier, text=f"“{earlier.text.rstrip('.')}” ends this, too.")
        chosen = self._chosen(self._left[clash.name])
        if chosen is None:
            return None
        remedy, left = chosen
        self._ended.update(dict.fromkeys(self._left.keys() - left.keys(), remedy))
        self._left = left
        return remedy

    def _chosen(self, clash: Clash) -> tuple[Remedy, _Clashes] | None:
        second = None
        for remedy in islice(clash.remedies(), _TRIED):
            year = replace(remedy.year, stands=self._stands)
            left = {one.name: one for one in _all(year)}
            if clash.name in left:
                continue
            new = left.keys() - self._left.keys()
            if not new:
                return remedy, left
            if second is None and clash.kind not in {kind for kind, _ in new}:
                second = remedy, left
        return second
