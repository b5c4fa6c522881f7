"""Invitations: one event to one person, as mail programs understand it (iMIP, RFC 6047)."""

from __future__ import annotations

from typing import Final, Literal

from icalendar import vCalAddress

from calendars.components import calendar, clock, component
from calendars.events import Event, Organizer, refuse_unless_one_word

Method = Literal["REQUEST", "CANCEL"]
#: What the file beside an invitation is called.
FILE_NAME: Final = "invite.ics"


def method_of(event: Event) -> Method:
    """Return what an invitation to this event asks for: to note it, or to strike it out."""
    return "CANCEL" if event.is_cancelled else "REQUEST"


def content_type(event: Event) -> str:
    """Return the Content-Type of the part that holds the invitation; it names the same method."""
    return f"text/calendar; charset=utf-8; method={method_of(event)}"


def invitation(event: Event, organizer: Organizer, *, attendee: str) -> bytes:
    """Return the invitation of the person at this address to *event*, or its cancellation.

    No answer is asked for, nobody else is named, and the address is all that is said of them.
    """
    refuse_unless_one_word("address that is invited", attendee)
    made = calendar(method=method_of(event))
    invited = component(event, organizer)
    address = vCalAddress(f"mailto:{attendee}")
    address.params["CUTYPE"] = "INDIVIDUAL"
    address.params["ROLE"] = "OPT-PARTICIPANT"
    address.params["PARTSTAT"] = "NEEDS-ACTION"
    address.params["RSVP"] = "FALSE"
    invited["attendee"] = address
    made.add_component(clock())
    made.add_component(invited)
    return bytes(made.to_ical())
