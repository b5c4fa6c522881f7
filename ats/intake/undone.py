"""What became of an import that was taken back, and its lines in the audit trail."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, insert

from ats.intake.relations import AUDIT

UNDONE = "import undo"  # action of the audit trail


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of an import's values and rows."""

    import_id: int
    kind: str
    restored: int  # values
    removed: int  # rows
    kept: tuple[str, ...]  # what somebody changed since, as "P0017 email"
    named: tuple[str, ...]  # what a later roster names as well
    written: tuple[str, ...]  # mentors who were asked or written to, or mentor elsewhere
    parked: tuple[str, ...]  # refs of people who stay because something hangs on them
    reopened: tuple[str, ...] = ()  # cases that only what is taken back had closed


def record_undone(
    connection: Connection, cohort_id: int, undone: Undone, now: dt.datetime, by: str
) -> None:
    """Write down that an import was undone, and for each parked person that they were."""
    row = {"at": now, "by": by, "cohort_id": cohort_id, "reason": "", "restricted": False}
    counts = {"restored": undone.restored, "removed": undone.removed, "kept": list(undone.kept)}
    after = {"import": undone.import_id, **counts, "parked": list(undone.parked)}
    after |= {"reopened": list(undone.reopened)}
    connection.execute(insert(AUDIT).values(**row, action=UNDONE, after=after))
    parked = [
        {
            **row,
            "action": f"{UNDONE}: parked",
            "subject": ref,
            "after": {"import": undone.import_id},
        }
        for ref in undone.parked
    ]
    if parked:
        connection.execute(insert(AUDIT), parked)
