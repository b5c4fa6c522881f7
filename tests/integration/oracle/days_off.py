"""Which days count, by DOMAIN.md alone: nothing of ats or config is asked.

Bank holidays are those that gov.uk lists for each nation, substitute days included.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache

DAY = dt.timedelta(days=1)
SATURDAY = 5

_EVERYWHERE = "2026-12-25 2026-12-28 2027-01-01 2027-03-26 2027-05-03 2027-05-31"
_SOUTH = "2027-03-29 2027-08-30"
_BANK_HOLIDAYS = {
    "england": _SOUTH,
    "wales": _SOUTH,
    "scotland": "2026-11-30 2027-01-04 2027-08-02",
    "northern-ireland": f"{_SOUTH} 2027-03-17 2027-07-12",
}
# Christmas, England's October and May breaks, and the summer: the same for all (5 July 2027 is the
# first Monday of July, 6 September the first of September).
_ALWAYS_AWAY = (
    "2026-10-26..2026-10-30 2026-12-21..2027-01-04 2027-05-31..2027-06-04 2027-07-12..2027-09-05"
)
_AWAY = {
    "england": "2027-02-15..2027-02-19 2027-03-26..2027-04-09",
    "wales": "2027-02-08..2027-02-12 2027-03-20..2027-04-04",
    "scotland": "2026-10-12..2026-10-16 2027-02-08..2027-02-17 2027-03-26..2027-04-16",
    "northern-ireland": "2026-10-29..2026-10-30 2027-02-11..2027-02-12 2027-03-25..2027-04-02",
}


def span(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Yield every day from *first* to *last*, both included."""
    yield from (first + n * DAY for n in range((last - first).days + 1))


def is_open(nation: str, day: dt.date) -> bool:
    """Say whether a day is neither a weekend nor a bank holiday."""
    return day.weekday() < SATURDAY and day not in _closed(nation)


def is_working_day(nation: str, day: dt.date) -> bool:
    """Say whether a ladder counts a day: open, and not in a half-term or other break."""
    return is_open(nation, day) and day not in _away(nation)


def roll_forward(nation: str, day: dt.date) -> dt.date:
    """Return this day, or the next that is open: a break stops ladders, it moves no deadline."""
    while not is_open(nation, day):
        day += DAY
    return day


def working_day_after(nation: str, day: dt.date, count: int) -> dt.date:
    """Return the working day that lies *count* working days after a day."""
    while count:
        day += DAY
        count -= is_working_day(nation, day)
    return day


def is_eve(nation: str, day: dt.date) -> bool:
    """Say whether a bank holiday or break begins on the next day that is no weekend."""
    following = day + DAY
    while following.weekday() >= SATURDAY:
        following += DAY
    return not is_working_day(nation, following)


def may_escalate(nation: str, day: dt.date) -> bool:
    """Say whether staff hear of somebody on this day: a working day, and none before a break."""
    return is_working_day(nation, day) and not is_eve(nation, day)


def age(nation: str, as_of: dt.date, day: dt.date) -> int:
    """Return the open days since an as-of: those of a Monday are 3 days old on Thursday."""
    return sum(is_open(nation, one) for one in span(as_of + DAY, day))


@cache
def _closed(nation: str) -> frozenset[dt.date]:
    days = f"{_EVERYWHERE} {_BANK_HOLIDAYS[nation]}".split()
    return frozenset(dt.date.fromisoformat(day) for day in days)


@cache
def _away(nation: str) -> frozenset[dt.date]:
    ranges = (one.split("..") for one in f"{_ALWAYS_AWAY} {_AWAY[nation]}".split())
    return frozenset(
        day
        for first, last in ranges
        for day in span(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    )
