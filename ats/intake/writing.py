"""Writes rows and values in bulk, and notes each of them so that it can be undone."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Date, String, bindparam, cast, insert, literal, select, update

from ats.intake.plan import NOW, Change
from ats.intake.relations import (
    COHORT,
    ENROLMENT,
    IMPORT_CHANGE,
    MENTORSHIP,
    PERSON,
    ROLE,
    TABLES,
    batches,
    rows_where,
)
from ats.records.models import EPOCH, UtcDateTime


class ChangeLog:
    """Everything one import writes goes through here, and ends in `import_change`."""

    def __init__(self, connection: Connection, import_id: int, now: dt.datetime) -> None:
        self._connection = connection
        self._import_id = import_id
        self._now = now
        self._noted: list[dict[str, Any]] = []

    def add(
        self, entity: str, rows: Sequence[dict[str, Any]], unnoted: dict[str, Any] | None = None
    ) -> list[int]:
        """Insert the rows and return their ids in order. `unnoted` values are undone with them."""
        if not rows:
            return []
        rows = [{name: self._at(value) for name, value in row.items()} for row in rows]
        ids = insert_rows(self._connection, entity, [row | (unnoted or {}) for row in rows])
        for id_, row in zip(ids, rows, strict=True):
            self._note(entity, id_, None, None, {name: as_json(row[name]) for name in row})
        return ids

    def change(self, changes: Iterable[Change]) -> None:
        """Write the values."""
        values: dict[tuple[str, int], dict[str, Any]] = defaultdict(dict)
        for change in changes:
            after = self._at(change.after)
            values[change.entity, change.entity_id][change.field] = after
            before = as_json(change.before)
            self._note(change.entity, change.entity_id, change.field, before, as_json(after))
        update_rows(self._connection, values)

    def confirm(self, changes: Iterable[Change]) -> None:
        """Note values that stand already, so that undoing who set them leaves them alone."""
        for change in changes:
            value = as_json(change.after)
            self._note(change.entity, change.entity_id, change.field, value, value)

    def close(self) -> None:
        """Write down what was noted."""
        if self._noted:
            self._connection.execute(insert(IMPORT_CHANGE), self._noted)

    def _note(self, entity: str, id_: int, field: str | None, before: Any, after: Any) -> None:
        self._noted.append(
            {
                "import_id": self._import_id,
                "entity": entity,
                "entity_id": id_,
                "field": field,
                "before": before,
                "after": after,
            }
        )

    def _at(self, value: Any) -> Any:
        return self._now if value is NOW else value


def insert_rows(connection: Connection, entity: str, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert the rows and return their ids, in the same order."""
    table = TABLES[entity]
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(connection.scalars(statement, list(rows)))


def update_rows(connection: Connection, values: dict[tuple[str, int], dict[str, Any]]) -> None:
    """Set the values of the records, given by table name and id."""
    alike: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
    for (entity, id_), fields in values.items():
        row = {f"new_{name}": value for name, value in fields.items()} | {"the_id": id_}
        alike[entity, tuple(sorted(fields))].append(row)
    moving = [id_ for (entity, id_), fields in values.items() if _readdresses(entity, fields)]
    _vacate(connection, moving)
    for (entity, names), rows in alike.items():
        table = TABLES[entity]
        connection.execute(
            update(table)
            .where(table.c.id == bindparam("the_id"))
            .values({table.c[name]: bindparam(f"new_{name}") for name in names}),
            rows,
        )


def _readdresses(entity: str, fields: Mapping[str, Any]) -> bool:
    return entity == "person" and "email_key" in fields


def _vacate(connection: Connection, ids: Iterable[int]) -> None:
    """Free the addresses of people who get others, so that they may also swap them."""
    for batch in batches(ids):
        freed = literal("vacant ").concat(cast(PERSON.c.id, String))
        connection.execute(update(PERSON).where(PERSON.c.id.in_(batch)).values(email_key=freed))


def wake(
    connection: Connection,
    cohort_id: int,
    *,
    enrolments: Iterable[int] = (),
    people: Iterable[int] = (),
    everybody: bool = False,
) -> None:
    """Have the planner look anew at the cohort, and at whom the change may concern (rule 13)."""
    to_epoch = update(ENROLMENT).values(next_due_at=EPOCH)
    connection.execute(update(COHORT).where(COHORT.c.id == cohort_id).values(next_due_at=EPOCH))
    if everybody:
        connection.execute(to_epoch.where(ENROLMENT.c.cohort_id == cohort_id))
    people = list(people)
    own = select(ENROLMENT.c.id).join(ROLE, ROLE.c.id == ENROLMENT.c.role_id)
    mentored = select(MENTORSHIP.c.enrolment_id).join(ROLE, ROLE.c.id == MENTORSHIP.c.role_id)
    ids = set(enrolments)
    for query in (own, mentored):
        ids |= {row[0] for row in rows_where(connection, query, ROLE.c.person_id, people)}
    for batch in batches(sorted(ids)):
        connection.execute(to_epoch.where(ENROLMENT.c.id.in_(batch)))


def as_json(value: Any) -> Any:
    """Return the value as JSON can hold it; a moment in UTC, as the database gives it back."""
    if isinstance(value, dt.datetime):
        value = value.astimezone(dt.UTC)
    return value.isoformat() if isinstance(value, dt.date) else value


def from_json(entity: str, field: str, value: Any) -> Any:
    """Return the value as the record holds it."""
    kind = TABLES[entity].c[field].type
    if isinstance(value, str) and isinstance(kind, UtcDateTime):
        return dt.datetime.fromisoformat(value)
    if isinstance(value, str) and isinstance(kind, Date):
        return dt.date.fromisoformat(value)
    return value
