"""Webinars on days off, after what they prepare for, or on top of each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import combinations

from ats.clashes.findings import Clash, Remedy, places, reasons
from ats.clashes.year import Year, nearest
from ats.planning.facts import WebinarFact
from ats.planning.workdays import local_moment
from ats.published import ends_after_due, webinar_due

_WITHIN = 60  # days that a webinar is moved by at most


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


def webinars_together(year: Year) -> Iterator[Clash]:
    """Yield each two webinars on one day for the same people, or at one time for any."""
    for one, other in combinations(to_come(year), 2):
        zone = year.timeline.zone
        first, second = (w.starts_at.astimezone(zone).date() for w in (one, other))
        ends = one.starts_at + dt.timedelta(minutes=one.minutes)
        if one.audience == other.audience and first == second:
            text = f"{one.key} and {other.key} are both for {one.audience} on one day"
        elif other.starts_at < ends:
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
    )


def other_days(year: Year, webinar: WebinarFact, within: int = _WITHIN) -> Iterator[Remedy]:
    """Yield the webinar at the same time on the nearest days that suit everybody it is for.

    Working days without another webinar, in the cohort's year, before the day on which what it
    prepares for is due.
    """
    timeline = year.timeline
    local = webinar.starts_at.astimezone(timeline.zone)
    cohort = timeline.cohort
    taken = {
        timeline.local_date(other.starts_at)
        for other in cohort.webinars
        if other.key != webinar.key and other.status != "cancelled"
    }
    dues = [webinar_due(timeline, webinar.key, one) for one in year.of(webinar.audience)]
    first_due = min((timeline.local_date(due) for due in dues if due), default=dt.date.max)
    for day in nearest(local.date(), within=within):
        at = local_moment(day, local.time(), timeline.zone)
        if day in taken or not cohort.starts <= day <= year.submission or day <= year.today:
            continue
        suits = all(year.workdays(one).is_working(day) for one in year.of(webinar.audience))
        if suits and day < first_due:
            yield Remedy(
                f"Move {webinar.key} to {year.spoken(at)}.", year.with_webinar(webinar.key, at)
            )
