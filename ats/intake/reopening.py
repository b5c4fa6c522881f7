"""Opens cases again that had closed by themselves on what an undone import said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import Connection, insert, select, update

from ats.intake.relations import AUDIT, CASE, ENROLMENT, ROLE, rows_where

#: The conditions that a file makes true; the answers of mentors are recorded by staff.
_BY_FILE = (
    "moved",
    "nothing-overdue",
    "submitted",
    "portfolio-ready",
    "section-complete",
    "section-started",
    "milestone-complete",
    "mentor-named",
)


def reopen_cases(
    connection: Connection,
    enrolments: Iterable[int],
    *,
    since: dt.datetime,
    import_id: int,
    now: dt.datetime,
    by: str,
) -> tuple[str, ...]:
    """Open what has closed since then by such a condition; return it as "P0017 stalled-portfolio".

    One case of a kind stays open at most. What is settled all the same closes with the next tick.
    """
    query = (
        select(CASE.c.id, CASE.c.enrolment_id, CASE.c.kind, CASE.c.state, ROLE.c.ref)
        .add_columns(CASE.c.cohort_id, CASE.c.closed_because, CASE.c.closed_at)
        .join(ENROLMENT, ENROLMENT.c.id == CASE.c.enrolment_id)
        .join(ROLE, ROLE.c.id == ENROLMENT.c.role_id)
    )
    newest = {}
    for case in sorted(rows_where(connection, query, CASE.c.enrolment_id, sorted(enrolments))):
        newest[case.enrolment_id, case.kind] = case
    reopened = [
        case
        for case in newest.values()
        if case.state == "closed" and case.closed_because in _BY_FILE and case.closed_at >= since
    ]
    for case in reopened:
        connection.execute(
            update(CASE)
            .where(CASE.c.id == case.id)
            .values(state="open", closed_at=None, closed_because=None)
        )
        row = {"at": now, "by": by, "cohort_id": case.cohort_id, "reason": "", "restricted": False}
        row |= {"action": "import undo: case opened again", "subject": case.ref}
        before = {"closed_at": case.closed_at.isoformat(), "because": case.closed_because}
        after = {"import": import_id, "case": case.id, "kind": case.kind}
        connection.execute(insert(AUDIT).values(**row, before=before, after=after))
    return tuple(f"{case.ref} {case.kind}" for case in reopened)
