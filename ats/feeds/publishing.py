"""Publishing: the feeds as files in one folder, so that any web server may serve them.

Only what has changed is written, each file at once or not at all, and recorded when it was. A
file's name is its link's token: where a link was rotated, the old file goes. To find that nothing
has changed takes one look at the records and the folder, and no transaction.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import Refused
from ats.feeds import records as feed_records
from ats.feeds.composing import AUDIENCES, Feeds, Whose
from ats.feeds.folder import SUFFIX, CalendarFolder
from ats.office import Office
from ats.records import gather
from ats.records import models as m
from calendars.events import Calendar
from calendars.feeds import feed

__all__ = ["SUFFIX", "Published", "publish", "republish", "revised_at", "rotate"]

#: People looked at together, and those written in one transaction.
LOOKED_AT, WRITTEN = 500, 50


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication came to: feeds looked at, files written, files taken away."""

    feeds: int = 0
    written: int = 0
    removed: int = 0

    def __add__(self, other: Published) -> Published:
        return Published(
            self.feeds + other.feeds, self.written + other.written, self.removed + other.removed
        )


def publish(office: Office, folder: Path, codes: Sequence[str], *, now: dt.datetime) -> Published:
    """Write the feeds of these cohorts and of their people, as far as they have changed.

    Raises Refused without links (their tokens are the names), and where the folder cannot be
    written.
    """
    publisher, done = _publisher(office, folder, now), Published()
    for code in codes:
        with office.store.read() as session:
            people = _people(session, gather.cohort_named(session, code))
        done += publisher.bring_up_to_date(partial(_of_cohort, code))
        for some in _parts(people, LOOKED_AT):
            done += publisher.bring_up_to_date(partial(_of_people, some))
    return done


def republish(office: Office, folder: Path, ref: str, *, now: dt.datetime) -> Published:
    """Write the feed of one person, if it has changed. Raises as `publish` does, and NotFound."""
    publisher = _publisher(office, folder, now)
    with office.store.read() as session:
        role = Feeds(office, session, now=now).role(ref)
        assert role.id is not None
        ids = [role.id]
    return publisher.bring_up_to_date(partial(_of_people, ids))


def rotate(office: Office, folder: Path, ref: str, *, now: dt.datetime, by: str) -> None:
    """Give somebody's feed another address; the old one leads nowhere from now on.

    Raises NotFound for an unknown ref, and Refused where the folder cannot be written.
    """

    def work(session: Session) -> None:
        role = Feeds(office, session, now=now).role(ref)
        assert role.id is not None
        (standing,) = feed_records.standing_feeds(session, [{"role_id": role.id}])
        before, standing.generation = standing.generation, standing.generation + 1
        after = standing.generation
        session.add(standing)
        session.add(
            m.Audit(
                at=now,
                by=by,
                action="calendar-rotate",
                subject=role.ref,
                before=before,
                after=after,
            )
        )

    office.store.transact(work)
    if office.links is not None:
        republish(office, folder, ref, now=now)


def revised_at(
    standing: m.Feed | None, calendar: Calendar, digest: str, *, now: dt.datetime
) -> dt.datetime:
    """Return the moment that tells a subscriber whether a feed has changed: its newest revision.

    Where the bytes have changed without a revision (somebody wants alarms, or has left), it is
    when that was found: who asks by time only would otherwise never be given them.
    """
    newest = calendar.revised_at or m.EPOCH
    if standing is None or standing.digest is None:
        return newest
    published = standing.revised_at or m.EPOCH
    if standing.digest == digest:
        return max(newest, published)
    return newest if newest > published else max(now, published + dt.timedelta(seconds=1))


def _publisher(office: Office, folder: Path, now: dt.datetime) -> _Publisher:
    if office.links is None:
        raise Refused("Calendars cannot be published: set ATS_PUBLIC_URL and ATS_SECRET_KEY first.")
    return _Publisher(office, CalendarFolder(folder, office.links), now)


@dataclass(frozen=True, slots=True)
class _Made:
    """A feed as it would be published, and what its record is found by."""

    whose: Whose
    calendar: Calendar
    data: bytes
    digest: str
    found_by: dict[str, Any]


