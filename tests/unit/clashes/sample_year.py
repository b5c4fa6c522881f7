"""The year of the sample cohort, as the clash check looks at it, and changes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from ats import published
from ats.clashes import Year, check, year_of
from ats.planning.facts import CohortFacts
from ats.planning.timeline import Timeline
from ats.planning.workdays import Workdays, local_moment
from config.closures import load_closures
from config.programme import Moment, Window
from config.programme_file import find_programme, load_programme
from config.vocabulary import NATIONS

WORKDAYS = {nation: Workdays(load_closures(nation, range(2025, 2031))) for nation in NATIONS}
ATS = load_programme(find_programme("ats"))
LAUNCH = dt.datetime(2026, 9, 1, 9, tzinfo=dt.UTC)


def year(
    *nations: str,
    mentors: Sequence[str] = (),
    starts: str = "2026-10-05",
    now: dt.datetime = LAUNCH,
) -> Year:
    """Return the published year, for people of these nations; without any, of all four."""
    day = dt.date.fromisoformat(starts)
    cohort = CohortFacts(id=1, code=starts[:7], starts=day, status="trial")
    webinars = published.webinars(ATS, cohort, WORKDAYS)
    timeline = Timeline(ATS, replace(cohort, webinars=tuple(webinars)), WORKDAYS)
    found = year_of(timeline, [], now=now)
    if not nations:
        return found
    pairs = tuple((nations[0], mentor) for mentor in mentors or nations)
    present = tuple(sorted({*nations, *(mentors or nations)}))
    return replace(found, participants=tuple(sorted(nations)), pairs=pairs, stopped_in=present)


def at(day: str, time: str = "16:30") -> dt.datetime:
    """Return a local moment."""
    date, clock = dt.date.fromisoformat(day), dt.time.fromisoformat(time)
    return local_moment(date, clock, year().timeline.zone)


def with_due(old: Year, key: str, day: str) -> Year:
    """Return the year with a milestone due on another day, at the same hour."""
    milestone = old.timeline.programme.milestone(key)
    due = old.moment_on(dt.date.fromisoformat(day), milestone.due.time)
    return old.with_milestone(milestone, milestone.model_copy(update={"due": due}))


def with_window(old: Year, key: str, first: str, last: str) -> Year:
    """Return the year with one window for a milestone."""
    milestone = old.timeline.programme.milestone(key)
    ends = [old.moment_on(dt.date.fromisoformat(day), None) for day in (first, last)]
    window = Window.model_validate({"from": ends[0], "to": ends[1]})
    return old.with_milestone(milestone, milestone.model_copy(update={"windows": (window,)}))


def with_step(old: Year, key: str, day: str, **changes: object) -> Year:
    """Return the year with a step on another day, in all nations."""
    step = next(one for one in old.timeline.programme.steps if one.key == key)
    assert step.at is not None
    moment: Moment = old.moment_on(dt.date.fromisoformat(day), step.at.time)
    new = step.model_copy(update={"at": moment, "at_for": {}, **changes})
    return old.with_step(step, new)


def told(found: Year, kind: str) -> list[tuple[tuple[str, ...], str, str | None]]:
    """Return what the check says of one kind: who, the text, the proposal."""
    return [(f.clash.who, f.text, f.proposal) for f in check(found) if f.clash.kind == kind]


def kinds(found: Year) -> list[str]:
    """Return the kinds of everything that the check finds."""
    return [finding.clash.kind for finding in check(found)]
