"""The plain list of dates: in order, on London's clocks, and saying what is not as it was."""

from __future__ import annotations

import datetime as dt
from typing import Any

from calendars.events import Event
from web.dates import Dates, Line, dates

NOON = dt.datetime(2026, 10, 24, 12, 0, tzinfo=dt.UTC)


def event(starts: str, *, minutes: int | None = 60, **values: Any) -> Event:
    starts_at = dt.datetime.fromisoformat(starts).replace(tzinfo=dt.UTC)
    ends_at = starts_at + dt.timedelta(minutes=minutes) if minutes else None
    given = {"uid": starts, "title": "A", "sequence": 0, "revised_at": NOON, **values}
    return Event(starts_at=starts_at, ends_at=ends_at, **given)


def test_both_sides_of_the_clock_change_are_told_as_the_wall_shows_them() -> None:
    found = dates([event("2026-10-26T16:30"), event("2026-10-24T15:30", minutes=None)], now=NOON)

    assert found == Dates(
        coming=(
            Line("2026-10-24T16:30+01:00", "Saturday 24 October 2026, 16:30", "A"),
            Line("2026-10-26T16:30+00:00", "Monday 26 October 2026, 16:30–17:30", "A"),
        ),
        past=(),
    )


def test_what_is_under_way_is_to_come_and_the_newest_of_the_past_is_first() -> None:
    events = [event(f"2026-10-24T{hour}:30") for hour in ("09", "10", "11")]
    events += [event("2026-10-24T12:00", minutes=None)]

    found = dates(events, now=NOON)

    assert [line.machine[11:16] for line in found.coming] == ["12:30"]
    assert [line.machine[11:16] for line in found.past] == ["13:00", "11:30", "10:30"]


def test_what_is_cancelled_or_not_certain_says_so_and_leads_nowhere_or_on() -> None:
    join = {"url": "https://m.example/", "join_url": "https://m.example/"}
    recording = {"url": "https://r.example/", "join_url": "https://m.example/"}
    events = [
        event("2026-10-24T09:00", **recording),
        event("2026-10-24T08:00", **join),
        event("2026-10-25T01:00", status="cancelled", **join),
        event("2026-10-25T02:00", status="tentative", **join),
        event("2026-10-25T03:00", **recording),
    ]

    found = dates(events, now=NOON)

    assert [(line.link, line.link_text) for line in found.past] == [
        ("https://r.example/", "Watch the recording"),
        (None, ""),
    ]
    assert [(line.note, line.link, line.link_text) for line in found.coming] == [
        ("Cancelled: it does not take place.", None, ""),
        ("Not certain yet.", "https://m.example/", "Join"),
        ("", "https://r.example/", "Watch the recording"),
    ]
