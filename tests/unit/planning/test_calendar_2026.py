"""Working days, weeks and moments in the calendar of 2026 and 2027."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ats.planning.workdays import Workdays, local_moment, week_day
from config.closures import load_closures
from config.programme import NATIONS

LONDON = ZoneInfo("Europe/London")
DAY = dt.timedelta(days=1)
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))


def nation(name: str) -> Workdays:
    return Workdays(load_closures(name, range(2026, 2028)))


ENGLAND = nation("england")


def test_a_ladder_of_the_autumn_steps_over_englands_half_term() -> None:
    asked = dt.date(2026, 10, 7)
    assert [str(ENGLAND.shift(asked, n)) for n in (5, 10, 12, 15, 20)] == [
        "2026-10-14",
        "2026-10-21",
        "2026-10-23",
        "2026-11-04",
        "2026-11-11",
    ]


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("england", ["2027-03-11", "2027-03-24", "2027-04-15", "2027-04-22", "2027-04-29"]),
        ("wales", ["2027-03-11", "2027-04-07", "2027-04-14", "2027-04-21", "2027-04-28"]),
        ("scotland", ["2027-03-11", "2027-03-24", "2027-04-22", "2027-04-29", "2027-05-07"]),
        (
            "northern-ireland",
            ["2027-03-10", "2027-03-24", "2027-04-09", "2027-04-16", "2027-04-23"],
        ),
    ],
)
def test_the_ladder_of_the_spring_milestone_steps_over_each_nations_easter(
    name: str, days: list[str]
) -> None:
    due = dt.date(2027, 3, 19)
    assert [str(nation(name).shift(due, n)) for n in (-6, 3, 8, 13, 18)] == days


def test_a_ladder_of_the_summer_goes_on_in_september() -> None:
    due = dt.date(2027, 6, 25)
    assert [str(ENGLAND.shift(due, n)) for n in (-6, 3, 8, 13, 18)] == [
        "2027-06-17",
        "2027-06-30",
        "2027-07-07",
        "2027-09-08",
        "2027-09-15",
    ]


def test_away_days_count_where_they_are_asked_to() -> None:
    friday = dt.date(2026, 10, 23)
    assert ENGLAND.shift(friday, 1) == dt.date(2026, 11, 2)
    assert ENGLAND.shift(friday, 1, away_counts=True) == dt.date(2026, 10, 26)
    assert ENGLAND.roll_forward(dt.date(2026, 10, 25)) == dt.date(2026, 10, 26)
    assert ENGLAND.roll_forward(dt.date(2026, 10, 25), away_counts=False) == dt.date(2026, 11, 2)


def test_both_clock_changes_fall_on_closed_sundays() -> None:
    changes = [dt.date(2026, 10, 25), dt.date(2027, 3, 28)]
    assert [ENGLAND.is_closed(day) for day in changes] == [True, True]
    assert [ENGLAND.is_away(day) for day in changes] == [False, True]
    assert [ENGLAND.reason(day) for day in changes] == ["weekend", "Easter break"]


@pytest.mark.parametrize(
    ("day", "before"),
    [
        ("2026-10-23", True),  # Friday before the half-term, over a weekend
        ("2026-10-22", False),
        ("2026-10-26", False),  # in it
        ("2026-12-18", True),  # Friday before Christmas
        ("2027-01-15", False),  # Friday before an ordinary Monday
        ("2027-03-25", True),  # Thursday before Good Friday
        ("2027-04-30", True),  # Friday before the bank holiday of Monday 3 May
        ("2027-05-01", False),  # the Saturday before it
        ("2027-05-02", False),
        ("2027-07-09", True),  # Friday before the summer
    ],
)
def test_the_day_before_a_break_is_known(day: str, before: bool) -> None:
    assert ENGLAND.before_break(dt.date.fromisoformat(day)) == before


def test_a_bank_holiday_in_a_break_keeps_its_own_name() -> None:
    assert ENGLAND.reason(dt.date(2026, 12, 25)) == "Christmas Day"
    assert ENGLAND.reason(dt.date(2026, 12, 24)) == "Christmas break"
    assert ENGLAND.reason(dt.date(2026, 12, 16)) is None


@pytest.mark.parametrize("name", NATIONS)
def test_first_and_last_working_day_around_christmas(name: str) -> None:
    days = nation(name)
    assert days.roll_forward(dt.date(2026, 12, 21), away_counts=False) == dt.date(2027, 1, 5)
    assert days.roll_back(dt.date(2027, 1, 4), away_counts=False) == dt.date(2026, 12, 18)


@given(starts=DAYS, week=st.integers(-5, 60))
def test_week_nought_holds_the_start_whatever_day_that_is(starts: dt.date, week: int) -> None:
    monday, sunday = week_day(starts, 0, "monday"), week_day(starts, 0, "sunday")
    assert monday <= starts <= sunday == monday + 6 * DAY
    assert week_day(starts, week, "friday") == monday + DAY * (7 * week + 4)


@pytest.mark.parametrize(
    ("day", "hour", "utc"),
    [
        ("2026-10-23", 17, "2026-10-23T16:00:00+00:00"),  # the last Friday of summer time
        ("2026-10-25", 17, "2026-10-25T17:00:00+00:00"),
        ("2026-10-26", 17, "2026-10-26T17:00:00+00:00"),
        ("2027-03-26", 9, "2027-03-26T09:00:00+00:00"),  # the last Friday of winter time
        ("2027-03-28", 9, "2027-03-28T08:00:00+00:00"),
        ("2027-03-30", 9, "2027-03-30T08:00:00+00:00"),
        ("2026-10-25", 1, "2026-10-25T00:00:00+00:00"),  # comes twice: the first of the two
        ("2027-03-28", 1, "2027-03-28T01:00:00+00:00"),  # never comes: 02:00 on the clock
    ],
)
def test_a_local_moment_is_what_the_clock_shows(day: str, hour: int, utc: str) -> None:
    moment = local_moment(dt.date.fromisoformat(day), dt.time(hour), LONDON)
    assert moment.astimezone(dt.UTC).isoformat() == utc
    assert moment.tzinfo is LONDON


def test_an_hour_that_spring_skips_is_an_hour_later_on_the_clock() -> None:
    moment = local_moment(dt.date(2027, 3, 28), dt.time(1, 30), LONDON)
    assert moment.isoformat() == "2027-03-28T02:30:00+01:00"
