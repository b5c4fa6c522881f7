"""When a tick is missed: by day, an hour after the last, while there are cohorts to tick for."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from ats.checks.watch import tick_is_missed

LONDON = ZoneInfo("Europe/London")
LONG_AGO = "2026-09-01 10:00"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LONDON)


def missed(last: str | None, now: str, since: str = LONG_AGO) -> bool:
    then = None if last is None else at(last)
    return tick_is_missed(then, since=at(since), now=at(now), zone=LONDON)


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        ("2026-10-03 10:01", "2026-10-03 11:00", False),
        ("2026-10-03 10:00", "2026-10-03 11:00", False),
        ("2026-10-03 09:59", "2026-10-03 11:00", True),
        (None, "2026-10-03 11:00", True),
        ("2026-10-02 19:50", "2026-10-03 03:00", False),  # none comes at night
        ("2026-10-02 19:50", "2026-10-03 07:59", False),
        ("2026-10-02 19:50", "2026-10-03 08:00", True),
        ("2026-10-03 19:40", "2026-10-03 20:45", True),
        ("2026-10-03 19:50", "2026-10-03 20:45", False),
        ("2026-10-03 19:50", "2026-10-03 20:55", False),  # the last has come
        ("2026-10-03 12:00", "2026-10-03 20:46", False),
        ("2026-10-25 06:50", "2026-10-25 08:00", True),  # after the night of 25 hours
        ("2027-03-28 07:00", "2027-03-28 08:00", False),  # and after that of 23
    ],
)
def test_a_tick_that_did_not_come_for_an_hour_is_missed_by_day(
    last: str | None, now: str, expected: bool
) -> None:
    assert missed(last, now) is expected


def test_who_has_just_begun_waits_an_hour_for_the_first_tick() -> None:
    began = "2026-10-03 10:00"
    assert not missed("2026-10-01 10:00", "2026-10-03 11:00", began)
    assert missed("2026-10-01 10:00", "2026-10-03 11:01", began)
    assert not missed(None, "2026-10-03 11:00", began)
