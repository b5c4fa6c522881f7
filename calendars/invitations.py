"""Invitations: one event to one person, as mail programs understand it (iMIP, RFC 6047)."""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal
from urllib.parse import quote

from icalendar import vCalAddress

from calendars.components import calendar, clock, component
from calendars.events import Event, Organizer, refuse_unless_one_word

Method = Literal["REQUEST", "CANCEL"]
#: What the file beside an invitation is called.
FILE_NAME: Final = "invite.ics"
# What an address may hold as it is after mailto: (RFC 6068, 2); %, ? and # would end it.
_AS_IT_IS: Final = "@!$&'*+/=^_`{|}~"


def method_of(event: Event) -> Method:
    """Return what an invitation to this event asks for: to note it, or to strike it out."""
    return "CANCEL" if event.is_cancelled else "REQUEST"


def content_type(event: Event) -> str:
    """Return the Content-Type of the part that holds the invitation; it names the same method."""
    return f"text/calendar; charset=utf-8; method={method_of(event)}"


def invitation(
    event: Event, organizer: Organizer, *, attendee: str, stamped_at: dt.datetime | None = None
) -> bytes:
    """Return the invitation of the person at this address to *event*, or its cancellation.

    No answer is asked for, nobody else is named, and the address is all that is said of them.
    `stamped_at`, by default its revision, tells it from earlier ones of the same SEQUENCE: the
    later one holds (RFC 5546, 2.1.5).
    """
    refuse_unless_one_word("address that is invited", attendee)
    made = calendar(method=method_of(event))
    invited = component(event, organizer)
    if stamped_at is not None:
        del invited["dtstamp"]
        invited.add("dtstamp", stamped_at.astimezone(dt.UTC).replace(microsecond=0))
    address = vCalAddress(f"mailto:{quote(attendee, safe=_AS_IT_IS)}")
    address.params["CUTYPE"] = "INDIVIDUAL"
    address.params["ROLE"] = "OPT-PARTICIPANT"
    address.params["PARTSTAT"] = "NEEDS-ACTION"
    address.params["RSVP"] = "FALSE"
    invited["attendee"] = address
    made.add_component(clock())
    made.add_component(invited)
    return bytes(made.to_ical())
