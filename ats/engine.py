"""The tick: plan → stage → deliver → record, once, for one cohort at one moment.

The demo and rehearsals are the same under a moving clock. A second tick at the same time finds
the planning lease taken and does nothing; a tick that died is completed by the next.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats import heartbeat, waking
from ats.cases.closing import close_done
from ats.cases.opening import wake_rested
from ats.errors import AtsError
from ats.office import Office
from ats.outbox import leases
from ats.outbox.cohort_now import CohortNow
from ats.outbox.dispatch import Dispatch
from ats.outbox.inboxes import Inboxes
from ats.outbox.letters import StaffLetters, address_failed
from ats.outbox.notices import ACTION, stage_notice, unreachable_since_told
from ats.outbox.record import Recorder
from ats.outbox.requeue import dissolve_yesterdays
from ats.outbox.sample import Sampler
from ats.outbox.staff import StaffMail
from ats.outbox.stage import Stager
from ats.planning.facts import Participant
from ats.planning.planner import Planner
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again_at_all
from ats.tally import Tally
from ats.unexpected import told

PEOPLE_AT_ONCE = 500


def tick(office: Office, codes: Iterable[str] | None = None, *, now: dt.datetime) -> Tally:
    """Do all that is due by *now* for these cohorts (None: all in trial or live), and record it.

    Raises NotFound for a code that is not in the records; whatever else goes wrong in one
    message, person or cohort is in `errors` and does not stop the others.
    """
    tally = Tally()
    for _, done in ticks(office, codes, now=now):
        tally.add(done)
    return tally


def ticks(
    office: Office, codes: Iterable[str] | None = None, *, now: dt.datetime
) -> Iterator[tuple[str, Tally]]:
    """Tick as `tick` does, and yield each cohort's code with what was done for it."""
    yield from _each_cohort(office, codes, _tick, now=now)
    heartbeat.beat(office.store)


def deliver(office: Office, codes: Iterable[str] | None = None, *, now: dt.datetime) -> Tally:
    """Send what is queued by *now*, and plan nothing."""
    tally = Tally()
    for _, done in _each_cohort(office, codes, _deliver, now=now, planning=False):
        tally.add(done)
    return tally


def _each_cohort(
    office: Office,
    codes: Iterable[str] | None,
    work: Callable[[CohortNow], Tally],
    *,
    now: dt.datetime,
    planning: bool = True,
) -> Iterator[tuple[str, Tally]]:
    """Do the work where there is any; of the other cohorts tell the rows that stand."""
    named = None if codes is None else list(codes)
    for cohort in waking.standing(office, named, now=now, planning=planning):
        if cohort.has_work:
            yield cohort.code, work(CohortNow(office, cohort.code, now))
        else:
            yield cohort.code, Tally(queued=cohort.queued, held=cohort.held)


def _tick(at: CohortNow) -> Tally:
    with leases.lease(at.office.store, at.lease) as ours:
        return _CohortTick(at).run() if ours else Tally(busy=True)


def _deliver(at: CohortNow) -> Tally:
    return _CohortTick(at).deliver_only()


def working_cohorts(
    office: Office, codes: Iterable[str] | None, *, paused: bool = False
) -> list[str]:
    """Return these codes, checked, or those of all cohorts in trial or live, or *paused*."""
    with office.store.read() as session:
        if codes is not None:
            return [gather.cohort_named(session, code).code for code in codes]
        sending = col(m.Cohort.status).in_((*waking.SENDING, *(("paused",) if paused else ())))
        found = select(col(m.Cohort.code)).where(sending).order_by(col(m.Cohort.code))
        return list(session.execute(found).scalars())


