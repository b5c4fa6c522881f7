"""Publishing: the feeds as files in one folder, so that any web server may serve them.

Only what has changed is written, each file at once or not at all, and recorded when it was. A
file's name is its link's token: where a link was rotated, the old file goes. To find that nothing
has changed takes one look at the records and the folder, and no transaction. One person's fault
stops nobody else's feed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlmodel import Session

from ats import unexpected
from ats.errors import AtsError, DatabaseFault, Refused
from ats.feeds import making
from ats.feeds import records as feed_records
from ats.feeds.composing import Feeds, Whose
from ats.feeds.folder import SUFFIX, CalendarFolder, FolderUnusable
from ats.feeds.making import Made, Wanted
from ats.feeds.published import Published
from ats.feeds.sweeping import abandoned
from ats.office import Office
from ats.outbox.leases import real_now
from ats.records import gather
from ats.records import models as m
from calendars.events import Calendar

__all__ = ["SUFFIX", "Published", "Publisher", "publish", "republish", "revised_at"]

#: People looked at together, and those written in one transaction.
LOOKED_AT, WRITTEN = 500, 50

T = TypeVar("T")


def publish(office: Office, folder: Path, codes: Sequence[str], *, now: dt.datetime) -> Published:
    """Write the feeds of these cohorts and of their people, as far as they have changed.

    Files that are nobody's go. Raises Refused without links (their tokens are the names), and
    FolderUnusable.
    """
    publisher = Publisher(office, folder, now=now)
    done = sum((publisher.cohort(code) for code in codes), Published())
    return done + publisher.sweep()


def republish(office: Office, folder: Path, ref: str, *, now: dt.datetime) -> Published:
    """Write the feed of one person, if it has changed. Raises as `publish` does, and NotFound."""
    return Publisher(office, folder, now=now).person(ref)


def revised_at(
    standing: m.Feed | Whose, calendar: Calendar, digest: str, *, now: dt.datetime
) -> dt.datetime:
    """Return the moment that tells a subscriber whether a feed has changed: its newest revision.

    Where the bytes have changed without a revision (somebody wants alarms, or has left), it is
    when that was found: who asks by time only would otherwise never be given them.
    """
    newest = calendar.revised_at or m.EPOCH
    if standing.digest is None:
        return newest
    published = standing.revised_at or m.EPOCH
    if standing.digest == digest:
        return max(newest, published)
    return newest if newest > published else max(now, published + dt.timedelta(seconds=1))


@dataclass(frozen=True, slots=True)
class Look:
    """What there is to do: feeds looked at, those that are not as they should be, and faults."""

    feeds: int
    stale: tuple[Wanted, ...]
    faults: tuple[str, ...]


class Publisher:
    """Finds what has changed by reading alone, and makes that again while its records are held.

    A file is written before that is recorded: if the recording fails, it is written again.
    Raises Refused without links, and FolderUnusable, here and wherever it writes.
    """

    def __init__(self, office: Office, folder: Path, *, now: dt.datetime) -> None:
        if office.links is None:
            raise Refused(
                "Calendars cannot be published: set ATS_PUBLIC_URL and ATS_SECRET_KEY first."
            )
        self._office = office
        self._folder = CalendarFolder(folder, office.links)
        self._now = now
        self._named: set[str] = set()  # files of feeds looked at

    def cohort(self, code: str) -> Published:
        """Write the feeds of a cohort and of its people, as far as they have changed."""
        return sum(map(self._bring_up_to_date, self._wanted(code)), Published())

    def person(self, ref: str) -> Published:
        """Write the feed of one person, if it has changed. Raises NotFound."""
        with self._office.store.read() as session:
            wanted = making.wanted_of(Feeds(self._office, session, now=self._now).role(ref))
        return self._bring_up_to_date([wanted])

    def look(self, code: str) -> Look:
        """Return what there is to do for a cohort. Writes nothing."""
        looks = [self._looked_at(some) for some in self._wanted(code)]
        return Look(
            sum(one.feeds for one in looks),
            tuple(stale for one in looks for stale in one.stale),
            tuple(fault for one in looks for fault in one.faults),
        )

    def foreign(self) -> int:
        """Return how many files have names that we did not give: under another key, by hand."""
        return self._folder.foreign()

    def sweep(self) -> Published:
        """Take away the files of feeds that are no more, or not under that link, and old parts.

        What does not bear a name of ours stays.
        """
        removed = 0
        for some in _parts(list(self._folder.ours(without=self._named)), LOOKED_AT):
            with self._office.store.read() as session:
                files = abandoned(session, some)
            removed += sum(map(self._folder.remove, files))
        self._folder.remove_parts(real_now=real_now())
        return Published(removed=removed)

    def _wanted(self, code: str) -> Iterator[Sequence[Wanted]]:
        """Yield the feeds of a cohort and of its people, some at a time."""
        with self._office.store.read() as session:
            cohort = gather.cohort_named(session, code)
            self._office.programme_named(cohort.programme)  # its faults are nobody's in particular
            own = making.wanted_of_cohort(cohort)
            people = making.wanted_of_people(session, cohort)
        yield own
        yield from _parts(people, LOOKED_AT)

    def _bring_up_to_date(self, wanted: Sequence[Wanted]) -> Published:
        """Write what is not in the folder as it should be."""
        look = self._looked_at(wanted)
        faults = list(look.faults)
        done = Published(feeds=look.feeds)
        for some in _parts(look.stale, WRITTEN):
            done += sum(_done_by_parts(self._written, some, faults), Published())
        return done + Published(faults=tuple(faults))

    def _looked_at(self, wanted: Sequence[Wanted]) -> Look:
        faults: list[str] = []
        made = [one for some in _done_by_parts(self._made, wanted, faults) for one in some]
        self._named |= {self._folder.name(one.whose) for one in made}
        stale = tuple(one.wanted for one in made if self._is_stale(one))
        return Look(len(made), stale, tuple(faults))

    def _made(self, wanted: Sequence[Wanted]) -> list[Made]:
        with self._office.store.read() as session:
            return list(making.made(self._feeds(session), session, wanted))

    def _is_stale(self, one: Made) -> bool:
        """Say whether there is something to do for a feed."""
        revised = revised_at(one.whose, one.calendar, one.digest, now=self._now)
        return one.whose.digest != one.digest or not self._folder.holds(
            one.whose, size=len(one.data), revised_at=revised
        )

    def _written(self, stale: Sequence[Wanted]) -> Published:
        return self._office.store.transact(partial(self._write, stale))

    def _write(self, stale: Sequence[Wanted], session: Session) -> Published:
        wanted = making.still_wanted(session, stale)
        rows = feed_records.standing_feeds(session, [one.found_by for one in wanted])
        made = {one.wanted.name: one for one in making.made(self._feeds(session), session, wanted)}
        found = zip(rows, wanted, strict=True)
        done = sum((self._put(session, row, made[one.name]) for row, one in found), Published())
        self._folder.settle()
        return done

    def _feeds(self, session: Session) -> Feeds:
        return Feeds(self._office, session, now=self._now)

    def _put(self, session: Session, row: m.Feed, one: Made) -> Published:
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


def _parts(of: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (of[start : start + size] for start in range(0, len(of), size))


def _done_by_parts(
    work: Callable[[Sequence[Wanted]], T], wanted: Sequence[Wanted], faults: list[str]
) -> Iterator[T]:
    """Yield what *work* makes of all, or of ever smaller parts until only what fails is left out.

    That is told in *faults*, by its name. Raises what concerns all of them.
    """
    try:
        done = work(wanted)
    except (DatabaseFault, FolderUnusable):
        raise
    except Exception as fault:  # noqa: BLE001 (rule 14: nobody stops another)
        if len(wanted) == 1:
            faults.append(f"{wanted[0].name}: {_sentence(fault)}")
            return
        for part in _parts(wanted, (len(wanted) + 1) // 2):
            yield from _done_by_parts(work, part, faults)
    else:
        yield done


def _sentence(fault: Exception) -> str:
    if isinstance(fault, AtsError):
        return str(fault).partition("\n")[0]
    return f"the calendar was {unexpected.told(fault)}"
