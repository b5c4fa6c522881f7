"""Putting aside a message that cannot be written, or that nobody knows to have arrived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import update
from sqlmodel import Session, col

from ats.records import models as m

#: When it is tried again by itself.
PARKED_FOR = dt.timedelta(hours=1)


def park(
    session: Session, message: m.Message, rows: Iterable[m.LedgerRow], *, now: dt.datetime
) -> None:
    """Hold the rows of this message as parked and let go of it; they are tried again in an hour.

    A message that may have reached the mail server before stays, as failed.
    """
    until = now + PARKED_FOR
    for row in rows:
        row.outcome, row.reason, row.message_id = "held", "parked", None
        row.until, row.decided_at = until, now
        if row.enrolment_id is not None:
            _look_again(session, m.Enrolment, row.enrolment_id, at=until)
        else:
            _look_again(session, m.Cohort, row.cohort_id, at=until)
    session.flush()
    if message.attempts:
        message.status, message.lease_owner, message.lease_until = "failed", None, None
    else:
        session.delete(message)
    session.flush()


def put_aside(message: m.Message, rows: Iterable[m.LedgerRow], *, now: dt.datetime) -> None:
    """Park this message with its rows until a person releases it; nothing else moves it.

    It keeps its rows, its Message-ID and what is pinned in it, for it may have arrived.
    """
    message.status = "parked"
    message.lease_owner = message.lease_until = message.next_attempt_at = None
    for row in rows:
        row.outcome, row.reason, row.until, row.decided_at = "held", "parked", None, now


def _look_again(
    session: Session, table: type[m.Enrolment] | type[m.Cohort], key: int, *, at: dt.datetime
) -> None:
    """Bring `next_due_at` forward to this moment, if it is later or never."""
    later = col(table.next_due_at).is_(None) | (col(table.next_due_at) > at)
    session.execute(update(table).where(col(table.id) == key, later).values(next_due_at=at))
