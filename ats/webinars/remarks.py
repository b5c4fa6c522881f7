"""What staff should think of before a webinar is moved to a time: allowed, but said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from ats.planning import office_hours
from ats.planning.facts import WebinarFact
from ats.planning.notices import NOTICE_SUFFICES
from ats.planning.timeline import Timeline
from ats.published import ends_after_due
from config.vocabulary import nation_of

_FRESH = dt.timedelta(days=1)


def remarks(
    timeline: Timeline,
    webinar: WebinarFact,
    to: dt.datetime,
    *,
    calendars: Collection[str],
    now: dt.datetime,
) -> Iterator[str]:
    """Yield what speaks against moving a webinar of this year there, a clause each.

    `calendars` are those of the people present.
    """
    local = to.astimezone(timeline.zone)
    yield from _no_working_day(timeline, local.date(), calendars)
    if not office_hours.holds(local, webinar.minutes):
        yield f"{local:%H:%M} is an unusual hour"
    yield from _others(timeline, webinar, to)
    yield from _milestone(timeline, replace(webinar, starts_at=to), calendars)
    if to - now < NOTICE_SUFFICES:
        yield "that is within a day: the notice serves as the reminder, and no other goes"
    if webinar.changes and now - webinar.changes[-1].at < _FRESH:
        changed = spoken(timeline, webinar.changes[-1].at)
        yield f"it was moved already on {changed}, from {spoken(timeline, _was(webinar))}"


def spoken(timeline: Timeline, moment: dt.datetime) -> str:
    """Return a moment in words."""
    local = moment.astimezone(timeline.zone)
    return f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}"


def _was(webinar: WebinarFact) -> dt.datetime:
    return webinar.changes[-1].started_at


def _no_working_day(timeline: Timeline, day: dt.date, calendars: Iterable[str]) -> Iterator[str]:
    """Yield the reasons why people are off on that day, with the nations in which they are."""
    nations: dict[str, set[str]] = {}
    for calendar in calendars:
        if reason := timeline.workdays[calendar].reason(day):
            nations.setdefault(reason, set()).add(nation_of(calendar).replace("-", " ").title())
    for reason, where in sorted(nations.items()):
        places = ", ".join(sorted(where))
        yield f"{day:%A} {day.day} {day:%B} is no working day in {places} ({reason})"


def _others(timeline: Timeline, webinar: WebinarFact, to: dt.datetime) -> Iterator[str]:
    """Yield other webinars at that time, or on that day."""
    ends = to + dt.timedelta(minutes=webinar.minutes)
    for other in timeline.cohort.webinars:
        if other.key == webinar.key or other.status == "cancelled":
            continue
        others_end = other.starts_at + dt.timedelta(minutes=other.minutes)
        if to < others_end and other.starts_at < ends:
            together = "is at the same time" if other.starts_at == to else "overlaps"
            hours = f"{_clock(timeline, other.starts_at)} to {_clock(timeline, others_end)}"
            yield f"the webinar {other.key} {together}, from {hours}"
        elif timeline.local_date(other.starts_at) == timeline.local_date(to):
            yield f"the webinar {other.key} is on the same day"


def _clock(timeline: Timeline, moment: dt.datetime) -> str:
    return f"{moment.astimezone(timeline.zone):%H:%M}"


def _milestone(
    timeline: Timeline, webinar: WebinarFact, calendars: Collection[str]
) -> Iterator[str]:
    """Yield that the milestone that it prepares is due before it ends."""
    late = ends_after_due(timeline, webinar, calendars or (timeline.programme.nation,))
    if late:
        due = min(late.values())
        title = timeline.programme.milestone(
            timeline.programme.webinar(webinar.key).milestone or ""
        ).title
        when = "that is" if webinar.starts_at >= due else "it ends"
        yield f"{when} after “{title}”, which it prepares, is due ({spoken(timeline, due)})"
