"""Invitations: the calendar entry inside an e-mail, for those who chose that over a subscription.

What the entry says is pinned with the context, and its bytes once it is known whom the e-mail
goes to: the address on the envelope is the one that is invited, and a redirected e-mail names
nobody else's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from ats.feeds.events import organizer, webinar_event
from ats.outbox.address import ascii_domain
from ats.planning.timeline import Timeline
from calendars.events import Event
from calendars.invitations import content_type, invitation

if TYPE_CHECKING:
    from ats.outbox.compose import Line


def entry(
    lines: Sequence[Line], timeline: Timeline, *, now: dt.datetime, trial: bool
) -> dict[str, Any] | None:
    """Return the one entry that these lines hold as JSON, or None.

    In a trial its title says so, for it stays in a calendar when the e-mail is long forgotten.
    """
    carries = timeline.tellings.carries_entry
    subjects = {one.occurrence.subject for one in lines if carries(one.occurrence, one.person)}
    if len(subjects) != 1:
        return None
    event = webinar_event(timeline.webinars[str(subjects.pop())], timeline)
    if trial:
        event = replace(event, title=f"TRIAL: {event.title}")
    moments = ("revised_at", "starts_at", "ends_at")
    told = asdict(event) | {name: _text(getattr(event, name)) for name in moments}
    return {"event": told | {"alarms": []}, "stamped_at": _text(now)}


def pinned(entry: Mapping[str, Any], *, sender: str, attendee: str) -> dict[str, str]:
    """Return the type and text of the part of an e-mail that invites *attendee* to the entry."""
    told = entry["event"]
    moments = ("revised_at", "starts_at", "ends_at")
    event = Event(
        **{
            **told,
            **{name: dt.datetime.fromisoformat(told[name]) for name in moments},
            "categories": tuple(told["categories"]),
            "alarms": (),
        }
    )
    data = invitation(
        event,
        organizer(sender),
        attendee=ascii_domain(attendee),
        stamped_at=dt.datetime.fromisoformat(entry["stamped_at"]),
    )
    return {"type": content_type(event), "text": data.decode()}


def _text(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None
