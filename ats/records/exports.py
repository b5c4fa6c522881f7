"""Which export of portfolios the records rest on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from ats.records import models as m


@dataclass(frozen=True, slots=True)
class Export:
    """An import of portfolios, named by its number and digest: a file's name may hold anything."""

    number: int
    as_of: dt.date
    applied_at: dt.datetime
    digest: str  # sha256 of the file

    def document(self, zone: ZoneInfo) -> dict[str, object]:
        """Return this as JSON tells it."""
        return {
            "id": self.number,
            "applied_at": self.applied_at.astimezone(zone).isoformat(),
            "digest": self.digest,
        }


def newest_export(session: Session, cohort_id: int) -> Export | None:
    """Return the export with the newest as-of, the one applied last of several; None: no export."""
    one = m.Import
    row = session.execute(
        select(col(one.id), col(one.as_of), col(one.applied_at), col(one.digest))
        .where(
            col(one.cohort_id) == cohort_id,
            col(one.kind) == "progress",
            col(one.undone_at).is_(None),
            col(one.as_of).is_not(None),
        )
        .order_by(col(one.as_of).desc(), col(one.id).desc())
        .limit(1)
    ).first()
    return Export(*row) if row else None
