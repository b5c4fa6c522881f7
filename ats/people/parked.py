"""Who was left behind when the import that named them was undone."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlmodel import Session, col

from ats.records import models as m

#: Why nothing goes to or about them, and what ends that.
BECAUSE = "the import that named them was undone"
UNTIL = "a roster names them again"


def parked_since(session: Session, enrolment_id: int) -> dt.datetime | None:
    """Return since when everything waits for this participant; None: it does not."""
    query = select(col(m.Overlay.recorded_at)).where(
        col(m.Overlay.enrolment_id) == enrolment_id,
        col(m.Overlay.kind) == "parked",
        col(m.Overlay.revoked_at).is_(None),
    )
    return session.execute(query.order_by(col(m.Overlay.id))).scalars().first()
