"""The days off of the four nations in the year that ats.yaml is written for."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from config.closures import load_closures
from config.programme import NATIONS

YEARS = (2026, 2027)
DAY = dt.timedelta(days=1)


def stretches(nation: str) -> list[str]:
    """Return a nation's away days from September 2026 on, each unbroken stretch as one text."""
    away = load_closures(nation, YEARS).away
    days = sorted(day for day in away if day >= dt.date(2026, 9, 7))
    firsts = [days[0], *(b for a, b in pairwise(days) if b - a > DAY or away[a] != away[b])]
    lasts = [*(a for a, b in pairwise(days) if b - a > DAY or away[a] != away[b]), days[-1]]
    return [f"{away[a]}: {a} to {b}" for a, b in zip(firsts, lasts, strict=True)]


CHRISTMAS = "Christmas break: 2026-12-21 to 2027-01-04"
MAY = "May half-term: 2027-05-31 to 2027-06-04"
SUMMER = "Summer break: 2027-07-12 to 2027-09-05"
AUTUMN = "Autumn half-term: 2027-10-25 to 2027-10-29"
NEXT_CHRISTMAS = "Christmas break: 2027-12-21 to 2027-12-31"


def test_england_is_away_in_its_half_terms_and_breaks() -> None:
    assert stretches("england") == [
        "Autumn half-term: 2026-10-26 to 2026-10-30",
        CHRISTMAS,
        "February half-term: 2027-02-15 to 2027-02-19",
        "Easter break: 2027-03-26 to 2027-04-09",
        MAY,
        SUMMER,
        AUTUMN,
        NEXT_CHRISTMAS,
    ]


def test_wales_has_its_own_february_and_easter() -> None:
    assert stretches("wales") == [
        "Autumn half-term: 2026-10-26 to 2026-10-30",
        CHRISTMAS,
        "February half-term: 2027-02-08 to 2027-02-12",
        "Easter break: 2027-03-20 to 2027-04-04",
        MAY,
        SUMMER,
        AUTUMN,
        NEXT_CHRISTMAS,
    ]


def test_scotland_has_its_own_october_february_and_easter_beside_englands_breaks() -> None:
    assert stretches("scotland") == [
        "October break: 2026-10-12 to 2026-10-16",
        "Autumn half-term: 2026-10-26 to 2026-10-30",
        CHRISTMAS,
        "February break: 2027-02-08 to 2027-02-17",
        "Easter break: 2027-03-26 to 2027-04-16",
        MAY,
        SUMMER,
        AUTUMN,
        NEXT_CHRISTMAS,
    ]


def test_northern_ireland_has_its_own_mid_terms_and_easter_beside_englands_breaks() -> None:
    assert stretches("northern-ireland") == [
        "Autumn half-term: 2026-10-26 to 2026-10-28",
        "Mid-term break: 2026-10-29 to 2026-10-30",
        CHRISTMAS,
        "February mid-term break: 2027-02-11 to 2027-02-12",
        "Easter break: 2027-03-25 to 2027-04-02",
        MAY,
        SUMMER,
        AUTUMN,
        NEXT_CHRISTMAS,
    ]


def test_summer_lasts_from_julys_second_monday_to_the_sunday_before_septembers_first() -> None:
    years = range(2024, 2032)
    away = load_closures("england", years).away
    for year in years:
        days = [d for d, name in away.items() if d.year == year and name == "Summer break"]
        first, last = min(days), max(days)
        assert (first.month, first.weekday(), (first.day - 1) // 7) == (7, 0, 1)
        following = last + DAY
        assert (following.month, following.weekday(), (following.day - 1) // 7) == (9, 0, 0)


@pytest.mark.parametrize("nation", NATIONS)
def test_nobody_teaches_from_junes_last_monday_until_the_summer_break_ends(nation: str) -> None:
    found = load_closures(nation, range(2026, 2029)).not_teaching
    assert set(found.values()) == {"Teaching has ended"}
    for first, last in (
        (dt.date(2026, 6, 29), dt.date(2026, 9, 6)),
        (dt.date(2027, 6, 28), dt.date(2027, 9, 5)),
        (dt.date(2028, 6, 26), dt.date(2028, 9, 3)),
    ):
        days = [day for day in found if day.year == first.year]
        assert (min(days), max(days), len(days)) == (first, last, (last - first).days + 1)


def test_christmas_begun_in_the_year_before_is_in_the_year_asked_for() -> None:
    away = load_closures("england", [2027]).away
    assert {day for day in away if day.month == 1} == {dt.date(2027, 1, d) for d in range(1, 5)}


def test_bank_holidays_are_the_nations_own_with_their_substitutes() -> None:
    own = {
        nation: {str(d) for d in load_closures(nation, [2027]).closed if d.weekday() < 5}
        for nation in NATIONS
    }
    everywhere = set.intersection(*own.values())
    assert sorted(everywhere) == [
        "2027-01-01",
        "2027-03-26",
        "2027-05-03",
        "2027-05-31",
        "2027-12-27",  # Christmas Day is a Saturday, Boxing Day a Sunday
        "2027-12-28",
    ]
    assert {nation: sorted(days - everywhere) for nation, days in own.items()} == {
        "england": ["2027-03-29", "2027-08-30"],
        "wales": ["2027-03-29", "2027-08-30"],
        "scotland": ["2027-01-04", "2027-08-02", "2027-11-30"],
        "northern-ireland": ["2027-03-17", "2027-03-29", "2027-07-12", "2027-08-30"],
    }


def test_a_bank_holiday_has_its_name() -> None:
    assert load_closures("scotland", YEARS).closed[dt.date(2026, 11, 30)] == "Saint Andrew's Day"


def test_half_terms_are_known_until_the_day_that_the_file_says() -> None:
    assert {nation: str(load_closures(nation, YEARS).known_until) for nation in NATIONS} == {
        "england": "2027-12-31",
        "wales": "2027-12-31",
        "scotland": "2027-09-30",
        "northern-ireland": "2027-09-30",
    }


def test_without_years_there_are_no_days() -> None:
    closures = load_closures("england", [])
    assert (dict(closures.closed), dict(closures.away)) == ({}, {})
    assert dict(closures.not_teaching) == {}


def test_closures_cannot_be_changed() -> None:
    closures = load_closures("england", YEARS)
    with pytest.raises(TypeError):
        closures.closed[dt.date(2027, 1, 5)] = "snow"  # type: ignore[index]
