"""Taking back: mail that goes into the queue again, and queued mail whose day has passed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from ats.outbox import notices
from ats.records import models as m


def queue_again(session: Session, message: m.Message, *, may_have_left: bool) -> None:
    """Put a claimed message back into the queue, under the same Message-ID and Date.

    One that may have left takes no further rows: who has it already would never read them. Nor
    does one whose place in the day another message has taken since it was claimed.
    """
    with session.no_autoflush:
        apart = may_have_left or _place_is_taken(session, message)
    if apart and "#" not in message.bundle:
        message.bundle += f"#{message.id}"
    message.status = "queued"
    message.lease_owner = message.lease_until = None


def _place_is_taken(session: Session, message: m.Message) -> bool:
    msg = m.Message
    other = select(col(msg.id)).where(
        col(msg.cohort_id) == message.cohort_id,
        col(msg.recipient) == message.recipient,
        col(msg.role) == message.role,
        col(msg.send_on) == message.send_on,
        col(msg.bundle) == message.bundle,
        col(msg.status) == "queued",
        col(msg.id) != message.id,
    )
    return session.execute(other.limit(1)).first() is not None


def dissolve_yesterdays(
    session: Session, cohort_id: int, *, today: dt.date, now: dt.datetime
) -> int:
    """Let the rows of mail queued for an earlier day, and never tried, be planned afresh.

    Notices, and what staff send again, wait as they are: nothing plans them.
    """
    msg, row = m.Message, m.LedgerRow
    old = list(
        session.execute(
            select(col(msg.id))
            .where(
                col(msg.cohort_id) == cohort_id,
                col(msg.status) == "queued",
                col(msg.attempts) == 0,
                col(msg.send_on) < today,
                col(msg.bundle).not_like(f"{notices.BUNDLE}%"),
                col(msg.repeats_id).is_(None),
            )
            .with_for_update(skip_locked=True)  # another worker claims these at this moment
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
