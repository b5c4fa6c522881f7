"""Feeds: from the records to the calendars that people subscribe to.

One for each cohort and audience, with its webinars; one for each person, with their webinars and
their own deadlines. No event names anybody.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import NotFound
from ats.office import Office
from ats.planning.facts import Participant, WebinarFact
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.records import models as m
from calendars.events import Calendar, Event, Organizer
from config.programme import Milestone

AUDIENCES = ("participants", "mentors")
#: How long a cancelled webinar is still shown struck out, after the day it was to be on.
CANCELLED_SHOWN = dt.timedelta(days=30)
#: How long before an event the calendar of somebody who wants that reminds them.
WEBINAR_ALARMS = (dt.timedelta(minutes=15),)
DEADLINE_ALARMS = (dt.timedelta(days=7), dt.timedelta(days=1))
_ONLINE = "Online"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose feed it is: a cohort's for an audience, or that of one ref."""

    name: str  # "2026-10/participants", "P0017"
    generation: int = 1  # of its links
    alarms: bool = False


class Feeds:
    """Makes feeds from the records at one moment. Writes nothing."""

    def __init__(self, office: Office, session: Session, *, now: dt.datetime) -> None:
        self._office = office
        self._session = session
        self._now = now
        self._organizer = organizer(office.letterhead.sender)

    def of_cohort(self, code: str, audience: str) -> Calendar:
        """Return the webinars of a cohort for an audience. Raises NotFound."""
        cohort = gather.cohort_named(self._session, code)
        timeline = self._timeline(cohort)
        short = timeline.programme.short
        suffix = " for mentors" if audience == "mentors" else ""
        return Calendar(
            name=f"{short} webinars{suffix}, {code}",
            description=f"The webinars{suffix} of {timeline.programme.title}, cohort {code}.",
            organizer=self._organizer,
            events=tuple(self._webinars(cohort, timeline, audience, alarms=())),
            source=self._source(self.whose_cohort(cohort, audience)),
        )

    def of_person(self, ref: str) -> Calendar:
        """Return somebody's webinars and own deadlines. Raises NotFound for an unknown ref.

        Who has left keeps what is past.
        """
        role = self.role(ref)
        whose = self.whose_role(role)
        events: dict[str, Event] = {}
        short = ""
        for cohort, people in self._years(role):
            timeline = self._timeline(cohort)
            short = timeline.programme.short
            for event in self._year(role, cohort, timeline, people, alarms=whose.alarms):
                events.setdefault(event.uid, event)
        what = "webinars for mentors" if role.kind == "mentor" else "year: webinars and deadlines"
        return Calendar(
            name=f"My {short} {what}".replace("  ", " "),
            description="Changes show by themselves; some calendars take a day to notice.",
            organizer=self._organizer,
            events=tuple(events.values()),
            source=self._source(whose),
        )

    # -- whose -----------------------------------------------------------------------------

    def whose_cohort(self, cohort: m.Cohort, audience: str) -> Whose:
        """Return how the feed of a cohort and audience stands."""
        standing = self._session.execute(
            select(m.Feed).where(
                col(m.Feed.cohort_id) == cohort.id, col(m.Feed.audience) == audience
            )
        ).scalar()
        return Whose(f"{cohort.code}/{audience}", standing.generation if standing else 1)

    def whose_role(self, role: m.Role) -> Whose:
        """Return how the feed of a person stands."""
        standing = self._session.execute(
            select(m.Feed).where(col(m.Feed.role_id) == role.id)
        ).scalar()
        if standing is None:
            return Whose(role.ref)
        return Whose(role.ref, standing.generation, standing.alarms)

    def role(self, ref: str) -> m.Role:
        """Return the role of a ref. Raises NotFound."""
        role: m.Role | None = self._session.execute(
            select(m.Role).where(col(m.Role.ref) == ref)
        ).scalar()
        if role is None:
            raise NotFound(f"Nobody has the ref {ref}; `ats person find` looks for a name.")
        return role

    def _years(self, role: m.Role) -> Iterator[tuple[m.Cohort, list[Participant]]]:
        """Yield the cohorts that somebody takes part in or mentors in, with whom that is about."""
        e, s = m.Enrolment, m.Mentorship
        if role.kind == "mentor":
            about: Any = select(col(s.enrolment_id)).where(
                col(s.role_id) == role.id, col(s.accepted_at).is_not(None)
            )
        else:
            about = select(col(e.id)).where(col(e.role_id) == role.id)
        cohorts = self._session.execute(
            select(m.Cohort)
            .where(col(m.Cohort.id).in_(select(col(e.cohort_id)).where(col(e.id).in_(about))))
            .order_by(col(m.Cohort.starts), col(m.Cohort.code))
        ).scalars()
        for cohort in cohorts.all():
            assert cohort.id is not None
            yield cohort, gather.everybody(self._session, cohort.id, col(e.id).in_(about))

    # -- events ----------------------------------------------------------------------------

    def _year(
        self,
        role: m.Role,
        cohort: m.Cohort,
        timeline: Timeline,
        people: Iterable[Participant],
        *,
        alarms: bool,
    ) -> Iterator[Event]:
        audience = "mentors" if role.kind == "mentor" else "participants"
        people = list(people)
        remains = any(_takes_part(person, role) for person in people)
        reminders = WEBINAR_ALARMS if alarms else ()
        for event in self._webinars(cohort, timeline, audience, alarms=reminders):
            if remains or event.starts_at <= self._now:
                yield event
        if audience == "participants":
            for person in people:
                yield from self._deadlines(cohort, timeline, person, alarms=alarms)

    def _webinars(
        self,
        cohort: m.Cohort,
        timeline: Timeline,
        audience: str,
        *,
        alarms: tuple[dt.timedelta, ...],
    ) -> Iterator[Event]:
        webinars = self._session.execute(
            select(m.Webinar)
            .where(col(m.Webinar.cohort_id) == cohort.id, col(m.Webinar.audience) == audience)
            .order_by(col(m.Webinar.starts_at), col(m.Webinar.key))
        ).scalars()
        for webinar in webinars:
            is_old = self._now - webinar.starts_at >= CANCELLED_SHOWN
            if not (webinar.status == "cancelled" and is_old):
                yield webinar_event(webinar, timeline, alarms)

    def _deadlines(
        self, cohort: m.Cohort, timeline: Timeline, person: Participant, *, alarms: bool
    ) -> Iterator[Event]:
        """Yield somebody's own deadlines, with what staff have moved."""
        revised_at, sequence = self._revision(cohort, person)
        for milestone in timeline.programme.milestones:
            due = timeline.due(milestone.key, person)
            if due is None or milestone.whose != "participant":
                continue
            if (person.status == "active" and not person.silenced) or due <= self._now:
                yield Event(
                    uid=_deadline_uid(cohort, person, milestone),
                    sequence=sequence,
                    revised_at=revised_at,
                    starts_at=due,
                    title=f"{timeline.programme.short} due: {milestone.title}",
                    description=(
                        f"{milestone.title} is due by {due.astimezone(timeline.zone):%H:%M}, "
                        "UK time. If you need more time, write to us before then."
                    ),
                    categories=(timeline.programme.short, "Deadline"),
                    is_busy=False,
                    alarms=DEADLINE_ALARMS if alarms else (),
                )

    def _revision(self, cohort: m.Cohort, person: Participant) -> tuple[dt.datetime, int]:
        """Return when, and how often, staff changed this person's dates."""
        o = m.Overlay
        changes = self._session.execute(
            select(col(o.recorded_at), col(o.revoked_at)).where(
                col(o.enrolment_id) == person.id, col(o.kind).in_(("extension", "pause"))
            )
        )
        moments = [moment for change in changes for moment in change if moment is not None]
        return max([person.accepted_at, cohort.created_at, *moments]), len(moments)

    # -- the rest --------------------------------------------------------------------------

    def _timeline(self, cohort: m.Cohort) -> Timeline:
        facts = gather.cohort_facts(self._session, cohort)
        return self._office.timeline(self._office.programme_named(cohort.programme), facts)

    def _source(self, whose: Whose) -> str | None:
        links = self._office.links
        return links.calendar_file(whose.name, whose.generation) if links else None


