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
from ats.planning.rules import INVITATIONS_CHOSEN, WEBINAR_CANCELLED, WEBINAR_MOVED
from ats.planning.timeline import Timeline
from calendars.events import Event
from calendars.invitations import content_type, invitation

if TYPE_CHECKING:
    from ats.outbox.compose import Line

#: What is told of a webinar in these e-mails is an entry of its recipient's calendar, too.
_NEWS = (INVITATIONS_CHOSEN, WEBINAR_MOVED, WEBINAR_CANCELLED)


def holds_entry(line: Line, timeline: Timeline) -> bool:
    """Say whether an e-mail with this line holds its webinar as an entry for the calendar.

    The reminder with the joining link does where the entry that its recipient has is older than
    what the webinar is now, as it is when the link was not known before.
    """
    o, person = line.occurrence, line.person
    if o.rule.for_each != "webinar" or person.invitations_since(o.recipient) is None:
        return False
    if o.rule.anchor in _NEWS:
        return True
    if not o.rule.needs_join_link or o.subject is None:
        return False
    webinar = timeline.webinars[o.subject]
    entered_at = timeline.tellings.entered_at(person, o.recipient, webinar.key)
    return entered_at is None or webinar.revised_at is None or webinar.revised_at >= entered_at


def entry(
    lines: Sequence[Line], timeline: Timeline, *, now: dt.datetime, trial: bool
) -> dict[str, Any] | None:
    """Return the one entry that these lines hold as JSON, or None.

    In a trial its title says so, for it stays in a calendar when the e-mail is long forgotten.
    """
    subjects = {line.occurrence.subject for line in lines if holds_entry(line, timeline)}
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
