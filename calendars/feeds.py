"""Feeds: the calendars that people subscribe to. The same calendar gives the same bytes."""

from __future__ import annotations

from typing import Final

from icalendar import vDuration, vText, vUri

from calendars.components import calendar, component, plain
from calendars.events import Calendar

#: What a feed is served as: it holds no METHOD, and so this names none.
CONTENT_TYPE: Final = "text/calendar; charset=utf-8"


def feed(of: Calendar) -> bytes:
    """Return *of* as an iCalendar stream in UTF-8, with CRLF and lines of at most 75 octets.

    Events come in order of start and UID. Nothing in the bytes tells when they were written.
    Raises ValueError when two events have one UID.
    """
    if len({event.uid for event in of.events}) < len(of.events):
        raise ValueError("Two events of a feed have the same UID.")
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
    for event in sorted(of.events, key=lambda event: (event.starts_at, event.uid)):
        made.add_component(component(event, of.organizer))
    return bytes(made.to_ical())
