"""The tick: plan → stage → deliver → record, once, for one cohort at one moment.

The demo and rehearsals are the same under a moving clock. A second tick at the same time finds
the planning lease taken and does nothing; a tick that died is completed by the next.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from email.utils import parseaddr

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats.cases.closing import close_done
from ats.errors import AtsError
from ats.office import Office
from ats.outbox import leases
from ats.outbox.claim import Claim, Claimed
from ats.outbox.deliver import Outgoing, send_all
from ats.outbox.letters import StaffLetters
from ats.outbox.mime import Mail, build, digest
from ats.outbox.record import Recorder
from ats.outbox.requeue import dissolve_yesterdays, requeue_abandoned
from ats.outbox.result import Result
from ats.outbox.staff import StaffMail
from ats.outbox.stage import Stager
from ats.people.contacts import reachable_in_trial
from ats.planning.facts import CohortFacts
from ats.planning.planner import Planner
from ats.planning.timeline import Occurrence, Timeline
from ats.planning.traffic import Inbox
from ats.planning.workdays import local_moment
from ats.records import gather
from ats.records import models as m

PEOPLE_AT_ONCE = 500
MESSAGES_AT_ONCE = 100
RECORD_ROWS, RECORD_SECONDS = 100, 0.05


@dataclass(slots=True)
class Tally:
    """What a tick did: `sent` counts messages, the other final outcomes rows finalised by it;
    `queued` and `held` count the rows standing at its end."""

    sent: int = 0
    merged: int = 0
    skipped: int = 0
    expired: int = 0
    superseded: int = 0
    cancelled: int = 0
    failed: int = 0
    cases_opened: int = 0
    queued: int = 0
    held: int = 0
    busy: bool = False
    errors: list[str] = field(default_factory=list)

    def count(self, outcomes: Counter[str]) -> None:
        """Add final outcomes to the tally."""
        for outcome, number in outcomes.items():
            name = "cases_opened" if outcome == "case-opened" else outcome
            if name not in ("queued", "held"):
                setattr(self, name, getattr(self, name) + number)

    def add(self, other: Tally) -> None:
        """Add another cohort's tally."""
        for name, value in asdict(other).items():
            if name == "busy":
                self.busy = self.busy or bool(value)
            else:
                setattr(self, name, getattr(self, name) + value)


def tick(office: Office, codes: Iterable[str] | None = None, *, now: dt.datetime) -> Tally:
    """Do all that is due by *now* for these cohorts (None: all in trial or live), and record it.

    Raises NotFound for a code that is not in the records; whatever else goes wrong in one
    message, person or cohort is in `errors` and does not stop the others.
    """
    tally = Tally()
    for code in working_cohorts(office, codes):
        with leases.lease(office.store, f"plan:{code}") as ours:
            if not ours:
                tally.busy = True
                continue
            tally.add(_CohortTick(office, code, now).run())
    return tally


def deliver(office: Office, codes: Iterable[str] | None = None, *, now: dt.datetime) -> Tally:
    """Send what is queued by *now*, and plan nothing."""
    tally = Tally()
    for code in working_cohorts(office, codes):
        tally.add(_CohortTick(office, code, now).deliver_only())
    return tally


def working_cohorts(office: Office, codes: Iterable[str] | None) -> list[str]:
    """Return these codes, checked, or those of all cohorts in trial or live."""
    with office.store.read() as session:
        if codes is not None:
            return [gather.cohort_named(session, code).code for code in codes]
        standing = col(m.Cohort.status).in_(("trial", "live"))
        found = select(col(m.Cohort.code)).where(standing).order_by(col(m.Cohort.code))
        return list(session.execute(found).scalars())


