"""What one import wrote, and what has happened to it since."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import Session

from ats.intake.columns import ROSTER
from ats.intake.imports import IMPORTED
from ats.intake.relations import AUDIT, IMPORT, IMPORT_CHANGE, TABLES, rows_where
from ats.intake.staff import Decisions, refs_of
from ats.intake.writing import as_json

Record = tuple[str, int]  # table name and id


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of `import_change`."""

    id: int
    entity: str
    entity_id: int
    field: str | None
    before: Any
    after: Any

    @property
    def record(self) -> Record:
        return self.entity, self.entity_id


class Traces:
    """The rows that an import made and the values it set, against the records of today."""

    def __init__(self, session: Session, import_id: int, cohort_id: int) -> None:
        self._connection = session.connection()
        self._decisions = Decisions(session)
        self._refs = functools.cache(functools.partial(refs_of, session))
        own = _traces(self._connection, [import_id])
        self.made = {trace.record: trace for trace in own if trace.field is None}
        self.set = [trace for trace in own if trace.field is not None]
        self._now = _current(self._connection, own)
        later = _later_imports(self._connection, import_id)
        self._later: dict[tuple[Record, str | None], Trace] = {}
        for trace in _traces(self._connection, later):
            self._later.setdefault((trace.record, trace.field), trace)
        self._later_records = {record for record, _ in self._later}
        self.claimed = _claimed(self._connection, import_id, cohort_id, later)

    def made_of(self, entity: str) -> dict[int, Trace]:
        """Return the rows of one table that the import made and that are still there."""
        return {
            id_: trace
            for (name, id_), trace in self.made.items()
            if name == entity and (name, id_) in self._now
        }

    def value(self, entity: str, entity_id: int, field: str) -> Any:
        """Return what stands in the record today."""
        return self._now[entity, entity_id][field]

    def is_as_made(self, record: Record) -> bool:
        """Tell whether nobody has changed a row since the import made it."""
        expected = dict(self.made[record].after)
        expected |= {trace.field: trace.after for trace in self.set if trace.record == record}
        now = self._now[record]
        same = all(as_json(now[field]) == value for field, value in expected.items())
        mended = any(self._mended(*record, field) for field in expected)
        return same and not mended and record not in self._later_records

    def is_as_set(self, trace: Trace) -> bool:
        """Tell whether a value is still the one that the import set, and nobody else's since."""
        now = self._now.get(trace.record)
        return (
            now is not None
            and as_json(now[trace.field or ""]) == trace.after
            and self.later(trace) is None
            and not self._mended(trace.entity, trace.entity_id, trace.field or "")
        )

    def later(self, trace: Trace) -> Trace | None:
        """Return what the next import that stands did to the same value."""
        return self._later.get((trace.record, trace.field))

    def _mended(self, entity: str, entity_id: int, field: str) -> bool:
        if not self._decisions:
            return False
        if entity == "progress":
            field = f"{field}:{self._now[entity, entity_id]['section']}"
        name = field.replace("email_key", "email")
        return any(self._decisions.hold(ref, name) for ref in self._refs(entity, entity_id))


def _traces(connection: Connection, import_ids: Iterable[int]) -> list[Trace]:
    columns = (IMPORT_CHANGE.c[name] for name in Trace.__slots__)
    query = select(*columns).order_by(IMPORT_CHANGE.c.id)
    rows = rows_where(connection, query, IMPORT_CHANGE.c.import_id, import_ids)
    return [Trace(*row) for row in rows]


def _current(connection: Connection, traces: Iterable[Trace]) -> dict[Record, dict[str, Any]]:
    ids: dict[str, set[int]] = defaultdict(set)
    for trace in traces:
        ids[trace.entity].add(trace.entity_id)
    return {
        (entity, row.id): dict(row._mapping)
        for entity, wanted in ids.items()
        for row in rows_where(
            connection, select(TABLES[entity]), TABLES[entity].c.id, sorted(wanted)
        )
    }


def _later_imports(connection: Connection, import_id: int) -> list[int]:
    """Return the imports of any cohort that came later and stand, the oldest first."""
    query = select(IMPORT.c.id).where(IMPORT.c.id > import_id, IMPORT.c.undone_at.is_(None))
    return list(connection.scalars(query.order_by(IMPORT.c.id)))


def _claimed(
    connection: Connection, import_id: int, cohort_id: int, later: list[int]
) -> dict[str, int]:
    """Return whom later rosters of the cohort name as well: ref → the first such import."""
    claimed: dict[str, int] = {}
    query = select(AUDIT.c.after).where(AUDIT.c.action == IMPORTED[ROSTER])
    for after in connection.scalars(
        query.where(AUDIT.c.cohort_id == cohort_id).order_by(AUDIT.c.id)
    ):
        if after["import"] in later:
            claimed = dict.fromkeys(after["refs"], after["import"]) | claimed
    return claimed
