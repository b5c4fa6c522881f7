"""What one import wrote, and what has happened to it since."""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import Session

from ats.intake.claims import Claims
from ats.intake.relations import IMPORT, IMPORT_CHANGE, TABLES, rows_where
from ats.intake.staff import Decisions, refs_of
from ats.intake.writing import as_json

Record = tuple[str, int]  # table name and id


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of `import_change`."""

    id: int
    import_id: int
    entity: str
    entity_id: int
    field: str | None
    before: Any
    after: Any

    @property
    def record(self) -> Record:
        return self.entity, self.entity_id


class Traces:
    """The rows that an import made and the values it set, against the records of today.

    To what it made belongs what imports that were undone before have left behind.
    """

    def __init__(self, session: Session, import_id: int, cohort_id: int) -> None:
        self.import_id = import_id
        self._connection = session.connection()
        self._decisions = Decisions(session)
        self._refs = functools.cache(functools.partial(refs_of, session))
        own = _traces(self._connection, [import_id])
        left = _left_behind(self._connection, cohort_id)
        self.made = {trace.record: trace for trace in (*left, *own) if trace.field is None}
        self.set = [trace for trace in own if trace.field is not None]
        self._now = _current(self._connection, (*left, *own))
        standing = _others_standing(self._connection, import_id)
        self._later: dict[tuple[Record, str | None], Trace] = {}
        for trace in _traces(self._connection, [id_ for id_ in standing if id_ > import_id]):
            self._later.setdefault((trace.record, trace.field), trace)
        self._later_of = {record: trace for (record, _), trace in reversed(self._later.items())}
        self._explained = _explained(self._connection, self.made)
        self.claims = Claims(self._connection, cohort_id, standing)

    def heir(self, record: Record) -> int | None:
        """Return the later import that stands and names a row as well: it is its maker then."""
        entity, entity_id = record
        since = self.made[record].import_id
        if entity == "mentorship":
            names = self._naming(entity_id)
            return self.claims.of_mentor(*names, since=since)
        if entity in ("role", "person", "enrolment"):
            where = self.claims.of_ref if entity != "enrolment" else self.claims.of_participant
            heirs = [heir for ref in self._refs(entity, entity_id) if (heir := where(ref, since))]
            return min(heirs, default=None)
        later = self._later_of.get(record)
        return later.import_id if later else None

    def heir_of_return(self, trace: Trace) -> int | None:
        """Return the later import that would have brought somebody back who was parked."""
        refs = self._refs(*trace.record)
        heirs = [self.claims.of_participant(ref, trace.import_id) for ref in refs]
        return next(filter(None, heirs), None)

    def _naming(self, mentorship_id: int) -> tuple[str, str]:
        """Return the participant's and the mentor's ref."""
        (participant,) = self._refs("mentorship", mentorship_id)
        (mentor,) = self._refs("role", self.value("mentorship", mentorship_id, "role_id"))
        return participant, mentor

    def made_of(self, entity: str) -> dict[int, Trace]:
        """Return the rows of one table that the import made and that are still there."""
        return {
            id_: trace
            for (name, id_), trace in self.made.items()
            if name == entity and (name, id_) in self._now
        }

    def is_there(self, record: Record) -> bool:
        return record in self._now

    def all_of(self, entity: str) -> list[int]:
        """Return the rows of one table that the import made or set a value in."""
        return [id_ for name, id_ in self._now if name == entity]

    def value(self, entity: str, entity_id: int, field: str) -> Any:
        """Return what stands in the record today."""
        return self._now[entity, entity_id][field]

    def is_as_made(self, record: Record) -> bool:
        """Tell whether a row holds nothing but what imports have written into it."""
        return all(
            self.is_explained(record, field) and not self._mended(*record, field)
            for field in self.made[record].after
        )

    def is_explained(self, record: Record, field: str) -> bool:
        """Tell whether an import has written the value that stands in a field."""
        value = as_json(self._now[record][field])
        return (record, field, _frozen(value)) in self._explained

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
        name = "email" if field in ("email_key", "email_changed_at") else field
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


def _left_behind(connection: Connection, cohort_id: int) -> list[Trace]:
    """Return what the cohort's undone imports have made, whether it is still there or not."""
    columns = (IMPORT_CHANGE.c[name] for name in Trace.__slots__)
    query = select(*columns).join(IMPORT, IMPORT.c.id == IMPORT_CHANGE.c.import_id)
    query = query.where(IMPORT.c.cohort_id == cohort_id, IMPORT.c.undone_at.is_not(None))
    rows = connection.execute(query.where(IMPORT_CHANGE.c.field.is_(None)))
    return [Trace(*row) for row in rows]


def _others_standing(connection: Connection, import_id: int) -> list[int]:
    """Return the other imports of any cohort that stand, the oldest first."""
    query = select(IMPORT.c.id).where(IMPORT.c.id != import_id, IMPORT.c.undone_at.is_(None))
    return list(connection.scalars(query.order_by(IMPORT.c.id)))


def _explained(
    connection: Connection, made: Mapping[Record, Trace]
) -> set[tuple[Record, str, str]]:
    """Return every value that any import has ever written into these rows."""
    found: set[tuple[Record, str, str]] = {
        (record, field, _frozen(value))
        for record, trace in made.items()
        for field, value in trace.after.items()
    }
    columns = (IMPORT_CHANGE.c[name] for name in Trace.__slots__)
    query = select(*columns).where(IMPORT_CHANGE.c.field.is_not(None))
    ids = sorted({entity_id for _, entity_id in made})
    for row in rows_where(connection, query, IMPORT_CHANGE.c.entity_id, ids):
        trace = Trace(*row)
        if trace.record in made:
            found |= {
                (trace.record, str(trace.field), _frozen(value))
                for value in (trace.before, trace.after)
            }
    return found


def _frozen(value: object) -> str:
    return json.dumps(value, sort_keys=True)
