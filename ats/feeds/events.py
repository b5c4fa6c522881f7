"""From a webinar or a deadline to the event that calendars show. No event names anybody."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parseaddr

from ats.planning.facts import Participant, WebinarFact
from ats.planning.timeline import Timeline
from ats.records import models as m
from calendars.events import Event, Organizer
from config.programme import Milestone

#: How long before an event the calendar of somebody who wants that reminds them.
WEBINAR_ALARMS = (dt.timedelta(minutes=15),)
DEADLINE_ALARMS = (dt.timedelta(days=7), dt.timedelta(days=1))
_ONLINE = "Online"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline(Event):
    """Somebody's own deadline, and whose it is in the records: that shows in no calendar.

    Those of two people that show the same are alike, for what is alike is written once.
    """

    enrolment_id: int = field(compare=False)
    milestone: str = field(compare=False)


def organizer(sender: str) -> Organizer:
    """Return who invites to webinars: the sender ("Name <address>") of our e-mails."""
    name, address = parseaddr(sender)
    return Organizer(name or address, address)


def webinar_event(
    webinar: m.Webinar | WebinarFact,
    timeline: Timeline,
    *,
    alarms: tuple[dt.timedelta, ...] = (),
) -> Event:
    """Return a webinar as it stands, in feeds and invitations alike."""
    assert webinar.revised_at is not None
    plan, short = timeline.programme.webinar(webinar.key), timeline.programme.short
    join_url = None if webinar.status == "cancelled" else webinar.join_url
    return Event(
        uid=webinar.uid,
        sequence=webinar.sequence,
        revised_at=webinar.revised_at,
        starts_at=webinar.starts_at,
        ends_at=webinar.starts_at + dt.timedelta(minutes=webinar.minutes),
        title=f"{short} webinar: {plan.title}",
        description="\n\n".join(_said(webinar, plan.about, plan.prepare)),
        location=join_url or _ONLINE,
        url=webinar.recording_url or join_url,
        join_url=join_url,
        status=webinar.status,  # type: ignore[arg-type]
        categories=(short, "Webinar"),
        alarms=alarms,
    )


def _said(webinar: m.Webinar | WebinarFact, about: str, prepare: tuple[str, ...]) -> Iterator[str]:
    yield about
    if webinar.status == "cancelled":
        yield "This webinar does not take place."
        return
    if webinar.status == "tentative":
        yield "The time is not settled yet."
    if prepare:
        yield "Beforehand, if you can:\n" + "\n".join(f"- {it}" for it in prepare)
    if webinar.recording_url:
        yield f"Recording: {webinar.recording_url}"
    elif webinar.join_url:
        yield f"Join: {webinar.join_url}"
    else:
        yield "The joining link comes by e-mail before it starts, and then stands here."


def deadline_event(
    cohort: m.Cohort,
    timeline: Timeline,
    person: Participant,
    milestone: Milestone,
    due: dt.datetime,
    *,
    revision: tuple[dt.datetime, int],
    alarms: bool = False,
) -> Deadline:
    """Return somebody's own deadline. `revision`: when its date was changed, how often."""
    short = timeline.programme.short
    revised_at, sequence = revision
    return Deadline(
        enrolment_id=person.id,
        milestone=milestone.key,
        uid=_deadline_uid(cohort, person, milestone),
        sequence=sequence,
        revised_at=revised_at,
        starts_at=due,
        title=f"{short} deadline: {milestone.title}",
        description=(
            f"“{milestone.title}” is due by {due.astimezone(timeline.zone):%H:%M}, "
            "UK time. If you need more time, write to us before then."
        ),
        categories=(short, "Deadline"),
        is_busy=False,
        alarms=DEADLINE_ALARMS if alarms else (),
    )


def _deadline_uid(cohort: m.Cohort, person: Participant, milestone: Milestone) -> str:
    """Return an identity that is this deadline's for ever, and tells nothing."""
    recipe = (cohort.created_at, cohort.code, person.ref, milestone.key)
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "/".join(map(str, recipe))))
