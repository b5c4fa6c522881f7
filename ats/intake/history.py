"""What was imported before, and what may not be imported after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session

from ats.errors import Refused
from ats.intake.columns import KINDS, PROGRESS
from ats.intake.preflight import Stamp
from ats.intake.relations import AUDIT, HEADER_MAPPING, IMPORT
from ats.intake.table import Table


@dataclass(frozen=True, slots=True)
class Earlier:
    """An import that was applied and stands."""

    id: int
    digest: str
    as_of: dt.date | None
    applied_at: dt.datetime


def newest_as_of(session: Session, cohort_id: int) -> tuple[dt.date, dt.datetime] | None:
    """Return the as-of date of the newest progress import that stands, and when it was applied."""
    for newest in reversed(standing_imports(session, cohort_id, PROGRESS)):
        if newest.as_of is not None:
            return newest.as_of, newest.applied_at
    return None


def standing_imports(session: Session, cohort_id: int, kind: str) -> Sequence[Earlier]:
    """Return the cohort's imports of a kind that were not undone, the newest last."""
    session.flush()
    rows = session.connection().execute(
        select(IMPORT.c.id, IMPORT.c.digest, IMPORT.c.as_of, IMPORT.c.applied_at)
        .where(IMPORT.c.cohort_id == cohort_id, IMPORT.c.kind == kind)
        .where(IMPORT.c.undone_at.is_(None))
        .order_by(IMPORT.c.as_of, IMPORT.c.id)
    )
    return [Earlier(*row) for row in rows]


def refuse_older(table: Table, standing: Sequence[Earlier], as_of: dt.date) -> None:
    """Raise Refused when progress as of a later day was applied already."""
    newest = standing[-1].as_of if standing else None
    if newest is not None and as_of < newest:
        raise Refused(
            f"{table.filename} is as of {spoken(as_of)}, but progress as of {spoken(newest)} "
            "is in the records; import a newer export."
        )


def refuse_superseded(table: Table, standing: Sequence[Earlier]) -> None:
    """Raise Refused when this very file was applied, and another one after it."""
    if not standing or standing[-1].digest == table.digest:
        return
    for earlier in standing:
        if earlier.digest == table.digest:
            raise Refused(
                f"{table.filename} was applied as import {earlier.id}, and import "
                f"{standing[-1].id} has replaced it; use a new export, or undo import "
                f"{standing[-1].id} first."
            )


def already_applied(table: Table, standing: Sequence[Earlier], as_of: dt.date | None) -> int | None:
    """Return the id of the newest import if it is of this file and day."""
    if standing and (standing[-1].digest, standing[-1].as_of) == (table.digest, as_of):
        return standing[-1].id
    return None


def stamp(session: Session) -> Stamp:
    """Return how far imports and the audit trail have come."""
    session.flush()
    row = session.connection().execute(
        select(
            select(func.coalesce(func.max(IMPORT.c.id), 0)).scalar_subquery(),
            select(func.coalesce(func.max(AUDIT.c.id), 0)).scalar_subquery(),
        )
    )
    import_id, audit_id = row.one()
    return Stamp(import_id, audit_id)


def saved_mappings(session: Session) -> dict[str, dict[str, str]]:
    """Return what staff have told us of other headers: kind → folded header → column."""
    saved: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    columns = (HEADER_MAPPING.c.kind, HEADER_MAPPING.c.header, HEADER_MAPPING.c.column)
    for kind, header, column in session.connection().execute(select(*columns)):
        saved[kind][header] = column
    return saved


def spoken(day: dt.date) -> str:
    """Return '5 October 2026'."""
    return f"{day.day} {day:%B %Y}"
