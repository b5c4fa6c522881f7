"""The walk through the year: every moment at which something may happen, one after the other."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats import cohorts, engine
from ats.demo.mentors import Mentors
from ats.demo.people_team import PeopleTeam
from ats.demo.webinar_team import WebinarTeam
from ats.intake.imports import apply_import
from ats.intake.progress import preflight_progress
from ats.intake.roster import preflight_roster
from ats.intake.table import read_table
from ats.office import Office
from ats.people import mentors as answers
from ats.planning.timeline import Timeline
from ats.planning.workdays import local_moment
from ats.records import gather
from ats.records import models as m
from ats.tally import Tally
from ats.webinars import listing
from config.programme import Programme

TICK = dt.timedelta(minutes=10)
STAFF = "demo"
REQUEST, SIGN_OFF = "mentor-request", "mentor-sign-off-request"
EXPORT_AT = dt.time(7, 30)
AFTER_SUBMISSION = dt.timedelta(days=14)

Report = Callable[[dt.datetime], object]


@dataclass(order=True)
class _Event:
    at: dt.datetime
    number: int
    happens: Callable[[dt.datetime], object] = field(compare=False)


class Year:
    """One cohort's year, from launch to two weeks after submission."""

    def __init__(self, office: Office, *, code: str, starts: dt.date, files: Path) -> None:
        self.office = office
        self.code = code
        self.starts = starts
        self.files = files
        self.programme: Programme = office.programme_named("ats")
        self.totals = Tally()
        self.ticks = 0
        workdays = office.workdays(starts)[self.programme.nation]
        self.zone = ZoneInfo(self.programme.timezone)
        self.mentors = Mentors(workdays, self.zone)
        roster = files / f"roster-{code}.csv"
        self.people = PeopleTeam(office, code, self.programme, STAFF, roster, self.zone)
        self._events: list[_Event] = []
        self._planned = 0
        self._noticed = m.EPOCH

    def prepare(self, launched: dt.datetime, roster_at: dt.datetime) -> None:
        """Launch the cohort, import its roster and take it live."""
        cohorts.launch(
            self.office,
            self.code,
            starts=self.starts,
            programme="ats",
            now=launched,
            by=STAFF,
        )
        self._set_links(launched)
        self._import_roster(roster_at)
        cohorts.go_live(self.office, self.code, missing_settings=(), now=roster_at, by=STAFF)
        for file in sorted(self.files.glob(f"progress-{self.code}-*.csv")):
            as_of = dt.date.fromisoformat(file.stem[-10:])
            at = local_moment(as_of, EXPORT_AT, self.zone)
            self._plan(at, partial(self._import_export, file, as_of))
        for at, happens in WebinarTeam(self.office, self.code, self.programme, STAFF).intends():
            self._plan(at, happens)
        for at, happens in self.people.intends():
            self._plan(at, happens)

    def walk(self, begins: dt.datetime, *, report: Report = lambda _: None) -> None:
        """Tick at every moment at which something may happen, to the end of the year."""
        now, ends = begins, self.ends()
        while now <= ends:
            while self._events and self._events[0].at <= now:
                self._happen(heapq.heappop(self._events), now)
            self.totals.add(engine.tick(self.office, [self.code], now=now))
            self.ticks += 1
            self._mentors_notice(now)
            report(now)
            now = self._next(now, ends)

    def ends(self) -> dt.datetime:
        """Return the end of the walk: two weeks after the published day of submission."""
        with self.office.store.read() as session:
            timeline = self.timeline(session)
            last = max(
                at
                for person in gather.participants(session, self._enrolments(session))
                if (at := timeline.submission_due(person)) is not None
            )
        day = last.astimezone(self.zone).date() + AFTER_SUBMISSION
        return local_moment(day, dt.time(23, 59), self.zone)

    def timeline(self, session: Session) -> Timeline:
        """Return the cohort's timeline as the records stand."""
        cohort = gather.cohort_named(session, self.code)
        return self.office.timeline(self.programme, gather.cohort_facts(session, cohort))

    def _next(self, now: dt.datetime, ends: dt.datetime) -> dt.datetime:
        moments = [moment for moment in self._due_moments() if moment is not None]
        due = max(min(moments, default=ends + TICK), now + TICK)
        return min(due, self._events[0].at) if self._events else due

    def _due_moments(self) -> Iterator[dt.datetime | None]:
        with self.office.store.read() as session:
            for column in (
                col(m.Enrolment.next_due_at),
                col(m.Cohort.next_due_at),
                col(m.Message.next_attempt_at),
            ):
                yield session.execute(select(func.min(column))).scalar()

    def _plan(self, at: dt.datetime, happens: Callable[[dt.datetime], object]) -> None:
        self._planned += 1
        heapq.heappush(self._events, _Event(at, self._planned, happens))

    def _happen(self, event: _Event, now: dt.datetime) -> None:
        later = event.happens(now)
        if isinstance(later, dt.datetime):  # it cannot be done before
            self._plan(later, event.happens)

    def _enrolments(self, session: Session) -> list[int]:
        ids = session.execute(
            select(col(m.Enrolment.id))
            .join(m.Cohort, col(m.Cohort.id) == col(m.Enrolment.cohort_id))
            .where(col(m.Cohort.code) == self.code)
        ).scalars()
        return [i for i in ids if i is not None]

    # -- what staff do ---------------------------------------------------------------------

    def _set_links(self, now: dt.datetime) -> None:
        for webinar in self.programme.webinars:
            listing.set_join_url(
                self.office.store,
                self.code,
                webinar.key,
                join_url=f"https://meet.example/{self.code}/{webinar.key}",
                now=now,
                by=STAFF,
            )

    def _import_roster(self, now: dt.datetime) -> None:
        table = read_table(self.files / f"roster-{self.code}.csv")
        with self.office.store.write() as session:
            cohort = gather.cohort_named(session, self.code)
            policy = self.programme.send_policy
            found = preflight_roster(session, cohort, table, now=now, policy=policy)
            apply_import(session, found, now=now, by=STAFF)

    def _import_export(self, file: Path, as_of: dt.date, now: dt.datetime) -> None:
        table = read_table(file)
        with self.office.store.write() as session:
            found = preflight_progress(
                session,
                gather.cohort_named(session, self.code),
                table,
                now=now,
                policy=self.programme.send_policy,
                as_of=as_of,
                sections={s.key: s.title for s in self.programme.sections},
            )
            apply_import(session, found, now=now, by=STAFF)

    # -- what mentors do -------------------------------------------------------------------

    def _mentors_notice(self, now: dt.datetime) -> None:
        """Let mentors who were asked something since the last tick make up their minds."""
        with self.office.store.read() as session:
            told = _told(session, since=self._noticed)
        self._noticed = now
        for step, mentee, mentor, at in told:
            if step == REQUEST:
                self._answer(answers.accept, mentee, self.mentors.accepts(mentor, asked=at), now)
            else:
                when = self.mentors.signs_off(mentor, mentee, asked=at)
                self._answer(answers.sign_off, mentee, when, now)

    def _answer(
        self,
        act: Callable[..., object],
        mentee: str,
        when: dt.datetime | None,
        now: dt.datetime,
    ) -> None:
        if when is not None:
            at = max(when, now + TICK)
            self._plan(at, lambda then: act(self.office.store, mentee, now=then, by=STAFF))


def _told(session: Session, *, since: dt.datetime) -> list[tuple[str, str, str, dt.datetime]]:
    """Return (step, mentee's ref, mentor's ref, moment) of what mentors were asked after then."""
    row, role = m.LedgerRow, m.Role
    rows = session.execute(
        select(col(row.step), col(role.ref), col(row.recipient), col(row.sent_at))
        .join(m.Enrolment, col(m.Enrolment.id) == col(row.enrolment_id))
        .join(role, col(role.id) == col(m.Enrolment.role_id))
        .where(col(row.step).in_((REQUEST, SIGN_OFF)), col(row.sent_at) > since)
        .order_by(col(row.id))
    )
    return [(step, mentee, mentor, at) for step, mentee, mentor, at in rows if at]
