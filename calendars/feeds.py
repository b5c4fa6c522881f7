"""Feeds: the calendars that people subscribe to. The same calendar gives the same bytes."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Final

from icalendar import vDuration
from icalendar.parser import Contentline

from calendars.components import LONDON, Text, calendar, written
from calendars.events import Calendar

#: What a feed is served as: it holds no METHOD, and so this names none.
CONTENT_TYPE: Final = "text/calendar; charset=utf-8"


#: How every calendar ends, after its events.
_END: Final = b"END:VCALENDAR\r\n"


def feed(of: Calendar) -> bytes:
    """Return *of* as an iCalendar stream in UTF-8, with CRLF and lines of at most 75 octets.

    Events come in order of start and UID. Nothing in the bytes tells when they were written.
    """
    events = sorted(of.events, key=lambda event: (event.starts_at, event.uid))
    head = _head(of.name, of.description, of.refresh)
    parts = [written(event, of.organizer) for event in events]
    return b"".join((head, _source(of.source), LONDON, *parts, _END))


@lru_cache(maxsize=64)
def _head(name: str, description: str, refresh: dt.timedelta) -> bytes:
    """Return how a calendar begins; those of all people of a cohort begin alike."""
    made = calendar()
    for key in ("name", "x-wr-calname"):
        made[key] = Text(name)
    for key in ("description", "x-wr-caldesc"):
        made[key] = Text(description)
    hint = vDuration(refresh)
    hint.params["VALUE"] = "DURATION"
    made["refresh-interval"] = hint
    made["x-published-ttl"] = vDuration(refresh)
    return bytes(made.to_ical()).removesuffix(_END)


def _source(address: str | None) -> bytes:
    if address is None:
        return b""
    line = Contentline(f"SOURCE;VALUE=URI:{address}")  # type: ignore[no-untyped-call]
    return bytes(line.to_ical()) + b"\r\n"  # type: ignore[no-untyped-call]