class _CohortTick:
    """One cohort, one moment."""

    def __init__(self, office: Office, code: str, now: dt.datetime) -> None:
        self.office = office
        self.code = code
        self.now = now
        self.tally = Tally()
        self._owner = leases.owner_name()

    def run(self) -> Tally:
        try:
            self._take_back()
            self._plan_people()
            self._plan_staff()
            self._deliver()
            self._count_standing()
        except AtsError as error:
            self.tally.errors.append(f"{self.code}: {error}")
        return self.tally

    def deliver_only(self) -> Tally:
        self._take_back()
        self._deliver()
        self._count_standing()
        return self.tally

    # -- what everything needs -------------------------------------------------------------

    def _cohort(self, session: Session) -> m.Cohort:
        return gather.cohort_named(session, self.code)

    def _timeline(self, session: Session, cohort: m.Cohort) -> Timeline:
        facts: CohortFacts = gather.cohort_facts(session, cohort)
        return self.office.timeline(self.office.programme_named(cohort.programme), facts)

    def _planner(self, session: Session, timeline: Timeline) -> Planner:
        reachable: frozenset[str] = frozenset()
        if timeline.cohort.status == "trial":
            reachable = reachable_in_trial(session, self.office.letterhead)
        return Planner(
            timeline, now=self.now, reachable_in_trial=lambda o: o.recipient in reachable
        )

    def _take_back(self) -> None:
        with self.office.store.write() as session:
            cohort = self._cohort(session)
            assert cohort.id is not None
            zone = self._timeline(session, cohort).zone
            requeue_abandoned(session, cohort.id)
            dissolve_yesterdays(
                session, cohort.id, today=self.now.astimezone(zone).date(), now=self.now
            )

    # -- plan and stage --------------------------------------------------------------------

    def _plan_people(self) -> None:
        for ids in self._due():
            with self.office.store.write() as session:
                cohort = self._cohort(session)
                timeline = self._timeline(session, cohort)
                planner = self._planner(session, timeline)
                stager = self._stager(session, cohort, planner)
                people = close_done(session, gather.participants(session, ids), planner)
                stager.stage(planner.plan(people, _Inboxes(session, planner)))
            self.tally.count(stager.outcomes)

    def _due(self) -> Iterator[Sequence[int]]:
        """Yield the enrolments with something due, some hundred at a time, each once."""
        e, last = m.Enrolment, 0
        while True:
            with self.office.store.read() as session:
                cohort = self._cohort(session)
                ids = (
                    session.execute(
                        select(col(e.id))
                        .where(
                            col(e.cohort_id) == cohort.id,
                            col(e.next_due_at) <= self.now,
                            col(e.id) > last,
                        )
                        .order_by(col(e.id))
                        .limit(PEOPLE_AT_ONCE)
                    )
                    .scalars()
                    .all()
                )
            if not ids:
                return
            yield [i for i in ids if i is not None]
            last = ids[-1] or 0

    def _stager(self, session: Session, cohort: m.Cohort, planner: Planner) -> Stager:
        assert cohort.id is not None
        return Stager(
            session=session,
            cohort_id=cohort.id,
            code=cohort.code,
            now=self.now,
            today=planner.today,
            mail_domain=self.office.letterhead.domain,
        )

    def _plan_staff(self) -> None:
        with self.office.store.write() as session:
            cohort = self._cohort(session)
            if cohort.next_due_at is None or cohort.next_due_at > self.now:
                return
            timeline = self._timeline(session, cohort)
            planner = self._planner(session, timeline)
            mail = StaffMail(
                session=session,
                cohort=cohort,
                letters=StaffLetters(session, cohort, timeline),
                windows=planner.windows,
                now=self.now,
                mail_domain=self.office.letterhead.domain,
            )
            cohort.next_due_at = mail.stage()
        self.tally.count(mail.outcomes)

    # -- deliver and record ----------------------------------------------------------------

    def _deliver(self) -> None:
        while True:
            claimed, taken = self._claim()
            if not taken:
                return
            leases.renew(self.office.store, f"plan:{self.code}")
            if claimed and not self._send(claimed):
                return

    def _claim(self) -> tuple[list[Claimed], int]:
        """Claim the next messages, committed; the second figure counts those looked at."""
        with self.office.store.write() as session:
            cohort = self._cohort(session)
            timeline = self._timeline(session, cohort)
            claim = Claim(
                session=session,
                cohort=cohort,
                planner=self._planner(session, timeline),
                letterhead=self.office.letterhead,
                owner=self._owner,
                lease_until=leases.real_now() + leases.LEASE,
            )
            claimed = claim.take(MESSAGES_AT_ONCE)
        self.tally.count(claim.outcomes)
        return claimed, claim.looked_at

    def _send(self, claimed: Sequence[Claimed]) -> bool:
        """Render and send what was claimed; return whether the relay is still of use."""
        recording = _Recording(self.office, self.now, self.tally)
        outgoing = []
        for message in claimed:
            try:
                data = self._written(message)
            except AtsError as error:
                recording.park(message, error)
                continue
            recording.digests[message.id] = digest(data)
            sender = parseaddr(self.office.letterhead.sender)[1]
            outgoing.append(
                Outgoing(key=message.id, sender=sender, recipient=message.to_address, data=data)
            )
        left = send_all(
            self.office.relay(), outgoing, on_result=recording.note, pool=self.office.pool
        )
        recording.flush()
        recording.give_back([int(mail.key) for mail in left])
        return recording.relay_works

    def _written(self, message: Claimed) -> bytes:
        rendered = self.office.renderer.render(message.context)
        head = self.office.letterhead
        return build(
            Mail(
                rfc_id=message.rfc_id,
                date=message.date,
                from_=head.sender,
                reply_to=head.reply_to,
                to_name=message.to_name,
                to_address=message.to_address,
                subject=rendered.subject,
                text=rendered.text,
                html=rendered.html,
                intended_for=message.recipient if head.redirect_to else None,
            )
        )

    def _count_standing(self) -> None:
        row = m.LedgerRow
        with self.office.store.read() as session:
            cohort = self._cohort(session)
            counts = session.execute(
                select(col(row.outcome), func.count())
                .where(col(row.cohort_id) == cohort.id, col(row.outcome).in_(("queued", "held")))
                .group_by(col(row.outcome))
            )
            for outcome, number in counts:
                setattr(self.tally, outcome, number)


