"""Reconciling, every night: does what the records say add up? Reports what is off, and mends
only caches.

Nothing here decides about mail: a stuck lease is freed by the next tick, a missing row is
written by it. What is found twice is a fault of ours, and a person hears of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, exists, func, select
from sqlmodel import Session, col

from ats.office import Office
from ats.outbox import leases
from ats.outbox.cohort_now import CohortNow
from ats.outbox.notices import ACTION, stage_notice
from ats.planning.facts import Participant
from ats.planning.planner import Planner
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again

PEOPLE_AT_ONCE = 500
#: What fell due and has no row so long after is missing; a tick comes every ten minutes by day.
LATE = dt.timedelta(days=1)
SHOWN = 20  # refs of each finding


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not add up: a sentence, what to do, and whom or what it is about."""

    what: str
    remedy: str
    about: tuple[str, ...]


@dataclass(slots=True)
class Report:
    """What was looked at in one cohort, and what was off."""

    code: str
    people: int = 0
    rows: int = 0
    findings: list[Finding] = field(default_factory=list)
    mended: int = 0  # caches set right

    @property
    def is_clean(self) -> bool:
        return not self.findings

    @property
    def line(self) -> str:
        """The report in a few words: `125 people, 812 rows, nothing off`."""
        off = f"{len(self.findings)} things off" if self.findings else "nothing off"
        return f"{self.people} people, {self.rows} rows, {off}"


def reconcile(office: Office, code: str, *, now: dt.datetime) -> Report:
    """Check one cohort, set `next_due_at` right, and ask operations to act if anything is off."""
    at, report = CohortNow(office, code, now), Report(code)
    with office.store.read() as session:
        cohort = at.cohort(session)
        mine = col(m.LedgerRow.cohort_id) == cohort.id
        counted = select(func.count()).where(mine)
        report.rows = session.execute(counted).scalar_one()
        report.findings += [one for one in _records(session, cohort, now) if one.about]
    report.findings += [one for one in _people(at, report) if one.about]
    if report.findings:
        _tell(at, report)
    return report


# -- leases, messages, rows --------------------------------------------------------------------


def _records(session: Session, cohort: m.Cohort, now: dt.datetime) -> Iterator[Finding]:
    yield Finding(
        "Somebody has held the right to plan or send for longer than it lasts.",
        "End the process if it hangs; the next tick then takes over.",
        _stuck(session, cohort),
    )
    msg, row = m.Message, m.LedgerRow
    mine = col(msg.cohort_id) == cohort.id
    of_message = col(row.message_id) == col(msg.id)
    yield Finding(
        "Messages without a row in the ledger: nobody can tell why they exist.",
        "Send the report to whoever looks after this system.",
        _ids(session, mine, ~exists().where(of_message)),
    )
    sent_row = exists().where(of_message, col(row.outcome) == "sent")
    yield Finding(
        "Messages that were sent while the ledger does not say so, or the other way round.",
        "Send the report to whoever looks after this system.",
        _ids(session, mine, (col(msg.status) == "sent") != sent_row),
    )
    waiting_row = exists().where(of_message, col(row.outcome).in_(m.OPEN))
    yield Finding(
        "Messages that have ended while rows still wait for them.",
        "Send the report to whoever looks after this system.",
        _ids(session, mine, col(msg.status).in_(("sent", "failed")), waiting_row),
    )
    yield Finding(
        "E-mails that were put aside and wait for a person.",
        "Look at each with `ats message show`, then `ats message release` it or leave it.",
        _ids(session, mine, col(msg.status) == "parked"),
    )


def _stuck(session: Session, cohort: m.Cohort) -> tuple[str, ...]:
    late = leases.real_now() - leases.LEASE
    lease, msg = m.Lease, m.Message
    held = select(col(lease.name)).where(
        col(lease.name).endswith(f":{cohort.code}"), col(lease.until) < late
    )
    claimed = select(col(msg.rfc_id)).where(
        col(msg.cohort_id) == cohort.id,
        col(msg.status) == "claimed",
        col(msg.lease_until) < late,
    )
    found = [*session.execute(held).scalars(), *session.execute(claimed.limit(SHOWN)).scalars()]
    return tuple(found)


def _ids(session: Session, *where: ColumnElement[bool]) -> tuple[str, ...]:
    found = select(col(m.Message.id)).where(*where).order_by(col(m.Message.id)).limit(SHOWN)
    return tuple(f"message {key}" for key in session.execute(found).scalars())


# -- people ------------------------------------------------------------------------------------


def _people(at: CohortNow, report: Report) -> Iterator[Finding]:
    missing: list[str] = []
    hidden: list[str] = []
    for ids in _enrolments(at):
        with at.office.store.write() as session:
            planner = at.planner(session, at.cohort(session))
            for person in gather.participants(session, ids):
                report.people += 1
                missing += _unaccounted(planner, person)
                if _is_hidden(session, planner, person):
                    hidden.append(person.ref)
    report.mended = len(hidden)
    yield Finding(
        "Things that fell due a day ago or more and have no row in the ledger.",
        "See that the ticks run (`ats doctor`), then run `ats tick`.",
        tuple(missing[:SHOWN]),
    )
    yield Finding(
        "People whose next due moment was noted too late; it has been set right.",
        "Run `ats tick`, and send the report to whoever looks after this system.",
        tuple(hidden[:SHOWN]),
    )


def _enrolments(at: CohortNow) -> Iterator[Sequence[int]]:
    e, last = m.Enrolment, 0
    while True:
        with at.office.store.read() as session:
            ids = session.execute(
                select(col(e.id))
                .where(col(e.cohort_id) == at.cohort(session).id, col(e.id) > last)
                .order_by(col(e.id))
                .limit(PEOPLE_AT_ONCE)
            ).scalars()
            found = [key for key in ids if key is not None]
        if not found:
            return
        yield found
        last = found[-1]


def _unaccounted(planner: Planner, person: Participant) -> list[str]:
    """Return the planned occurrences that should have a row by now, and have none."""
    due, _ = planner.timeline.open_occurrences(person, planner.now - LATE)
    return [f"{person.ref} {o.rule.step} {o.occurrence}" for o in due if o.key not in person.past]


def _is_hidden(session: Session, planner: Planner, person: Participant) -> bool:
    """Set `next_due_at` right if it lies after the truth; return whether it did."""
    enrolment = m.Enrolment
    noted = session.execute(
        select(col(enrolment.next_due_at)).where(col(enrolment.id) == person.id)
    ).scalar()
    if noted is not None and noted <= planner.now:
        return False  # it is looked at by the next tick
    truth = planner.judge(person)
    due_now = any(
        d.row is None or (d.verdict.outcome, d.verdict.reason) != (d.row.outcome, d.row.reason)
        for d in truth.decisions
        if d.row is None or not d.row.in_message
    )
    comes = truth.next_due_at
    if not due_now and (comes is None or (noted is not None and noted <= comes)):
        return False
    look_again(session, person.id)
    return True


def _tell(at: CohortNow, report: Report) -> None:
    with at.office.store.write() as session:
        cohort = at.cohort(session)
        stage_notice(
            session,
            cohort=cohort,
            step=ACTION,
            facts={
                "cause": "the nightly check found something",
                "what": " ".join(one.what for one in report.findings),
                "remedy": " ".join(dict.fromkeys(one.remedy for one in report.findings)),
                "details": [about for one in report.findings for about in one.about],
            },
            now=at.now,
            domain=at.office.letterhead.domain,
            may_go=cohort.status != "trial" or "operations" in at.reachable(session, cohort),
        )
