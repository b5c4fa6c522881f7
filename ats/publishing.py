"""Publishing: the feeds as files in one folder, so that any web server may serve them.

Only what has changed is written, each file at once or not at all, and recorded when it was. A
file's name is its link's token: where a link was rotated, the old file goes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import Refused
from ats.feeds import AUDIENCES, Feeds
from ats.office import Office
from ats.records import gather
from ats.records import models as m
from calendars.events import Calendar
from calendars.feeds import feed

SUFFIX = ".ics"


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
    if office.links is None:
        raise Refused("Calendars cannot be published: set ATS_PUBLIC_URL and ATS_SECRET_KEY first.")
    done = Published()
    for code in codes:
        with office.store.read() as session:
            cohort = gather.cohort_named(session, code)
            whose = [*_audiences(cohort), *_people(session, cohort)]
        for one in whose:
            done += office.store.transact(_Publication(office, folder, one, now).run)
    return done


def republish(office: Office, folder: Path, ref: str, *, now: dt.datetime) -> Published:
    """Write the feed of one person, if it has changed. Raises as `publish` does, and NotFound."""
    if office.links is None:
        raise Refused("Calendars cannot be published: set ATS_PUBLIC_URL and ATS_SECRET_KEY first.")
    return office.store.transact(_Publication(office, folder, _One(ref=ref), now).run)


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
    return newest if newest > published else now


@dataclass(frozen=True, slots=True)
class _One:
    """One feed: a cohort's for an audience, or a role's."""

    cohort: str | None = None
    audience: str | None = None
    ref: str | None = None


def _audiences(cohort: m.Cohort) -> Iterator[_One]:
    yield from (_One(cohort=cohort.code, audience=audience) for audience in AUDIENCES)


def _people(session: Session, cohort: m.Cohort) -> Iterator[_One]:
    """Yield the participants of a cohort, and the mentors who have agreed to be theirs."""
    e, s = m.Enrolment, m.Mentorship
    own = select(col(e.role_id)).where(col(e.cohort_id) == cohort.id)
    mentors = (
        select(col(s.role_id))
        .join(e, col(e.id) == col(s.enrolment_id))
        .where(col(e.cohort_id) == cohort.id, col(s.accepted_at).is_not(None))
    )
    refs = session.execute(
        select(col(m.Role.ref))
        .where(col(m.Role.id).in_(own) | col(m.Role.id).in_(mentors))
        .order_by(col(m.Role.ref))
    ).scalars()
    yield from (_One(ref=ref) for ref in refs)


@dataclass(frozen=True, slots=True)
class _Publication:
    office: Office
    folder: Path
    one: _One
    now: dt.datetime

    def run(self, session: Session) -> Published:
        """Write one feed if it has changed, and record that; the file comes first.

        A file that is written twice is the same file; one that was never recorded is written
        again, and so none is missing.
        """
        feeds = Feeds(self.office, session, now=self.now)
        standing, calendar, name = self._looked_up(session, feeds)
        assert self.office.links is not None
        data = feed(calendar)
        digest = hashlib.sha256(data).hexdigest()
        token = self.office.links.calendar_token(name, standing.generation)
        path = self.folder / f"{token}{SUFFIX}"
        removed = self._remove_older(name, standing.generation)
        if standing.digest == digest and path.exists():
            return Published(feeds=1, removed=removed)
        revised = revised_at(standing, calendar, digest, now=self.now)
        write(path, data, revised_at=revised)
        if standing.digest != digest:
            standing.digest, standing.published_at = digest, self.now
            standing.revised_at = revised
            session.add(standing)
            session.flush()
            assert standing.id is not None
            session.add(
                m.Publication(
                    feed_id=standing.id,
                    generation=standing.generation,
                    at=self.now,
                    digest=digest,
                    events=len(calendar.events),
                )
            )
        return Published(feeds=1, written=1, removed=removed)

    def _looked_up(self, session: Session, feeds: Feeds) -> tuple[m.Feed, Calendar, str]:
        if self.one.ref is not None:
            role = feeds.role(self.one.ref)
            row = session.execute(select(m.Feed).where(col(m.Feed.role_id) == role.id)).scalar()
            return row or m.Feed(role_id=role.id), feeds.of_person(role.ref), role.ref
        assert self.one.cohort is not None
        assert self.one.audience is not None
        cohort = gather.cohort_named(session, self.one.cohort)
        row = session.execute(
            select(m.Feed).where(
                col(m.Feed.cohort_id) == cohort.id, col(m.Feed.audience) == self.one.audience
            )
        ).scalar()
        return (
            row or m.Feed(cohort_id=cohort.id, audience=self.one.audience),
            feeds.of_cohort(cohort.code, self.one.audience),
            feeds.whose_cohort(cohort, self.one.audience).name,
        )

    def _remove_older(self, name: str, generation: int) -> int:
        """Take away what older links led to."""
        assert self.office.links is not None
        removed = 0
        for older in range(1, generation):
            path = self.folder / f"{self.office.links.calendar_token(name, older)}{SUFFIX}"
            if path.exists():
                path.unlink(missing_ok=True)
                removed += 1
        return removed


def write(path: Path, data: bytes, *, revised_at: dt.datetime) -> None:
    """Put *data* at *path* at once; its time there is that of the newest revision.

    Raises Refused where that cannot be done; what stood there stays.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
            made = Path(part.name)
            try:
                part.write(data)
                part.flush()
                os.fsync(part.fileno())
                made.chmod(0o644)
                os.utime(made, (revised_at.timestamp(), revised_at.timestamp()))
                made.replace(path)
            except BaseException:
                made.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise Refused(
            f"Calendars cannot be written to {path.parent} ({error.strerror}); mend that, or set "
            "ATS_CALENDAR_DIR."
        ) from error