#: Makes some feeds from the records.
Make = Callable[[Feeds, Session], Iterator[_Made]]


def _of_cohort(code: str, feeds: Feeds, session: Session) -> Iterator[_Made]:
    cohort = gather.cohort_named(session, code)
    for audience in AUDIENCES:
        whose = feeds.whose_cohort(cohort, audience)
        found_by = {"cohort_id": cohort.id, "audience": audience}
        yield _made(whose, feeds.of_cohort(code, audience), found_by)


def _of_people(roles: Sequence[int], feeds: Feeds, session: Session) -> Iterator[_Made]:
    query = select(m.Role).where(col(m.Role.id).in_(roles)).order_by(col(m.Role.id))
    found = session.execute(query).scalars().all()
    for role, (whose, calendar) in zip(found, feeds.of_people(found), strict=True):
        yield _made(whose, calendar, {"role_id": role.id})


def _made(whose: Whose, calendar: Calendar, found_by: dict[str, Any]) -> _Made:
    data = feed(calendar)
    return _Made(whose, calendar, data, hashlib.sha256(data).hexdigest(), found_by)


def _people(session: Session, cohort: m.Cohort) -> list[int]:
    """Return the roles of a cohort's participants, and of the mentors who have agreed to be so."""
    e, s = m.Enrolment, m.Mentorship
    own: Any = select(col(e.role_id)).where(col(e.cohort_id) == cohort.id)
    mentors: Any = (
        select(col(s.role_id))
        .join(e, col(e.id) == col(s.enrolment_id))
        .where(col(e.cohort_id) == cohort.id, col(s.accepted_at).is_not(None))
    )
    return sorted(session.execute(own.union(mentors)).scalars())


def _parts(of: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (of[start : start + size] for start in range(0, len(of), size))


class _Publisher:
    """Finds what has changed by reading alone, and makes that again while its records are held.

    A file is written before that is recorded: if the recording fails, it is written again.
    """

    def __init__(self, office: Office, folder: CalendarFolder, now: dt.datetime) -> None:
        self._office = office
        self._folder = folder
        self._now = now

    def bring_up_to_date(self, make: Make) -> Published:
        """Write what is not in the folder as it should be."""
        with self._office.store.read() as session:
            made = list(make(Feeds(self._office, session, now=self._now), session))
        stale = [one.found_by for one in made if self._is_stale(one)]
        done = Published(feeds=len(made))
        for some in _parts(stale, WRITTEN):
            done += self._office.store.transact(partial(self._write, make, some))
        return done

    def _is_stale(self, one: _Made) -> bool:
        """Say whether there is something to do for a feed."""
        sizes = self._folder.sizes
        return (
            one.whose.digest != one.digest
            or sizes.get(self._folder.name(one.whose)) != len(one.data)
            or any(name in sizes for name in self._folder.older(one.whose))
        )

    def _write(self, make: Make, stale: Sequence[dict[str, Any]], session: Session) -> Published:
        rows = feed_records.standing_feeds(session, stale)
        if "role_id" in stale[0]:  # of hundreds of people few have changed
            make = partial(_of_people, [one["role_id"] for one in stale])
        made = list(make(Feeds(self._office, session, now=self._now), session))
        done = Published()
        for row, found_by in zip(rows, stale, strict=True):
            (one,) = (one for one in made if one.found_by == found_by)
            done += self._put(session, row, one)
        return done

    def _put(self, session: Session, row: m.Feed, one: _Made) -> Published:
        now, folder = self._now, self._folder
        revised = revised_at(row, one.calendar, one.digest, now=now)
        if row.digest != one.digest:
            feed_records.record_deadlines(session, one.calendar.events)
            row.digest, row.published_at, row.revised_at = one.digest, now, revised
            assert row.id is not None
            session.add(row)
            session.add(
                m.Publication(
                    feed_id=row.id,
                    generation=row.generation,
                    at=now,
                    digest=one.digest,
                    events=len(one.calendar.events),
                )
            )
        removed = sum(folder.remove(name) for name in folder.older(one.whose))
        folder.put(one.whose, one.data, revised_at=revised)
        return Published(written=1, removed=removed)