class _CohortTick:
    """One cohort, one moment."""

    def __init__(self, at: CohortNow) -> None:
        self.at = at
        self.store = at.office.store
        self.now = at.now
        self.tally = Tally()
        self.dispatch = Dispatch(at, self.tally)

    def run(self) -> Tally:
        return self._each(
            self._take_back,
            self._plan_people,
            self._plan_staff,
            self.dispatch.run,
            self._tell_operations,
            self._count_standing,
        )

    def deliver_only(self) -> Tally:
        return self._each(
            self._take_back, self.dispatch.run, self._tell_operations, self._count_standing
        )

    def _each(self, *parts: Callable[[], None]) -> Tally:
        """Do one part after the other; what stops one is told, once, and stops no other."""
        for part in parts:
            try:
                part()
            except AtsError as error:
                self._tell(str(error))
            except Exception as fault:  # noqa: BLE001 (one cohort's fault never stops the others)
                self._tell(f"the tick was {told(fault)}")
        return self.tally

    def _tell(self, sentence: str) -> None:
        if (error := f"{self.at.code}: {sentence}") not in self.tally.errors:
            self.tally.errors.append(error)

    def _take_back(self) -> None:
        recorder, spent = self.store.transact(self._taken_back)
        self.tally.count(recorder.outcomes)
        for error in recorder.errors:
            self._tell(error)
        for journal in spent:
            journal.unlink(missing_ok=True)

    def _taken_back(self, session: Session) -> tuple[Recorder, list[Path]]:
        cohort = self.at.cohort(session)
        assert cohort.id is not None
        self._look_again_if_dates_changed(session, cohort)
        zone = ZoneInfo(self.at.office.programme_named(cohort.programme).timezone)
        today = self.now.astimezone(zone).date()
        recovery = self.at.recovery(session)
        spent = recovery.take_over(cohort.id)
        dissolve_yesterdays(session, cohort.id, today=today, now=self.now)
        return recovery.recorder, spent

    def _look_again_if_dates_changed(self, session: Session, cohort: m.Cohort) -> None:
        """Plan everybody anew when the programme file or a calendar is not what it was."""
        programme = self.at.office.programme_named(cohort.programme)
        fingerprint = self.at.office.fingerprint(programme, cohort.starts)
        if cohort.planned_by != fingerprint:
            cohort.planned_by = fingerprint
            look_again_at_all(session, cohort)

    # -- plan and stage --------------------------------------------------------------------

    def _plan_people(self) -> None:
        for ids in self._due():
            stager = self.store.transact(functools.partial(self._plan, ids))
            self.tally.count(stager.outcomes)
            leases.renew(self.store, self.at.lease)

    def _plan(self, ids: Sequence[int], session: Session) -> Stager:
        gather.lock(session, ids)  # before anything is read that staff may change
        cohort = self.at.cohort(session)
        planner = self.at.planner(session, cohort)
        people = close_done(
            session, gather.participants(session, ids), planner, on_fault=self._could_not_plan
        )
        stager = self._stager(session, cohort, planner)
        inboxes = Inboxes(session, planner)
        inboxes.load(place for person in people for place in person.inboxes)
        stager.stage(planner.plan(people, inboxes, on_fault=self._could_not_plan))
        return stager

    def _could_not_plan(self, person: Participant, fault: Exception) -> None:
        self._tell(f"planning for {person.ref} was {told(fault)}")

    def _due(self) -> Iterator[Sequence[int]]:
        """Yield the enrolments with something due, some hundred at a time, each once."""
        e, last = m.Enrolment, 0
        while True:
            with self.store.read() as session:
                cohort = self.at.cohort(session)
                ids = session.execute(
                    select(col(e.id))
                    .where(
                        col(e.cohort_id) == cohort.id,
                        col(e.next_due_at) <= self.now,
                        col(e.id) > last,
                    )
                    .order_by(col(e.id))
                    .limit(PEOPLE_AT_ONCE)
                ).scalars()
                found = [i for i in ids if i is not None]
            if not found:
                return
            yield found
            if len(found) < PEOPLE_AT_ONCE:
                return
            last = found[-1]

    def _stager(self, session: Session, cohort: m.Cohort, planner: Planner) -> Stager:
        assert cohort.id is not None
        return Stager(
            session=session,
            cohort_id=cohort.id,
            code=cohort.code,
            now=self.now,
            today=planner.today,
            mail_domain=self.at.office.letterhead.domain,
        )

    def _plan_staff(self) -> None:
        with self.store.write() as session:
            cohort = self.at.cohort(session, locked=True)
            if cohort.next_due_at is None or cohort.next_due_at > self.now:
                return
            planner = self.at.planner(session, cohort)
            assert cohort.id is not None
            wake_rested(session, cohort.id, planner.today)
            mail = StaffMail(
                session=session,
                cohort=cohort,
                letters=StaffLetters(
                    session,
                    cohort,
                    planner.timeline,
                    Sampler(self.at.office, session, planner.timeline).subject,
                ),
                windows=planner.windows,
                now=self.now,
                mail_domain=self.at.office.letterhead.domain,
                reachable_in_trial=self.at.reachable(session, cohort),
            )
            cohort.next_due_at = mail.stage()
        self.tally.count(mail.outcomes)
        for error in mail.errors:
            self._tell(error)

    # -- what happened ---------------------------------------------------------------------

    def _tell_operations(self) -> None:
        """Ask operations to mend addresses that have failed, once a day at most."""
        with self.store.read() as session:
            refs = unreachable_since_told(session, self.at.cohort(session), now=self.now)
        if not refs:
            return
        with self.store.write() as session:
            cohort = self.at.cohort(session)
            stage_notice(
                session,
                cohort=cohort,
                step=ACTION,
                facts=address_failed(refs),
                now=self.now,
                domain=self.at.office.letterhead.domain,
                may_go=cohort.status != "trial"
                or "operations" in self.at.reachable(session, cohort),
            )
        self.dispatch.run()

    def _count_standing(self) -> None:
        row = m.LedgerRow
        with self.store.read() as session:
            cohort = self.at.cohort(session)
            counts = session.execute(
                select(col(row.outcome), func.count())
                .where(col(row.cohort_id) == cohort.id, col(row.outcome).in_(m.OPEN))
                .group_by(col(row.outcome))
            )
            for outcome, number in counts:
                setattr(self.tally, outcome, number)
