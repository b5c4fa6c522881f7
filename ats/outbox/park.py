"""Putting aside a message that cannot be written, until a person has mended the cause."""

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
    for row in rows:
        row.outcome, row.reason, row.message_id = "held", "parked", None
        row.until, row.decided_at = now + PARKED_FOR, now
        if row.enrolment_id is not None:
            session.execute(
                update(m.Enrolment)
                .where(col(m.Enrolment.id) == row.enrolment_id)
                .values(next_due_at=m.EPOCH)
            )
    session.flush()
    if message.attempts:
        message.status, message.lease_owner, message.lease_until = "failed", None, None
    else:
        session.delete(message)
    session.flush()
