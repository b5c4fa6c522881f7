"""Webinars on days off, after what they prepare for, or on top of each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import combinations

from ats.clashes.findings import Clash, Remedy, places, reasons
from ats.clashes.year import Year, nearest
from ats.planning import office_hours
from ats.planning.facts import WebinarFact
from ats.planning.moments import MORNING
from ats.planning.workdays import local_moment
from ats.published import ends_after_due, webinar_due

_WITHIN = 60  # days that a webinar is moved by at most
_AFTERNOON = dt.time(16, 30)


def to_come(year: Year) -> list[WebinarFact]:
    """Return the webinars that have not begun and take place, in order of their start."""
    return sorted(
        (
            webinar
            for webinar in year.timeline.cohort.webinars
            if webinar.status != "cancelled" and webinar.starts_at > year.now
        ),
        key=lambda webinar: (webinar.starts_at, webinar.key),
    )


def webinars_on_days_off(year: Year) -> Iterator[Clash]:
    """Yield each webinar on a bank holiday, in a break or at a weekend of somebody it is for."""
    for webinar in to_come(year):
        day = year.timeline.local_date(webinar.starts_at)
        found = {one: year.workdays(one).reason(day) for one in year.of(webinar.audience)}
        off = {calendar: reason for calendar, reason in found.items() if reason}
        if off:
            yield _clash(
                year,
                webinar,
                "webinar-on-day-off",
                tuple(off),
                f"{webinar.key} is on {year.spoken(webinar.starts_at)}: {reasons(off)}.",
            )


def webinars_after_due(year: Year) -> Iterator[Clash]:
    """Yield each webinar that has not ended when its milestone is due."""
    for webinar in to_come(year):
        concerned = year.of(webinar.audience)
        late = ends_after_due(year.timeline, webinar, concerned)
        if late:
            milestone = year.timeline.programme.webinar(webinar.key).milestone
            where = "" if len(late) == len(concerned) else f" in {places([*late])}"
            text = (
                f"{webinar.key} is on {year.spoken(webinar.starts_at)}, and ends after "
                f"{milestone}, which it prepares for, is due on "
                f"{year.spoken(min(late.values()))}{where}."
            )
            yield _clash(year, webinar, "webinar-after-due", tuple(late), text)


def webinars_at_odd_hours(year: Year) -> Iterator[Clash]:
    """Yield each webinar that begins before office hours or ends after them."""
    for webinar in to_come(year):
        local = webinar.starts_at.astimezone(year.timeline.zone)
        if not office_hours.holds(local, webinar.minutes):
            text = f"{webinar.key} is on {year.spoken(local)}, an unusual hour."
            yield _clash(year, webinar, "webinar-at-odd-hour", year.of(webinar.audience), text)


def webinars_together(year: Year) -> Iterator[Clash]:
    """Yield each two webinars on one day for the same people, or at one time for any."""
    for one, other in combinations(to_come(year), 2):
        zone = year.timeline.zone
        first, second = (w.starts_at.astimezone(zone).date() for w in (one, other))
        if one.audience == other.audience and first == second:
            text = f"{one.key} and {other.key} are both for {one.audience} on one day"
        elif other.starts_at < one.ends_at:
            text = f"{one.key} and {other.key} are at one time"
        else:
            continue
        who = {*year.of(one.audience), *year.of(other.audience)}
        text += f": {year.spoken(one.starts_at)} and {other.starts_at.astimezone(zone):%H:%M}."
        yield _clash(year, other, "webinars-together", tuple(sorted(who)), text, also=one.key)


def _clash(
    year: Year, webinar: WebinarFact, kind: str, who: tuple[str, ...], text: str, also: str = ""
) -> Clash:
    return Clash(
        kind=kind,
        subject=f"{also} {webinar.key}".strip(),
        dates=(year.timeline.local_date(webinar.starts_at),),
        who=who,
        text=text,
        remedies=lambda: other_days(year, webinar),
        advice=(
            f"No day near it suits everybody: choose one with `ats webinar move {webinar.key} "
            "--to …`, or cancel it."
        ),
    )


def other_days(year: Year, webinar: WebinarFact, within: int = _WITHIN) -> Iterator[Remedy]:
    """Yield the webinar in office hours on the nearest days that suit everybody it is for.

    Working days without another webinar, in the cohort's year, before the day on which what it
    prepares for is due. None for a webinar that a proposal has moved already.
    """
    if year.is_settled(webinar):
        return
    timeline, cohort = year.timeline, year.timeline.cohort
    local, taken = webinar.starts_at.astimezone(timeline.zone), year.taken_days(webinar)
    time = _usual_time(year, webinar, local)
    same_day = [local.date()] if time != local.time() else []
    dues = [webinar_due(timeline, webinar.key, one) for one in year.of(webinar.audience)]
    first_due = min((timeline.local_date(due) for due in dues if due), default=dt.date.max)
    for day in (*same_day, *nearest(local.date(), within=within)):
        at = local_moment(day, time, timeline.zone)
        if day in taken or not cohort.starts <= day <= year.submission or day <= year.today:
            continue
        suits = all(year.workdays(one).is_working(day) for one in year.of(webinar.audience))
        if suits and day < first_due:
            yield Remedy(
                f"Move {webinar.key} to {year.spoken(at)}.", year.with_webinar(webinar.key, at)
            )


def _usual_time(year: Year, webinar: WebinarFact, local: dt.datetime) -> dt.time:
    """Return its time if that lies in office hours, else the programme's, else an afternoon's."""
    planned = year.timeline.programme.webinar(webinar.key).at.time or MORNING
    for time in (local.time(), planned):
        if office_hours.holds(dt.datetime.combine(local, time), webinar.minutes):
            return time
    return _AFTERNOON
