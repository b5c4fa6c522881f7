"""Leases, messages and rows that do not fit together, each found by one question."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, exists, select
from sqlmodel import Session, col

from ats.checks.findings import Finding
from ats.outbox import leases
from ats.records import models as m

MOST = 1000  # of each kind; where there are more, a thousand say enough
REPORT = "Send this report to whoever looks after the system."


def records(session: Session, cohort: m.Cohort) -> Iterator[Finding]:
    """Yield what is off with the leases, messages and rows of this cohort, and what is not."""
    msg, row = m.Message, m.LedgerRow
    mine, rows = col(msg.cohort_id) == cohort.id, col(row.cohort_id) == cohort.id
    of_message = col(row.message_id) == col(msg.id)
    waits = col(msg.status).in_(("queued", "claimed"))
    yield Finding(
        "Somebody has held the right to plan or to send for longer than it lasts:",
        "If a process hangs, end it; the next tick then takes over.",
        _stuck(session, cohort),
    )
    yield Finding(
        "There are e-mails without a row in the ledger, so nobody can tell why they exist:",
        REPORT,
        _messages(session, mine, ~exists().where(of_message)),
    )
    yield Finding(
        "There are rows that wait for an e-mail which does not wait to be sent:",
        REPORT,
        _rows(session, rows, col(row.outcome) == "queued", ~exists().where(of_message, waits)),
    )
    sent_row = exists().where(of_message, col(row.outcome) == "sent")
    yield Finding(
        "E-mails were sent while the ledger does not say so, or the other way round:",
        REPORT,
        _messages(session, mine, (col(msg.status) == "sent") != sent_row),
    )
    held = exists().where(of_message, col(row.outcome) == "held")
    yield Finding(
        "E-mails have ended while rows are still held for them:",
        REPORT,
        _messages(session, mine, col(msg.status).in_(("sent", "failed")), held),
    )
    yield Finding(
        "E-mails were put aside and wait for a person:",
        "Look at each with ats message show, then let it go with ats message release, or leave it.",
        _messages(session, mine, col(msg.status) == "parked"),
    )


def _stuck(session: Session, cohort: m.Cohort) -> tuple[str, ...]:
    late = leases.real_now() - leases.LEASE
    lease, msg = m.Lease, m.Message
    held = select(col(lease.name)).where(
        col(lease.name).endswith(f":{cohort.code}", autoescape=True), col(lease.until) < late
    )
    claimed = _messages(
        session,
        col(msg.cohort_id) == cohort.id,
        col(msg.status) == "claimed",
        col(msg.lease_until) < late,
    )
    return (*session.execute(held.order_by(col(lease.name))).scalars(), *claimed)


def _messages(session: Session, *where: ColumnElement[bool]) -> tuple[str, ...]:
    msg = m.Message
    found = select(col(msg.rfc_id)).where(*where).order_by(col(msg.id)).limit(MOST)
    return tuple(session.execute(found).scalars())


def _rows(session: Session, *where: ColumnElement[bool]) -> tuple[str, ...]:
    row = m.LedgerRow
    found = select(col(row.key)).where(*where).order_by(col(row.id)).limit(MOST)
    return tuple(session.execute(found).scalars())