def webinar_event(
    webinar: m.Webinar | WebinarFact, timeline: Timeline, alarms: tuple[dt.timedelta, ...] = ()
) -> Event:
    """Return a webinar as calendars show it, whether it is subscribed to or comes by e-mail."""
    assert webinar.revised_at is not None
    plan, short = timeline.programme.webinar(webinar.key), timeline.programme.short
    cancelled = webinar.status == "cancelled"
    join_url = None if cancelled else webinar.join_url
    said = [plan.about]
    if cancelled:
        said.append("This webinar does not take place.")
    else:
        if plan.prepare:
            said.append("Beforehand, if you can:\n" + "\n".join(f"- {it}" for it in plan.prepare))
        if webinar.recording_url:
            said.append(f"Recording: {webinar.recording_url}")
        elif join_url:
            said.append(f"Join: {join_url}")
        else:
            said.append("The joining link comes by e-mail before it starts, and then stands here.")
    return Event(
        uid=webinar.uid,
        sequence=webinar.sequence,
        revised_at=webinar.revised_at,
        starts_at=webinar.starts_at,
        ends_at=webinar.starts_at + dt.timedelta(minutes=webinar.minutes),
        title=f"{short} webinar: {plan.title}",
        description="\n\n".join(said),
        location=join_url or _ONLINE,
        url=webinar.recording_url or join_url,
        join_url=join_url,
        status=webinar.status,  # type: ignore[arg-type]
        categories=(short, "Webinar"),
        alarms=alarms,
    )


def _takes_part(person: Participant, role: m.Role) -> bool:
    if person.status != "active" or person.silenced:
        return False
    standing = person.mentorship
    return role.kind != "mentor" or (standing is not None and standing.ref == role.ref)


def _deadline_uid(cohort: m.Cohort, person: Participant, milestone: Milestone) -> str:
    """Return an identity that is this deadline's for ever, and tells nothing."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{cohort.created_at}/{person.ref}/{milestone.key}"))


def organizer(sender: str) -> Organizer:
    """Return who invites to webinars: the sender ("Name <address>") of our e-mails."""
    name, address = parseaddr(sender)
    return Organizer(name or address, address)
