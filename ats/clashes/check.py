"""The whole check: every clash once, each with a proposal that makes no other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ats.clashes.findings import Clash, Finding, Remedy
from ats.clashes.neighbours import cohorts_that_meet
from ats.clashes.stopping import sent_after_submission, stopped_steps, unknown_webinars
from ats.clashes.teaching import deadlines_without_teaching, windows_without_teaching
from ats.clashes.traffic import too_much
from ats.clashes.webinars import webinars_after_due, webinars_on_days_off, webinars_together
from ats.clashes.year import Year
from ats.planning.timeline import Timeline

#: Proposals looked at for one clash, each by checking the whole year again.
_TRIED = 20

_AMBER = (
    windows_without_teaching,
    deadlines_without_teaching,
    webinars_on_days_off,
    webinars_after_due,
    webinars_together,
    too_much,
    sent_after_submission,
    cohorts_that_meet,
)


def check(year: Year) -> list[Finding]:
    """Return everything that clashes from now on: the red first, then by date."""
    found = detect(year)
    known = {clash.name for clash in found}
    return [Finding(clash, _proposal(clash, known)) for clash in found]


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


def _proposal(clash: Clash, known: set[tuple[str, str]]) -> Remedy | None:
    """Return the nearest remedy that makes no new clash, else one that makes none of this kind."""
    second = None
    for tried, remedy in enumerate(clash.remedies()):
        if tried == _TRIED:
            break
        left = {one.name for one in _all(remedy.year)}
        if clash.name in left:
            continue
        if left <= known:
            return remedy
        if second is None and clash.kind not in {kind for kind, _ in left - known}:
            second = remedy
    return second
