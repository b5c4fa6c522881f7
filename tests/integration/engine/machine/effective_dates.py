"""Which dates an e-mail may quote: a small oracle of its own, from the overlays and the calendar.

It knows the published dates of cohort 2026-10 by heart and counts days off one by one; nothing
of the planner is asked.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from small_cohort import STARTS, ZONE

from config.closures import Closures

DAY = dt.timedelta(days=1)

#: As DOMAIN.md gives them.
PUBLISHED: Mapping[str, dt.date] = {
    "mentor-named": dt.date(2026, 11, 6),
    "first-observation": dt.date(2026, 11, 20),
    "mentor-accepted": dt.date(2026, 11, 20),
    "pdp": dt.date(2027, 1, 15),
    "diary-and-coaching": dt.date(2027, 3, 19),
    "project-impact": dt.date(2027, 6, 25),
    "final-observation": dt.date(2027, 9, 17),
    "submission": dt.date(2027, 10, 6),
}
SIGN_OFF = "mentor-sign-off"
OF_MENTORS = ("mentor-accepted", SIGN_OFF)
AFTER_JOINING = {"first-observation": 6, "pdp": 15}  # weeks

TITLES = {
    "First observation": "first-observation",
    "Personal Development Plan": "pdp",
    "Diary and coaching": "diary-and-coaching",
    "Project impact and CPD log": "project-impact",
    "Final observation": "final-observation",
    "Submission": "submission",
}
#: How lists of dates call them ("- Friday 15 January 2027, 17:00: about you, …").
LABELS = {
    "first observation": "first-observation",
    "about you, self-assessment and PDP": "pdp",
    "reflective diary and coaching started": "diary-and-coaching",
    "improvement project and CPD log": "project-impact",
    "final observation": "final-observation",
    "sign-off by your mentor": SIGN_OFF,
    "your portfolio submitted": "submission",
}


@dataclass(frozen=True, slots=True)
class YearOf:
    """What staff and the roster say about the year of one person."""

    joined_on: dt.date
    extensions: Mapping[str, tuple[dt.date, dt.datetime]]  # with when each was agreed
    pauses: tuple[tuple[dt.date, dt.date | None, dt.datetime], ...]  # likewise
    closures: Closures

    def due(self, milestone: str) -> dt.date | None:
        """Return the effective day of a deadline; None while a break without an end hides it."""
        if milestone in self.extensions:
            day, agreed = self.extensions[milestone]
            return self._moved(day, [pause for pause in self.pauses if pause[2] > agreed])
        if milestone == SIGN_OFF:
            submission = self.due("submission")
            return submission and self._six_working_days_before(submission)
        day = PUBLISHED[milestone]
        if milestone in AFTER_JOINING and self.joined_on > STARTS:
            day = self._next_open(self.joined_on + AFTER_JOINING[milestone] * 7 * DAY)
        return self._moved(day, self.pauses)

    def _moved(
        self, day: dt.date, pauses: Sequence[tuple[dt.date, dt.date | None, dt.datetime]]
    ) -> dt.date | None:
        for begins, ends, _ in sorted(pauses, key=lambda pause: pause[0]):
            if day >= begins:
                if ends is None:
                    return None
                day += ends - begins
        return self._next_open(day) if pauses else day

    def dues(self) -> dict[str, dt.date]:
        found = {key: self.due(key) for key in (*PUBLISHED, SIGN_OFF)}
        return {key: day for key, day in found.items() if day is not None}

    def told(self) -> dict[str, dt.date]:
        """Return what e-mails give as deadlines.

        A break without an end leaves dates unknown; but for what tells of it, e-mails then still
        give those that would be without any break.
        """
        is_open = any(ends is None for _, ends, _ in self.pauses)
        without = YearOf(self.joined_on, self.extensions, (), self.closures)
        return {**(without.dues() if is_open else {}), **self.dues()}

    def as_published(self) -> YearOf:
        """Return the year as it would be had staff changed nothing."""
        return YearOf(self.joined_on, {}, (), self.closures)

    def _next_open(self, day: dt.date) -> dt.date:
        while day.weekday() > 4 or day in self.closures.closed:
            day += DAY
        return day

    def _six_working_days_before(self, day: dt.date) -> dt.date:
        left = 6
        while left:
            day -= DAY
            off = day.weekday() > 4 or day in self.closures.closed or day in self.closures.away
            left -= not off
        return day


# -- what a text says --------------------------------------------------------------------------

_MONTHS = tuple(calendar.month_name)[1:]
_WEEKDAYS = tuple(calendar.day_name)
_SAID = re.compile(rf"\b({'|'.join(_WEEKDAYS)}) (\d{{1,2}}) ({'|'.join(_MONTHS)})(?: (20\d\d))?\b")


def said_dates(text: str) -> Iterator[tuple[str, frozenset[dt.date]]]:
    """Yield every date in words with the days that it can mean: without a year, any year's."""
    for found in _SAID.finditer(text):
        weekday, day, month, year = found.groups()
        years = (int(year),) if year else range(2025, 2030)
        yield found[0], frozenset(_days(years, _MONTHS.index(month) + 1, int(day), weekday))


def _days(years: Iterable[int], month: int, day: int, weekday: str) -> Iterator[dt.date]:
    for year in years:
        try:
            known = dt.date(year, month, day)
        except ValueError:  # 29 February of most years
            continue
        if _WEEKDAYS[known.weekday()] == weekday:
            yield known


def titled_dates(text: str) -> Iterator[tuple[str, str]]:
    """Yield (milestone, date in words) of every line of a list of dates, in its two shapes.

    "First observation: Friday 20 November 2026, 17:00" and the other way round.
    """
    for title, milestone in TITLES.items():
        for found in re.finditer(rf"\b{title}: ({_SAID.pattern})", text):
            yield milestone, found[1]
    for label, milestone in LABELS.items():
        for found in re.finditer(rf"({_SAID.pattern})(?:, 17:00)?: {label}", text):
            yield milestone, found[1]


def in_words(day: dt.date) -> str:
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def local_day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(ZONE).date()
