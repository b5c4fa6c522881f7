"""The schema of a closure file: the days off of one nation, as data. Pure."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from config.vocabulary import WEEKDAYS, Date, Model

_MONTHS = [name.lower() for name in calendar.month_name]
_NTHS = ("first", "second", "third", "fourth")
_LONGEST = 200  # days; a longer break is a slip of the pen in the year

_DAY = re.compile(rf"(\d{{1,2}}) ({'|'.join(_MONTHS[1:])})")
_NTH = re.compile(rf"({'|'.join(_NTHS)}) ({'|'.join(WEEKDAYS)}) of ({'|'.join(_MONTHS[1:])})")
_BEFORE = re.compile(rf"({'|'.join(WEEKDAYS)}) before (.+)")


@dataclass(frozen=True, slots=True)
class YearDay:
    """A day of every year: `21 december`, or `sunday before first monday of september`."""

    month: int
    number: int  # of the day in its month, or of the weekday in it
    weekday: int | None = None
    before: int | None = None  # then back to this weekday, the day itself not counting

    def of(self, year: int) -> dt.date:
        """Return the day in this year."""
        if self.weekday is None:
            day = dt.date(year, self.month, self.number)
        else:
            first = dt.date(year, self.month, 1)
            skip = (self.weekday - first.weekday()) % 7 + 7 * (self.number - 1)
            day = first + dt.timedelta(days=skip)
        if self.before is None:
            return day
        return day - dt.timedelta(days=(day.weekday() - self.before - 1) % 7 + 1)


def _year_day(value: object) -> object:
    if isinstance(value, YearDay):
        return value
    words = " ".join(str(value).lower().split())
    before = _BEFORE.fullmatch(words)
    if before:
        words = before[2]
    back = WEEKDAYS.index(before[1]) if before else None
    if match := _NTH.fullmatch(words):
        nth, weekday, month = match.groups()
        return YearDay(_MONTHS.index(month), _NTHS.index(nth) + 1, WEEKDAYS.index(weekday), back)
    if match := _DAY.fullmatch(words):
        number, month = int(match[1]), _MONTHS.index(match[2])
        if 1 <= number <= calendar.monthrange(2027, month)[1]:  # 29 February is not of every year
            return YearDay(month, number, before=back)
    raise ValueError(
        f'"{value}" is no day of every year; write one as 21 december, '
        "second monday of july, or sunday before first monday of september"
    )


class YearRange(Model):
    """A break that comes every year; one that ends in an earlier month ends in the next year."""

    name: str
    kind: Literal["closed", "away", "not-teaching"]
    from_: Annotated[YearDay, BeforeValidator(_year_day)]
    to: Annotated[YearDay, BeforeValidator(_year_day)]

    def in_year(self, year: int) -> tuple[dt.date, dt.date]:
        """Return the first and last day of the break that begins in this year."""
        first, last = self.from_.of(year), self.to.of(year)
        return first, last if last >= first else self.to.of(year + 1)


class DatedRange(Model):
    """A break or closure with its dates, both included; `open` undoes the ranges before it."""

    name: str
    kind: Literal["closed", "away", "not-teaching", "open"]
    from_: Date
    to: Date

    @model_validator(mode="after")
    def _ends_in_time(self) -> DatedRange:
        if self.to < self.from_:
            raise ValueError(f"it ends on {self.to}, before it begins on {self.from_}; swap them")
        if (self.to - self.from_).days > _LONGEST:
            raise ValueError(f"it lasts longer than {_LONGEST} days; check the years")
        return self


class ClosureFile(Model):
    """A whole closure file. `known_until`: the last day for which its half-terms are complete."""

    nation: Literal["england", "wales", "scotland", "northern-ireland"]
    bank_holidays: Literal["ENG", "WLS", "SCT", "NIR"]
    known_until: Date
    every_year: tuple[YearRange, ...] = ()
    dated: tuple[DatedRange, ...] = ()
    organisations: dict[str, tuple[DatedRange, ...]] = Field(default_factory=dict)
