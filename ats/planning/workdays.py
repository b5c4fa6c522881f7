"""Working days of one nation or organisation, and local moments made of dates.

Three kinds of day: *closed* (weekend, bank holiday, provider closure), *away* (half-terms and
the other breaks), and the rest, on which people teach. A working day of a ladder is neither
closed nor away; with `away_counts=True` away days count as working days too.

Counting costs O(log n) in the number of listed days, whatever the distance: the days off that
fall on a Monday to Friday are kept sorted, and everything else is arithmetic on weekdays.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol

from config.programme import WEEKDAYS, Weekday

_FRIDAY = 4
_DAY = dt.timedelta(days=1)


class Calendar(Protocol):
    """The days off of one nation or organisation, each with its name (`config.closures`)."""

    @property
    def closed(self) -> Mapping[dt.date, str]: ...

    @property
    def away(self) -> Mapping[dt.date, str]: ...


class _Line:
    """The working days on one number line, numbered from 1: number of a day, day of a number."""

    __slots__ = ("_off", "_worked_before")

    def __init__(self, off: Iterable[dt.date]) -> None:
        self._off = sorted({day.toordinal() for day in off if day.weekday() <= _FRIDAY})
        # How many working days lie before each day off: what turns a number into a day.
        self._worked_before = [_weekdays_until(o) - i for i, o in enumerate(self._off, start=1)]

    def number(self, ordinal: int) -> int:
        """Return how many working days there are up to and including this day."""
        return _weekdays_until(ordinal) - bisect_right(self._off, ordinal)

    def day(self, number: int) -> dt.date:
        """Return the working day with this number; OverflowError before the calendar begins."""
        weekday = number - 1 + bisect_left(self._worked_before, number)
        if weekday < 0:
            raise OverflowError("date value out of range")
        weeks, days = divmod(weekday, 5)
        return dt.date.fromordinal(weeks * 7 + days + 1)


def _weekdays_until(ordinal: int) -> int:
    """Return how many Mondays to Fridays there are up to this ordinal (1 is a Monday)."""
    weeks, days = divmod(ordinal, 7)
    return weeks * 5 + min(days, 5)


class Break(NamedTuple):
    """A half-term or another time away, from its first day to its last."""

    name: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True, eq=False)
class Workdays:
    """The working days of one nation or organisation. Make one and keep it; it never changes."""

    closures: Calendar
    _teaching: _Line = field(init=False, repr=False)
    _open: _Line = field(init=False, repr=False)

    def __post_init__(self) -> None:
        closed, away = self.closures.closed, self.closures.away
        object.__setattr__(self, "_open", _Line(closed))
        object.__setattr__(self, "_teaching", _Line([*closed, *away]))

    @cached_property
    def breaks(self) -> tuple[Break, ...]:
        """All times away, in order; days that follow each other under one name are one."""
        found: list[Break] = []
        for day, name in sorted(self.closures.away.items()):
            if found and found[-1].name == name and found[-1].last + _DAY == day:
                found[-1] = found[-1]._replace(last=day)
            else:
                found.append(Break(name, day, day))
        return tuple(found)

    def is_closed(self, day: dt.date) -> bool:
        """Say whether it is a weekend, a bank holiday or a provider closure."""
        return day.weekday() > _FRIDAY or day in self.closures.closed

    def is_away(self, day: dt.date) -> bool:
        """Say whether it lies in a half-term or another break, weekends in it included."""
        return day in self.closures.away

    def is_working(self, day: dt.date) -> bool:
        """Say whether it is a working day of ladders: neither closed nor away."""
        return not (self.is_closed(day) or self.is_away(day))

    def shift(self, day: dt.date, n: int, *, away_counts: bool = False) -> dt.date:
        """Return the *n*-th working day after `day`, before it if negative; 0 is `day` itself.

        `day` need not be a working day, and is never the answer unless *n* is 0.
        """
        if n == 0:
            return day
        line = self._line(away_counts)
        if n > 0:
            return line.day(line.number(day.toordinal()) + n)
        return line.day(line.number(day.toordinal() - 1) + 1 + n)

    def count(self, after: dt.date, until: dt.date, *, away_counts: bool = False) -> int:
        """Return the number of working days later than `after` and not later than `until`."""
        if until <= after:
            return 0
        line = self._line(away_counts)
        return line.number(until.toordinal()) - line.number(after.toordinal())

    def roll_forward(self, day: dt.date, *, away_counts: bool = True) -> dt.date:
        """Return `day` if it is a working day, else the next one."""
        return day if self._works(day, away_counts) else self.shift(day, 1, away_counts=away_counts)

    def roll_back(self, day: dt.date, *, away_counts: bool = True) -> dt.date:
        """Return `day` if it is a working day, else the last one before it."""
        if self._works(day, away_counts):
            return day
        return self.shift(day, -1, away_counts=away_counts)

    def before_break(self, day: dt.date) -> bool:
        """Say whether a break begins on the next day that is no weekend, and has not begun.

        The last day before a bank holiday, closure or away period: no bad news on it. A closed
        or away day is never such a day, and nor is a Friday before an ordinary Monday.
        """
        if not self.is_working(day):
            return False
        following = day + _DAY
        while following.weekday() > _FRIDAY:
            following += _DAY
        return not self.is_working(following)

    def reason(self, day: dt.date) -> str | None:
        """Return the name of the closure, break or weekend on this day; None on a working day."""
        name = self.closures.closed.get(day) or self.closures.away.get(day)
        return name or ("weekend" if day.weekday() > _FRIDAY else None)

    def _line(self, away_counts: bool) -> _Line:
        return self._open if away_counts else self._teaching

    def _works(self, day: dt.date, away_counts: bool) -> bool:
        return not self.is_closed(day) if away_counts else self.is_working(day)


def week_day(starts: dt.date, week: int, day: Weekday) -> dt.date:
    """Return a weekday of a week of the cohort; week 0 is the Monday-to-Sunday week of `starts`."""
    monday = starts - dt.timedelta(days=starts.weekday())
    return monday + dt.timedelta(weeks=week, days=WEEKDAYS.index(day))


def local_moment(day: dt.date, time: dt.time, zone: dt.tzinfo) -> dt.datetime:
    """Return the moment when clocks in `zone` show `time` on `day`; 17:00 is 17:00 all year.

    In the hour that autumn repeats it is the first of the two; in the hour that spring skips
    it is an hour later on the clock, as there is no such time.
    """
    moment = dt.datetime.combine(day, time, tzinfo=zone)
    return moment.astimezone(dt.UTC).astimezone(zone)
