"""Taking back: claims whose owner is gone, and queued mail whose day has passed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from ats.outbox import notices
from ats.outbox.leases import is_dead, real_now
from ats.records import models as m


def requeue_abandoned(session: Session, cohort_id: int) -> int:
    """Queue again what a dead or expired owner had claimed, under the same Message-ID and Date."""
    msg = m.Message
    claimed = session.execute(
        select(msg).where(col(msg.cohort_id) == cohort_id, col(msg.status) == "claimed")
    ).scalars()
    taken = 0
    for message in claimed:
        expired = message.lease_until is None or message.lease_until < real_now()
        if expired or is_dead(message.lease_owner or "::"):
            message.status = "queued"
            message.lease_owner = message.lease_until = None
            message.attempts += 1  # it may have left: from here on it keeps its Message-ID
            taken += 1
    session.flush()
    return taken


def dissolve_yesterdays(
    session: Session, cohort_id: int, *, today: dt.date, now: dt.datetime
) -> int:
    """Let the rows of mail queued for an earlier day, and never tried, be planned afresh.

    Notices wait as they are: nothing plans them.
    """
    msg, row = m.Message, m.LedgerRow
    old = list(
        session.execute(
            select(col(msg.id)).where(
                col(msg.cohort_id) == cohort_id,
                col(msg.status) == "queued",
                col(msg.attempts) == 0,
                col(msg.send_on) < today,
                col(msg.bundle).not_like(f"{notices.BUNDLE}%"),
            )
        ).scalars()
    )
    if not old:
        return 0
    mine = col(row.message_id).in_(old)
    enrolments = select(col(row.enrolment_id)).where(mine, col(row.enrolment_id).is_not(None))
    session.execute(
        update(m.Enrolment).where(col(m.Enrolment.id).in_(enrolments)).values(next_due_at=m.EPOCH)
    )
    session.execute(
        update(m.Cohort).where(col(m.Cohort.id) == cohort_id).values(next_due_at=m.EPOCH)
    )
    session.execute(
        update(row)
        .where(mine)
        .values(outcome="held", reason="window", until=now, message_id=None, decided_at=now)
    )
    session.execute(delete(msg).where(col(msg.id).in_(old)))
    return len(old)
