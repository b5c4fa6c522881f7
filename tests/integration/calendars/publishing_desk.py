"""What a test does with the calendars of a small cohort: change what they show, publish, read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import icalendar
from small_cohort import CODE, SmallCohort, at
from sqlalchemy import select

from ats.feeds import publishing, rotating
from ats.feeds.composing import Feeds
from ats.feeds.publishing import Published
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.records import models as m
from calendars.events import Calendar
from calendars.feeds import feed

NOW = "2026-09-04 10:00"


@dataclass(frozen=True)
class PublishingDesk:
    """A small cohort, and the folder that its calendars are published in."""

    cohort: SmallCohort
    folder: Path

    # -- what staff and people do ----------------------------------------------------------

    def set_webinar(self, key: str, **values: Any) -> None:
        """Write these values into a webinar's record."""
        with self.cohort.store.write() as session:
            webinar = session.execute(select(m.Webinar).where(m.Webinar.key == key)).scalar_one()
            for name, value in values.items():
                setattr(webinar, name, value)

    def extend(self, ref: str, milestone: str, to: str, *, now: str = NOW) -> None:
        """Give somebody more time for a milestone."""
        self._overlay(ref, kind="extension", milestone=milestone, due_at=at(to), now=now)

    def pause(self, ref: str, from_on: str, until_on: str, *, now: str = NOW) -> None:
        """Give somebody a break."""
        first, back = dt.date.fromisoformat(from_on), dt.date.fromisoformat(until_on)
        self._overlay(ref, kind="pause", from_on=first, until_on=back, now=now)

    def silence(self, ref: str) -> None:
        self._overlay(ref, kind="silence")

    def leave(self, ref: str, *, now: str) -> None:
        """Have somebody withdraw from the cohort."""
        enrolment = self.cohort.enrolments()[ref].id
        with self.cohort.store.write() as session:
            found = session.get_one(m.Enrolment, enrolment)
            found.status, found.left_at = "withdrawn", at(now)

    def choose(self, ref: str, **values: Any) -> None:
        """Have somebody choose how they are reminded, or invited."""
        with self.cohort.store.write() as session:
            role = session.execute(select(m.Role).where(m.Role.ref == ref)).scalar_one()
            standing = select(m.Feed).where(m.Feed.role_id == role.id)
            feed = session.execute(standing).scalar() or m.Feed(role_id=role.id)
            for name, value in values.items():
                setattr(feed, name, value)
            session.add(feed)

    def _overlay(self, ref: str, *, now: str = NOW, **values: Any) -> None:
        enrolment = self.cohort.enrolments()[ref].id
        with self.cohort.store.write() as session:
            session.add(
                m.Overlay(enrolment_id=enrolment, recorded_at=at(now), recorded_by="Jo", **values)
            )

    # -- publishing ------------------------------------------------------------------------

    def publish(self, now: str = NOW) -> Published:
        return publishing.publish(self.cohort.office, self.folder, [CODE], now=at(now))

    def rotate(self, ref: str, *, now: str) -> None:
        """Give somebody another link; the folder is as it was."""
        rotating.rotate(self.cohort.office, ref, now=at(now), by="Jo")

    def path(self, whose: str, generation: int = 1) -> Path:
        """Return where somebody's calendar stands under the link of a generation."""
        assert self.cohort.office.links is not None
        return self.folder / f"{self.cohort.office.links.calendar_token(whose, generation)}.ics"

    def files(self) -> dict[str, bytes]:
        """Return what stands in the folder, by whose it is: "P0001", "2026-10/mentors"."""
        links = self.cohort.office.links
        assert links is not None
        return {
            links.read_calendar(path.name.removesuffix(".ics"))[0]: path.read_bytes()
            for path in self.folder.iterdir()
        }

    def publications(self) -> list[tuple[str, int, dt.datetime]]:
        """Return (whose, generation, when) of every publication, oldest first."""
        with self.cohort.store.read() as session:
            refs = dict(session.execute(select(m.Role.id, m.Role.ref)).tuples().all())
            rows = session.execute(
                select(m.Publication, m.Feed)
                .join(m.Feed, m.Feed.id == m.Publication.feed_id)
                .order_by(m.Publication.id)
            )
            return [
                (refs.get(whose.role_id) or f"{CODE}/{whose.audience}", one.generation, one.at)
                for one, whose in rows
            ]

    # -- looks -----------------------------------------------------------------------------

    def calendar(self, ref: str, *, now: str = NOW) -> Calendar:
        """Return somebody's calendar as it stands."""
        with self.cohort.store.read() as session:
            return Feeds(self.cohort.office, session, now=at(now)).of_person(ref)

    def cohort_calendar(self, audience: str, *, now: str = NOW) -> Calendar:
        with self.cohort.store.read() as session:
            return Feeds(self.cohort.office, session, now=at(now)).of_cohort(CODE, audience)

    def webinars(self, audience: str) -> list[m.Webinar]:
        """Return the records of the webinars for an audience."""
        with self.cohort.store.read() as session:
            query = select(m.Webinar).where(m.Webinar.audience == audience)
            return list(session.execute(query.order_by(m.Webinar.starts_at)).scalars())

    def dues(self, ref: str) -> dict[str, dt.datetime]:
        """Return somebody's deadlines as the planner has them, by the milestone's title."""
        with self.cohort.store.read() as session:
            cohort = gather.cohort_named(session, CODE)
            office = self.cohort.office
            facts = gather.cohort_facts(session, cohort)
            timeline: Timeline = office.timeline(office.programme_named("ats"), facts)
            assert cohort.id is not None
            (person,) = (p for p in gather.everybody(session, cohort.id) if p.ref == ref)
        return {
            milestone.title: due
            for milestone in timeline.programme.milestones
            if milestone.whose == "participant"
            and (due := timeline.due(milestone.key, person)) is not None
        }


def texts(calendar: Calendar) -> str:
    """Return everything that the events of a calendar say, unfolded."""
    lines = feed(calendar).replace(b"\r\n ", b"").decode().split("\r\n")
    return "\n".join(lines[lines.index("END:VTIMEZONE") + 1 :])


def read(calendar: Calendar) -> list[icalendar.Event]:
    """Return the events of a calendar as its bytes tell them."""
    return list(icalendar.Calendar.from_ical(feed(calendar)).events)
