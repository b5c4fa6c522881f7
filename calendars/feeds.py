"""Feeds: the calendars that people subscribe to. The same calendar gives the same bytes."""

from __future__ import annotations

from typing import Final

from icalendar import vDuration, vText, vUri

from calendars.components import LONDON, calendar, plain, written
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
    parts = [written(event, of.organizer) for event in events]
    return b"".join((_head(of), LONDON, *parts, _END))


def _head(of: Calendar) -> bytes:
    """Return how *of* begins: what is said of the whole calendar."""
    made = calendar()
    for name in ("name", "x-wr-calname"):
        made[name] = vText(plain(of.name))
    for name in ("description", "x-wr-caldesc"):
        made[name] = vText(plain(of.description))
    refresh = vDuration(of.refresh)
    refresh.params["VALUE"] = "DURATION"
    made["refresh-interval"] = refresh
    made["x-published-ttl"] = vDuration(of.refresh)
    if of.source is not None:
        source = vUri(of.source)
        source.params["VALUE"] = "URI"
        made["source"] = source
    return bytes(made.to_ical()).removesuffix(_END)
