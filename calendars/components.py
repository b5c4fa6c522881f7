"""From our events to iCalendar components: what feeds and invitations have in common."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import icalendar
from icalendar import Alarm, Timezone, vCalAddress, vCategory, vText, vUri

from calendars.events import Event, Organizer

PRODUCT: Final = "-//ATS engine//Calendars//EN"
ZONE: Final = ZoneInfo("Europe/London")
_CANCELLED: Final = "CANCELLED: "
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# By rule, for ever: a list of dates is read one hour early by several programs (in winter).
LONDON: Final = b"""\
BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:DAYLIGHT
DTSTART:19700329T010000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
""".replace(b"\n", b"\r\n")
# What written() puts a UID in place of; a text cannot hold it, for a line end in one is escaped.
_ANY_UID: Final = "any"
_UID_LINE: Final = b"\r\nUID:any\r\n"
_PLAIN_UID: Final = re.compile(r"[A-Za-z0-9@._/-]{1,70}")


def calendar(*, method: str | None = None) -> icalendar.Calendar:
    """Return an empty calendar; it has no UID, for it is no single item."""
    made = icalendar.Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    if method is not None:
        made.add("method", method)
    return made


def clock() -> Timezone:
    """Return London's clock, which every calendar brings with it."""
    made = Timezone.from_ical(LONDON)
    assert isinstance(made, Timezone)
    return made


def component(event: Event, organizer: Organizer) -> icalendar.Event:
    """Return *event* as a VEVENT, its times as London's clock shows them."""
    made = icalendar.Event()
    made.add("uid", event.uid)
    made.add("sequence", event.sequence)
    for name in ("dtstamp", "last-modified"):
        made.add(name, event.revised_at.astimezone(dt.UTC).replace(microsecond=0))
    zone = _zone(event)
    made.add("dtstart", event.starts_at.astimezone(zone))
    if event.ends_at is not None:
        made.add("dtend", event.ends_at.astimezone(zone))
    made.add("summary", Text(_CANCELLED + event.title if event.is_cancelled else event.title))
    made.add("status", event.status.upper())
    made.add("transp", "OPAQUE" if event.is_busy and not event.is_cancelled else "TRANSPARENT")
    made["organizer"] = _organizer(organizer)
    for name, value in (("description", event.description), ("location", event.location)):
        if value:
            made.add(name, Text(value))
    if event.categories:
        made["categories"] = _categories(event.categories)
    if event.url:
        made.add("url", event.url)
    if event.join_url and not event.is_cancelled:
        made["conference"] = _conference(event.join_url)
    if not event.is_cancelled:
        for before in event.alarms:
            made.add_component(_alarm(before, event.title))
    return made


def written(event: Event, organizer: Organizer) -> bytes:
    """Return *event* as the bytes of its VEVENT.

    Hundreds of people have the same events, deadlines under UIDs of their own: what is alike is
    written once (in a hundredth of the time).
    """
    if not _PLAIN_UID.fullmatch(event.uid):
        return bytes(component(event, organizer).to_ical())
    before, after = _around_uid(replace(event, uid=_ANY_UID), organizer)
    return b"%s\r\nUID:%s\r\n%s" % (before, event.uid.encode(), after)


@lru_cache(maxsize=2048)
def _around_uid(event: Event, organizer: Organizer) -> tuple[bytes, bytes]:
    before, _, after = component(event, organizer).to_ical().partition(_UID_LINE)
    return before, after


class Text(vText):
    """A plain text that is read back as it is: to vText, a backslash before N is a line end."""

    __slots__ = ()

    def __new__(cls, value: str) -> Text:
        return super().__new__(cls, plain(value))

    def to_ical(self) -> bytes:
        return rb"\\N".join(vText(part).to_ical() for part in self.split(r"\N"))


def plain(text: str) -> str:
    """Return *text* without control characters but line ends: no program is to trip over one."""
    return _CONTROL.sub(" ", text.replace("\r\n", "\n"))


def _zone(event: Event) -> dt.tzinfo:
    """Return the clock to tell the event's times by: UTC in the hour that autumn repeats.

    There programs disagree which of the two is meant.
    """
    moments = (event.starts_at, event.ends_at or event.starts_at)
    return dt.UTC if any(map(_is_shown_twice, moments)) else ZONE


def _is_shown_twice(moment: dt.datetime) -> bool:
    local = moment.astimezone(ZONE)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _organizer(organizer: Organizer) -> vCalAddress:
    address = vCalAddress(f"mailto:{organizer.address}")
    address.params["CN"] = plain(organizer.name)
    return address


def _categories(names: Sequence[str]) -> vCategory:
    made = vCategory([])
    made.cats = [Text(name) for name in names]  # given to it at once, they become vTexts
    return made


def _conference(url: str) -> vUri:
    link = vUri(url)
    link.params["VALUE"] = "URI"
    link.params["FEATURE"] = "VIDEO"
    link.params["LABEL"] = "Join the webinar"
    return link


def _alarm(before: dt.timedelta, title: str) -> Alarm:
    made = Alarm()
    made.add("action", "DISPLAY")
    made.add("description", Text(title))
    made.add("trigger", -before)
    return made
