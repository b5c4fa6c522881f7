"""Watching ourselves: do ticks come, does what is due go, and does the mail server take it?

What is judged lives in real time, so *now* is the real moment. Nothing here writes, or sends.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, func, select
from sqlmodel import Session, col

from ats.checks.expected import missing_today
from ats.checks.findings import Alarm
from ats.errors import AtsError, DatabaseFault
from ats.heartbeat import last_beat
from ats.office import Office
from ats.outbox.cohort_now import CohortNow
from ats.planning.workdays import local_moment
from ats.records import models as m
from ats.waking import SENDING

#: Between them, on the clocks of the schedules, a tick comes every ten minutes.
FIRST_TICK, LAST_TICK = dt.time(7), dt.time(19, 50)
#: What takes longer than this has stopped.
PATIENCE = dt.timedelta(hours=1)
#: Ticks are missed from `PATIENCE` after the first of the day until so long after the last.
STILL_JUDGED = dt.timedelta(minutes=55)
#: Where something was tried so short a while ago, the queue moves, however slowly.
MOVES = dt.timedelta(minutes=15)

_TICKS = "See that the schedules run (`ats up`, or cron), and run `ats tick`."
_LOOK = "Run `ats tick`, which says what stops it, and then `ats doctor`."


def watch(office: Office, *, now: dt.datetime, zone: ZoneInfo) -> list[Alarm]:
    """Return what has stood still for over an hour; `zone` is that of the schedules.

    A database that cannot be used is an alarm of its own, and then the only one.
    """
    try:
        office.store.require_current()
        with office.store.snapshot() as session:
            return list(_Watch(office, session, now, zone).alarms())
    except DatabaseFault as fault:
        what, _, remedy = str(fault).rpartition("; ")
        remedy = remedy[:1].upper() + remedy[1:]
        return [Alarm("database", "the database cannot be used", f"{what}.", remedy)]


def tick_is_missed(
    last: dt.datetime | None, *, since: dt.datetime, now: dt.datetime, zone: ZoneInfo
) -> bool:
    """Say whether the last tick is too old, with cohorts to tick for *since* that moment."""
    quiet_since = since if last is None else max(last, since)
    return ticks_are_due(now, zone) and now - quiet_since > PATIENCE


def ticks_are_due(now: dt.datetime, zone: ZoneInfo) -> bool:
    """Say whether, at this moment, the hour before it has had a scheduled tick from its start."""
    first, last = _scheduled(now, zone)
    return first + PATIENCE <= now <= last + STILL_JUDGED


def _scheduled(now: dt.datetime, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """Return the first and the last tick of the day."""
    today = now.astimezone(zone).date()
    return local_moment(today, FIRST_TICK, zone), local_moment(today, LAST_TICK, zone)


@dataclass(frozen=True, slots=True)
class _Watch:
    """Looks once, at one moment of the records."""

    office: Office
    session: Session
    now: dt.datetime
    zone: ZoneInfo

    def alarms(self) -> Iterator[Alarm]:
        """Yield what there is to tell; a cohort is judged from an hour after it began to send."""
        cohorts = {code: since for code, since in self._began() if since < self._an_hour_ago}
        failing = list(self._mail_server())
        yield from failing
        if cohorts:
            yield from self._tick(min(cohorts.values()))
        for code in sorted(cohorts):
            if ticks_are_due(self.now, self.zone):
                yield from self._due(code)
                if not failing:
                    yield from self._queued(code)
            yield from self._nothing_sent(code)

    @property
    def _an_hour_ago(self) -> dt.datetime:
        return self.now - PATIENCE

    def _began(self) -> Iterator[tuple[str, dt.datetime]]:
        """Yield the cohorts in trial or live, each with the moment since which it is so."""
        c, audit = m.Cohort, m.Audit
        resumed = (
            select(func.max(col(audit.at)))
            .where(col(audit.action) == "cohort-resume", col(audit.cohort_id) == col(c.id))
            .scalar_subquery()
        )
        found = self.session.execute(
            select(col(c.code), col(c.created_at), col(c.live_at), resumed)
            .where(col(c.status).in_(SENDING))
            .order_by(col(c.code))
        )
        for code, *moments in found:
            yield code, max(moment for moment in moments if moment is not None)

    # -- ticks -----------------------------------------------------------------------------

    def _tick(self, since: dt.datetime) -> Iterator[Alarm]:
        last = last_beat(self.session)
        if tick_is_missed(last, since=since, now=self.now, zone=self.zone):
            told = f"since {self._told(last)}" if last else "yet"
            what = f"No tick has come to its end {told}, so nothing new is sent."
            yield Alarm("tick", "no tick for an hour", what, _TICKS)

    # -- what waits ------------------------------------------------------------------------

    def _due(self, code: str) -> Iterator[Alarm]:
        """Tell for whom something is due at which no tick has looked.

        The epoch, which any change sets, has no age and says nothing.
        """
        c, e = m.Cohort, m.Enrolment
        mine = col(c.code) == code
        people = select(func.count(), func.min(col(e.next_due_at))).join(c).where(mine)
        number, oldest = self.session.execute(people.where(*self._is_late(e))).one()
        staff = select(col(c.next_due_at)).where(mine, *self._is_late(c))
        moments = [oldest, self.session.execute(staff).scalar()]
        whom = [_counted(number, "person", "people")] if number else []
        whom += ["the staff"] if moments[1] else []
        if whom:
            since = self._told(min(at for at in moments if at is not None))
            what = f"Something has been due for {' and '.join(whom)} of cohort {code} since "
            what += f"{since}, and no tick has looked at it."
            yield Alarm("due", "something due was not looked at", what, _LOOK, code)

    def _is_late(self, table: type[m.Cohort | m.Enrolment]) -> tuple[ColumnElement[bool], ...]:
        due = col(table.next_due_at)
        return due > m.EPOCH, due < self._an_hour_ago

    def _queued(self, code: str) -> Iterator[Alarm]:
        """Tell of e-mails that may go and do not; of none that staff have just let go."""
        msg, c, audit, attempt = m.Message, m.Cohort, m.Audit, m.Attempt
        since = func.coalesce(col(msg.next_attempt_at), col(msg.date))
        by_hand = exists().where(
            col(audit.subject) == col(msg.recipient), col(audit.at) >= self._an_hour_ago
        )
        mine = col(msg.cohort_id).in_(select(col(c.id)).where(col(c.code) == code))
        waits = select(func.count(), func.min(since)).where(
            mine, col(msg.status) == "queued", since < self._an_hour_ago, ~by_hand
        )
        number, oldest = self.session.execute(waits).one()
        newest = select(func.max(col(attempt.id))).scalar_subquery()
        last = self.session.execute(select(col(attempt.at)).where(col(attempt.id) == newest))
        moved = last.scalar()
        if number and (moved is None or moved < self.now - MOVES):
            what = f"{_mails(number)} of cohort {code} may go and do not, the first since "
            what += f"{self._told(oldest)}."
            yield Alarm("queue", "e-mails that may go do not", what, _LOOK, code)

    # -- what did not go -------------------------------------------------------------------

    def _nothing_sent(self, code: str) -> Iterator[Alarm]:
        at = CohortNow(self.office, code, self.now)
        if at.cohort(self.session).status != "live":
            return
        until = min(self._an_hour_ago, _scheduled(self.now, self.zone)[1])
        try:
            missing = missing_today(self.session, at, until=until, lately=self._an_hour_ago)
        except DatabaseFault:
            raise
        except AtsError as fault:
            what = f"Nobody can tell what cohort {code} was to send today."
            yield Alarm("plan", "a cohort that cannot be planned", what, str(fault), code)
            return
        if missing:
            mails = len({(one.occurrence.rule.step, one.occurrence.recipient) for one in missing})
            what = f"{_mails(mails)} of cohort {code} were to go today, the first at "
            what += f"{self._told(missing[0].goes_at)}, and none has gone."
            yield Alarm("nothing-sent", "nothing was sent today", what, _LOOK, code)

    def _mail_server(self) -> Iterator[Alarm]:
        """Tell of the mail server that fails while it is tried; one not tried says nothing."""
        server = m.MailServer
        failing = (
            select(server)
            .where(
                col(server.failures) > 0,
                col(server.failing_since) < self._an_hour_ago,
                col(server.closed_until) > self._an_hour_ago,
            )
            .order_by(col(server.name))
        )
        for one in self.session.execute(failing).scalars():
            assert one.failing_since is not None
            what = f"The mail server {one.name} has taken nothing since "
            what += f"{self._told(one.failing_since)}; everything stays queued."
            remedy = "See with `ats doctor` why; the next tick after it works sends what waits."
            yield Alarm("mail-server", "the mail server takes nothing", what, remedy)

    def _told(self, moment: dt.datetime) -> str:
        """Return the time of a moment today, and the day too of another: `4 October, 19:50`."""
        there = moment.astimezone(self.zone)
        day = (
            ""
            if there.date() == self.now.astimezone(self.zone).date()
            else f"{there.day} {there:%B}, "
        )
        return f"{day}{there:%H:%M}"


def _mails(number: int) -> str:
    return _counted(number, "e-mail", "e-mails")


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
