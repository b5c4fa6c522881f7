"""Counting working days, against the slow way of looking at each day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ats.planning.workdays import Workdays
from config.closures import load_closures

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class DaysOff:
    """Closures in the simplest form that Workdays takes."""

    closed: Mapping[dt.date, str] = field(default_factory=dict)
    away: Mapping[dt.date, str] = field(default_factory=dict)


ENGLAND = Workdays(load_closures("england", range(2026, 2028)))
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))
DAYS_OFF = st.dictionaries(DAYS, st.just("off"), max_size=120)
WORKDAYS = st.builds(DaysOff, closed=DAYS_OFF, away=DAYS_OFF).map(Workdays)
STEPS = st.integers(min_value=-150, max_value=150)


def works(days: Workdays, day: dt.date, away_counts: bool) -> bool:
    """The slow way: look at the day."""
    off = day.weekday() > 4 or day in days.closures.closed
    return not (off or (not away_counts and day in days.closures.away))


@given(days=WORKDAYS, after=DAYS, until=DAYS, away_counts=st.booleans())
def test_count_is_what_one_counts_day_by_day(
    days: Workdays, after: dt.date, until: dt.date, away_counts: bool
) -> None:
    between = (after + DAY * n for n in range(1, (until - after).days + 1))
    counted = sum(works(days, day, away_counts) for day in between)
    assert days.count(after, until, away_counts=away_counts) == counted


@given(days=WORKDAYS, day=DAYS, n=STEPS, away_counts=st.booleans())
def test_shift_is_where_one_comes_day_by_day(
    days: Workdays, day: dt.date, n: int, away_counts: bool
) -> None:
    walked, left = day, abs(n)
    while left:
        walked += DAY if n > 0 else -DAY
        left -= works(days, walked, away_counts)
    assert days.shift(day, n, away_counts=away_counts) == walked


@given(days=WORKDAYS, day=DAYS, n=STEPS.filter(bool), away_counts=st.booleans())
def test_shift_always_ends_on_a_working_day(
    days: Workdays, day: dt.date, n: int, away_counts: bool
) -> None:
    assert works(days, days.shift(day, n, away_counts=away_counts), away_counts)


@given(days=WORKDAYS, day=DAYS, n=st.integers(1, 150), away_counts=st.booleans())
def test_count_undoes_shift(days: Workdays, day: dt.date, n: int, away_counts: bool) -> None:
    later = days.shift(day, n, away_counts=away_counts)
    assert days.count(day, later, away_counts=away_counts) == n


@given(days=WORKDAYS, day=DAYS, n=STEPS, away_counts=st.booleans())
def test_shift_back_undoes_shift_on_from_a_working_day(
    days: Workdays, day: dt.date, n: int, away_counts: bool
) -> None:
    start = days.roll_forward(day, away_counts=away_counts)
    there = days.shift(start, n, away_counts=away_counts)
    assert days.shift(there, -n, away_counts=away_counts) == start


@given(days=WORKDAYS, day=DAYS, n=STEPS)
def test_one_more_working_day_is_always_later(days: Workdays, day: dt.date, n: int) -> None:
    assert days.shift(day, n) < days.shift(day, n + 1)


@given(days=WORKDAYS, one=DAYS, other=DAYS, n=STEPS.filter(bool))
def test_a_later_day_never_shifts_to_an_earlier_one(
    days: Workdays, one: dt.date, other: dt.date, n: int
) -> None:
    first, last = sorted((one, other))
    assert days.shift(first, n) <= days.shift(last, n)


@given(days=WORKDAYS, dates=st.lists(DAYS, min_size=3, max_size=3))
def test_counts_of_two_stretches_add_up(days: Workdays, dates: list[dt.date]) -> None:
    a, b, c = sorted(dates)
    assert days.count(a, b) + days.count(b, c) == days.count(a, c)


@given(days=WORKDAYS, day=DAYS)
def test_counting_away_days_never_counts_fewer(days: Workdays, day: dt.date) -> None:
    until = day + 60 * DAY
    assert days.count(day, until) <= days.count(day, until, away_counts=True)


@given(days=WORKDAYS, day=DAYS, away_counts=st.booleans())
def test_rolling_stays_on_a_working_day_and_else_goes_to_the_next_to_it(
    days: Workdays, day: dt.date, away_counts: bool
) -> None:
    forward = days.roll_forward(day, away_counts=away_counts)
    back = days.roll_back(day, away_counts=away_counts)
    assert (forward == day == back) if works(days, day, away_counts) else back < day < forward
    assert works(days, forward, away_counts)
    assert works(days, back, away_counts)
    assert days.count(back, forward, away_counts=away_counts) == (back != forward)


@given(days=WORKDAYS, day=DAYS)
def test_the_three_kinds_of_day_are_told_apart(days: Workdays, day: dt.date) -> None:
    assert days.is_closed(day) == (day.weekday() > 4 or day in days.closures.closed)
    assert days.is_away(day) == (day in days.closures.away)
    assert days.is_working(day) == works(days, day, away_counts=False)
    assert (days.reason(day) is None) == days.is_working(day)


def test_shift_by_nothing_is_the_day_itself_even_on_a_sunday() -> None:
    assert ENGLAND.shift(dt.date(2026, 10, 25), 0) == dt.date(2026, 10, 25)


def test_count_of_nothing_and_backwards_is_nought() -> None:
    monday, friday = dt.date(2026, 10, 5), dt.date(2026, 10, 9)
    assert (ENGLAND.count(monday, monday), ENGLAND.count(friday, monday)) == (0, 0)


def test_days_far_outside_the_listed_years_are_plain_weekdays() -> None:
    assert ENGLAND.shift(dt.date(2040, 1, 6), 5) == dt.date(2040, 1, 13)
    assert ENGLAND.count(dt.date(1990, 1, 1), dt.date(1990, 1, 8)) == 5


def test_before_the_first_day_of_the_calendar_there_is_none() -> None:
    with pytest.raises(OverflowError, match="date value out of range"):
        Workdays(DaysOff()).shift(dt.date(1, 1, 2), -2)
