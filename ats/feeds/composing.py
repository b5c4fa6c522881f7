"""Feeds: from the records to the calendars that people subscribe to.

One for each cohort and audience, with its webinars; one for each person, with their webinars and
their own deadlines.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from ats.feeds import records as feed_records
from ats.feeds.events import WEBINAR_ALARMS, deadline_event, organizer, webinar_event
from ats.office import Office
from ats.people import enrolled
from ats.planning.facts import Participant
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.records import models as m
from calendars.events import Calendar, Event

AUDIENCES = ("participants", "mentors")
#: How long a cancelled webinar is still shown struck out, after the day it was to be on.
CANCELLED_SHOWN = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose feed it is, a cohort's for an audience or that of one ref, and how it stands."""

    name: str  # "2026-10/participants", "P0017"
    generation: int = 1  # of its links
    alarms: bool = False
    invited_since: dt.datetime | None = None  # from then on webinars come by e-mail instead
    digest: str | None = None  # of what was published last
    revised_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class _Year:
    """A cohort's year as feeds show it, and the people whom some feeds are about."""

    cohort: m.Cohort
    timeline: Timeline
    webinars: Sequence[m.Webinar]
    people: Mapping[int, Participant] = field(default_factory=dict)  # by enrolment
    revisions: feed_records.Revisions = field(default_factory=feed_records.Revisions)


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
        year = self._year(cohort, ())
        programme = year.timeline.programme
        suffix = " for mentors" if audience == "mentors" else ""
        return Calendar(
            name=f"{programme.short} webinars{suffix}, {code}",
            description=f"The webinars{suffix} of {programme.title}, cohort {code}.",
            organizer=self._organizer,
            events=tuple(self._webinars(year, audience, alarms=())),
            source=self._source(self.whose_cohort(cohort, audience)),
        )

    def of_person(self, ref: str, *, with_invited: bool = False) -> Calendar:
        """Return somebody's webinars and own deadlines. Raises NotFound for an unknown ref.

        Who has left keeps what is past. Who is invited by e-mail has those webinars in their
        calendar already, and does not find them here unless *with_invited*.
        """
        ((_, calendar),) = self.of_people([self.role(ref)], with_invited=with_invited)
        return calendar

    def of_people(
        self, roles: Sequence[m.Role], *, with_invited: bool = False
    ) -> Iterator[tuple[Whose, Calendar]]:
        """Yield the feeds of these people, in this order; what they share is asked for once."""
        standing = self._standing(roles)
        about = feed_records.about(self._session, roles)
        enrolments = defaultdict(set)
        for mine in about.values():
            for enrolment, cohort in mine:
                enrolments[cohort].add(enrolment)
        cohorts = self._session.execute(
            select(m.Cohort)
            .where(col(m.Cohort.id).in_(enrolments))
            .order_by(col(m.Cohort.starts), col(m.Cohort.code))
        ).scalars()
        years = [self._year(cohort, enrolments[cohort.id or 0]) for cohort in cohorts.all()]
        for role in roles:
            assert role.id is not None
            whose = standing[role.id]
            shown = replace(whose, invited_since=None) if with_invited else whose
            yield whose, self._of_role(role, shown, years, {i for i, _ in about[role.id]})

    def _of_role(
        self, role: m.Role, whose: Whose, years: Iterable[_Year], about: set[int]
    ) -> Calendar:
        events: list[Event] = []
        short = ""
        for year in years:
            people = [person for i, person in year.people.items() if i in about]
            if people:
                short = f"{year.timeline.programme.short} "
                events += self._events(role, whose, year, people)
        what = "webinars for mentors" if role.kind == "mentor" else "year: webinars and deadlines"
        return Calendar(
            name=f"My {short}{what}",
            description="Changes show by themselves; some calendars take a day to notice.",
            organizer=self._organizer,
            events=tuple(events),
            source=self._source(whose),
        )

    # -- whose -----------------------------------------------------------------------------

    def whose_cohort(self, cohort: m.Cohort, audience: str) -> Whose:
        """Return how the feed of a cohort and audience stands."""
        return _whose(f"{cohort.code}/{audience}", self.standing_of_cohort(cohort, audience))

    def whose_role(self, role: m.Role) -> Whose:
        """Return how the feed of a person stands."""
        return _whose(role.ref, self.standing_of_role(role))

    def standing_of_cohort(self, cohort: m.Cohort, audience: str) -> m.Feed | None:
        """Return what is recorded of a cohort's feed."""
        return self._recorded(col(m.Feed.cohort_id) == cohort.id, col(m.Feed.audience) == audience)

    def standing_of_role(self, role: m.Role) -> m.Feed | None:
        """Return what is recorded of a person's feed."""
        return self._recorded(col(m.Feed.role_id) == role.id)

    def _recorded(self, *where: ColumnElement[bool]) -> m.Feed | None:
        found: m.Feed | None = self._session.execute(select(m.Feed).where(*where)).scalar()
        return found

    def role(self, ref: str) -> m.Role:
        """Return the role of a ref. Raises NotFound."""
        role = self._session.get(m.Role, enrolled.known(self._session, ref).role_id)
        assert role is not None
        return role

    def _standing(self, roles: Sequence[m.Role]) -> dict[int, Whose]:
        found = self._session.execute(
            select(m.Feed).where(col(m.Feed.role_id).in_([role.id for role in roles]))
        ).scalars()
        known = {feed.role_id: feed for feed in found}
        return {role.id: _whose(role.ref, known.get(role.id)) for role in roles if role.id}

    # -- events ----------------------------------------------------------------------------

    def _year(self, cohort: m.Cohort, enrolments: Iterable[int]) -> _Year:
        facts = gather.cohort_facts(self._session, cohort)
        timeline = self._office.timeline(self._office.programme_named(cohort.programme), facts)
        webinars = self._session.execute(
            select(m.Webinar)
            .where(col(m.Webinar.cohort_id) == cohort.id)
            .order_by(col(m.Webinar.starts_at), col(m.Webinar.key))
        ).scalars()
        found = gather.participants(self._session, list(enrolments))
        people = {person.id: person for person in found}
        revisions = feed_records.revisions(self._session, cohort, people)
        return _Year(cohort, timeline, webinars.all(), people, revisions)

    def _events(
        self, role: m.Role, whose: Whose, year: _Year, people: Sequence[Participant]
    ) -> Iterator[Event]:
        audience = "mentors" if role.kind == "mentor" else "participants"
        remains = any(_takes_part(person, role) for person in people)
        alarms = WEBINAR_ALARMS if whose.alarms else ()
        for event in self._webinars(year, audience, alarms=alarms):
            is_by_mail = whose.invited_since is not None and event.starts_at > whose.invited_since
            if not is_by_mail and (remains or event.starts_at <= self._now):
                yield event
        if role.kind == "participant":
            for person in people:
                yield from self._deadlines(year, person, alarms=whose.alarms)

    def _webinars(
        self, year: _Year, audience: str, *, alarms: tuple[dt.timedelta, ...]
    ) -> Iterator[Event]:
        for webinar in year.webinars:
            is_old = self._now - webinar.starts_at >= CANCELLED_SHOWN
            if webinar.audience == audience and not (webinar.status == "cancelled" and is_old):
                yield webinar_event(webinar, year.timeline, alarms=alarms)

    def _deadlines(self, year: _Year, person: Participant, *, alarms: bool) -> Iterator[Event]:
        """Yield somebody's own deadlines, with what staff have moved."""
        for milestone in year.timeline.programme.milestones:
            due = year.timeline.due(milestone.key, person)
            if due is None or milestone.whose != "participant":
                continue
            if (person.status == "active" and not person.silenced) or due <= self._now:
                yield deadline_event(
                    year.cohort,
                    year.timeline,
                    person,
                    milestone,
                    due,
                    revision=year.revisions.of(person, milestone.key, due, now=self._now),
                    alarms=alarms,
                )

    def _source(self, whose: Whose) -> str | None:
        links = self._office.links
        if links is None or not links.public_url:  # the pages do not need to know theirs
            return None
        return links.calendar_file(whose.name, whose.generation)


def _whose(name: str, standing: m.Feed | None) -> Whose:
    if standing is None:
        return Whose(name)
    since = (standing.mode_since or m.EPOCH) if standing.mode == "invitations" else None
    last = standing.digest, standing.revised_at
    return Whose(name, standing.generation, standing.alarms, since, *last)


def _takes_part(person: Participant, role: m.Role) -> bool:
    if person.status != "active" or person.silenced:
        return False
    if role.kind != "mentor":
        return True
    standing = person.mentorship
    return standing is not None and standing.ref == role.ref and standing.accepted_at is not None
