"""Cohorts that begin on each other's last day, or twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from ats.clashes.findings import Clash, Remedy, long_date, no_remedies
from ats.clashes.year import Neighbour, Year

_MONDAYS = 8


def cohorts_that_meet(year: Year) -> Iterator[Clash]:
    """Yield each cohort that starts on this one's day of submission, or the other way round.

    And each of the same programme that starts on the same day: launched twice, perhaps.
    """
    cohort = year.timeline.cohort
    for other in year.neighbours:
        if other.starts == year.submission >= year.today:
            yield _meeting(year, other, other.starts, _starts_on(other.code, cohort.code, other))
        elif other.ends == cohort.starts >= year.today:
            text = f"{cohort.code} starts on {long_date(cohort.starts)}, the day of submission of "
            yield _meeting(year, other, cohort.starts, f"{text}{other.code}.", ours=True)
        elif other.starts == cohort.starts >= year.today and _is_twin(year, other):
            text = f"{other.code} starts on the same day, {long_date(other.starts)}, with the same "
            yield _meeting(year, other, other.starts, f"{text}programme as {cohort.code}.")


def _is_twin(year: Year, other: Neighbour) -> bool:
    return other.programme == year.timeline.programme.programme


def _starts_on(later: str, earlier: str, other: Neighbour) -> str:
    return f"{later} starts on {long_date(other.starts)}, the day of submission of {earlier}."


def _meeting(year: Year, other: Neighbour, day: dt.date, text: str, *, ours: bool = False) -> Clash:
    cohort = year.timeline.cohort
    code, status = (cohort.code, cohort.status) if ours else (other.code, other.status)
    return Clash(
        kind="cohorts-meet",
        subject=other.code,
        dates=(day,),
        who=year.participants,
        text=text,
        remedies=lambda: (
            _other_starts(year, other, day, ours=ours) if status == "trial" else no_remedies()
        ),
        advice=f"{code} keeps its start; see that somebody has time for both on that day.",
    )


def _other_starts(year: Year, other: Neighbour, day: dt.date, *, ours: bool) -> Iterator[Remedy]:
    """Yield the Mondays after this day on which another may start in place of the later one.

    What is launched keeps its start, but in trial nobody has heard of it.
    """
    days = year.workdays(year.timeline.programme.nation)
    if day <= year.today:
        return
    code = year.timeline.cohort.code if ours else other.code
    for week in range(1, _MONDAYS + 1):
        monday = day + dt.timedelta(days=7 * week - day.weekday())
        if not days.is_working(monday):
            continue
        if ours:
            changed = year.with_start(monday)
        else:
            moved = replace(other, starts=monday, ends=other.ends + (monday - other.starts))
            others = tuple(moved if one is other else one for one in year.neighbours)
            changed = replace(year, neighbours=others)
        yield Remedy(
            f"{code} is launched and keeps its start, but is in trial: leave it there, and launch "
            f"another in its place under another code, with its start on {long_date(monday)}.",
            changed,
        )
