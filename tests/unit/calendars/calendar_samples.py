"""Events and calendars as tests of their bytes want them."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from calendars.events import Calendar, Event, Organizer

LONDON = ZoneInfo("Europe/London")
TEAM = Organizer("ATS programme team", "ats@provider.example")
REVISED = dt.datetime(2026, 9, 1, 10, 0, tzinfo=LONDON)


def event(uid: str = "6f1c", **values: Any) -> Event:
    """A webinar of an hour on 14 October 2026, at 16:30 in London."""
    begins = dt.datetime(2026, 10, 14, 16, 30, tzinfo=LONDON)
    usual: dict[str, Any] = {
        "sequence": 0,
        "revised_at": REVISED,
        "starts_at": begins,
        "ends_at": begins + dt.timedelta(hours=1),
        "title": "ATS webinar: Welcome",
        "categories": ("ATS", "Webinar"),
    }
    return Event(uid=uid, **{**usual, **values})


def calendar(*events: Event, **values: Any) -> Calendar:
    usual: dict[str, Any] = {
        "name": "ATS webinars, 2026-10",
        "description": "The webinars of cohort 2026-10.",
        "organizer": TEAM,
        "source": "https://ats.example/calendars/x.ics",
    }
    return Calendar(events=events, **{**usual, **values})


def lines_of(data: bytes) -> list[str]:
    """Return the unfolded lines."""
    return data.replace(b"\r\n ", b"").decode("utf-8").removesuffix("\r\n").split("\r\n")


def values_of(data: bytes, name: str) -> list[str]:
    """Return what every line of this property says, after its parameters."""
    return [
        line.partition(":")[2]
        for line in lines_of(data)
        if line.partition(":")[0].partition(";")[0] == name
    ]