class _Inboxes:
    """Inboxes by occurrence, loaded for a recipient when first asked for."""

    def __init__(self, session: Session, planner: Planner) -> None:
        self._session = session
        self._planner = planner
        self._known: dict[tuple[str, str], Inbox] = {}

    def __call__(self, occurrence: Occurrence) -> Inbox:
        place = (occurrence.recipient, occurrence.role)
        if place not in self._known:
            self.load([place])
        return self._known[place]

    def load(self, places: Iterable[tuple[str, str]]) -> None:
        today, zone = self._planner.today, self._planner.timeline.zone
        monday = today - dt.timedelta(days=today.weekday())
        week = (
            local_moment(monday, dt.time(), zone),
            local_moment(monday + dt.timedelta(days=7), dt.time(), zone),
        )
        self._known.update(
            gather.inboxes(
                self._session,
                places,
                cohort_id=self._planner.timeline.cohort.id,
                today=today,
                week=week,
            )
        )


class _Recording:
    """Results on their way into the records, in small batches."""

    def __init__(self, office: Office, now: dt.datetime, tally: Tally) -> None:
        self.office = office
        self.now = now
        self.tally = tally
        self.digests: dict[int, str] = {}
        self.relay_works = True
        self._waiting: list[tuple[int, str, Result]] = []
        self._since = time.monotonic()

    def note(self, mail: Outgoing, result: Result) -> None:
        """Take one result; write the batch when it is full or old enough."""
        key = int(mail.key)
        self._waiting.append((key, self.digests[key], result))
        if result.stops:
            self._relay_failed(result)
        if len(self._waiting) >= RECORD_ROWS or time.monotonic() - self._since > RECORD_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            with self.office.store.write() as session:
                recorder = Recorder(session, self.now)
                recorder.record(self._waiting)
            self.tally.count(recorder.outcomes)
        self._waiting = []
        self._since = time.monotonic()

    def _relay_failed(self, result: Result) -> None:
        what = {
            "relay": "The mail server cannot be reached",
            "configuration": "The mail server refuses our settings",
        }[result.kind]
        sentence = (
            f"{what} ({result.answer}); everything stays queued and the next tick tries again; "
            "check ATS_SMTP_URL with `ats doctor`."
        )
        if sentence not in self.tally.errors:
            self.tally.errors.append(sentence)
        self.relay_works = False

    def give_back(self, messages: Sequence[int]) -> None:
        """Queue again what was claimed and never tried."""
        if not messages:
            return
        with self.office.store.write() as session:
            for key in messages:
                message = session.get_one(m.Message, key)
                message.status = "queued"
                message.lease_owner = message.lease_until = None

    def park(self, message: Claimed, error: AtsError) -> None:
        """Put aside a message that cannot be written, until a person has mended the cause."""
        self.tally.errors.append(f"{message.rfc_id}: {error}")
        with self.office.store.write() as session:
            Recorder(session, self.now).park(message.id)
