"""Takes an import back: its values, and its rows unless something hangs on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, update
from sqlmodel import Session

from ats.errors import NotFound, Refused
from ats.intake.columns import PROGRESS
from ats.intake.dates import LONDON
from ats.intake.hanging import Hanging
from ats.intake.history import spoken, standing_imports
from ats.intake.imports import lock_imports
from ats.intake.known import PARKED
from ats.intake.relations import AUDIT, IMPORT, IMPORT_CHANGE, MENTORSHIP, PERSON
from ats.intake.staff import refs_of
from ats.intake.traces import Record, Trace, Traces
from ats.intake.unsent import remove_rows, unsend
from ats.intake.writing import from_json, insert_rows, update_rows, wake

UNDONE = "import undo"  # action of the audit trail
_ROWS = ("mentorship", "enrolment", "role", "person", "progress", "header_mapping")


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of an import's values and rows."""

    import_id: int
    kind: str
    restored: int  # values
    removed: int  # rows
    kept: tuple[str, ...]  # what somebody changed since, as "P0017 email"
    parked: tuple[str, ...]  # refs of people who stay, paused, because something hangs on them


def undo_import(
    session: Session,
    import_id: int,
    *,
    now: dt.datetime,
    by: str,
    zone: ZoneInfo = LONDON,
) -> Undone:
    """Restore every value that the import set and remove the rows it made.

    A value that staff or a later import changed since is kept. A participant whom a later roster
    names as well is kept; one who was written to, or on whom other records hang, is parked: kept,
    with an open pause. Raises NotFound, or Refused for what was undone before and for progress
    that is not the newest.
    """
    session.flush()
    connection = session.connection()
    lock_imports(connection)
    found = _find(session, import_id)
    undoing = _Undoing(session, import_id, found.cohort_id)
    undoing.take_rows_back()
    undoing.restore_values()
    parked = undoing.park(now, by, now.astimezone(zone).date())
    undone = Undone(
        import_id=import_id,
        kind=found.kind,
        restored=undoing.restored,
        removed=undoing.removed,
        kept=tuple(undoing.kept),
        parked=parked,
    )
    connection.execute(
        update(IMPORT).where(IMPORT.c.id == import_id).values(undone_at=now, undone_by=by)
    )
    _audit(connection, found.cohort_id, undone, now, by)
    wake(
        connection,
        found.cohort_id,
        enrolments=undoing.touched("enrolment"),
        people=undoing.touched("person"),
        everybody=found.kind == PROGRESS,
    )
    session.expire_all()
    return undone


def _find(session: Session, import_id: int) -> Any:
    """Return the import, if it can be undone."""
    found = session.connection().execute(select(IMPORT).where(IMPORT.c.id == import_id)).first()
    if found is None:
        raise NotFound(f"There is no import {import_id}; look its number up in the audit trail.")
    if found.undone_at is not None:
        raise Refused(
            f"Import {import_id} was undone on {spoken(found.undone_at.date())} "
            f"by {found.undone_by}; nothing is left to undo."
        )
    if found.kind == PROGRESS:
        newest = standing_imports(session, found.cohort_id, PROGRESS)[-1].id
        if newest != import_id:
            raise Refused(
                f"Import {import_id} is not the newest progress of its cohort; "
                f"undo import {newest} first."
            )
    return found


class _Undoing:
    """One undo, step by step."""

    def __init__(self, session: Session, import_id: int, cohort_id: int) -> None:
        self._session = session
        self._connection = session.connection()
        self._traces = Traces(session, import_id, cohort_id)
        self._hanging = Hanging(self._connection, self._traces)
        self._gone: set[Record] = set()
        self._touched: set[Record] = set()
        self.kept: list[str] = []
        self.restored = self.removed = 0

    def take_rows_back(self) -> None:
        going: dict[str, set[int]] = dict(self._hanging.removed)
        for entity in ("progress", "header_mapping"):
            made = self._traces.made_of(entity)
            going[entity] = {id_ for id_ in made if self._traces.is_as_made((entity, id_))}
        unsend(self._connection, going["enrolment"], self._hanging.unnamed)
        self._touched |= {("enrolment", id_) for id_, _ in self._hanging.unnamed}
        staying = []
        for entity in _ROWS:
            remove_rows(self._connection, entity, going[entity])
            self._gone |= {(entity, id_) for id_ in going[entity]}
            staying += [(entity, id_) for id_ in self._traces.made_of(entity)]
        self.removed = len(self._gone)
        self._hand_over([record for record in staying if record not in self._gone])

    def _hand_over(self, staying: Iterable[Record]) -> None:
        """Report the rows that stay; a later roster that names them is now who made them."""
        parked = {self._hanging.ref(id_) for id_ in self._hanging.parked}
        kept: dict[str, None] = {}
        for record in staying:
            refs = self._refs(*record)
            heirs = [self._traces.claimed[ref] for ref in refs if ref in self._traces.claimed]
            if heirs:
                self._rewrite(self._traces.made[record], import_id=heirs[0])
            if not parked & set(refs) and record[0] != "person":
                is_part = record[0] in ("mentorship", "progress")
                kept[self._label(*record) + (f" {record[0]}" if is_part else "")] = None
        self.kept += kept

    def restore_values(self) -> None:
        values: dict[Record, dict[str, Any]] = {}
        for trace in self._traces.set:
            if trace.record in self._gone or trace.field is None:
                continue
            if self._traces.is_as_set(trace) and self._has_room(trace):
                before = from_json(trace.entity, trace.field, trace.before)
                values.setdefault(trace.record, {})[trace.field] = before
            else:
                self._keep(trace)
        update_rows(self._connection, values)
        self._touched |= set(values)
        self.restored = sum(map(len, values.values()))

    def _has_room(self, trace: Trace) -> bool:
        """Tell whether the old value does not clash with what has come to stand since."""
        if trace.field in ("email", "email_key"):
            key = next(
                other.before
                for other in self._traces.set
                if other.record == trace.record and other.field == "email_key"
            )
            query = select(PERSON.c.id).where(PERSON.c.email_key == key)
            return self._connection.scalar(query.where(PERSON.c.id != trace.entity_id)) is None
        if trace.entity == "mentorship" and trace.field == "ended_at":
            enrolment = select(MENTORSHIP.c.enrolment_id).where(MENTORSHIP.c.id == trace.entity_id)
            query = select(MENTORSHIP.c.id).where(
                MENTORSHIP.c.enrolment_id == enrolment.scalar_subquery(),
                MENTORSHIP.c.ended_at.is_(None),
            )
            return self._connection.scalar(query) is None
        return True

    def _keep(self, trace: Trace) -> None:
        """Report a value that stays; what a later import would restore is what we would have."""
        if (later := self._traces.later(trace)) is not None:
            self._rewrite(later, before=trace.before)
        if trace.field != "email_key":
            self.kept.append(f"{self._label(*trace.record)} {trace.field}")

    def _rewrite(self, trace: Trace, **values: Any) -> None:
        self._connection.execute(
            update(IMPORT_CHANGE).where(IMPORT_CHANGE.c.id == trace.id).values(**values)
        )

    def park(self, now: dt.datetime, by: str, today: dt.date) -> tuple[str, ...]:
        """Pause who stays although nobody names them; return their refs."""
        refs = tuple(self._hanging.ref(id_) for id_ in self._hanging.parked)
        rows = [
            {
                "enrolment_id": id_,
                "kind": "pause",
                "from_on": today,
                "reason": PARKED,
                "recorded_at": now,
                "recorded_by": by,
            }
            for id_ in self._hanging.parked
        ]
        if rows:
            insert_rows(self._connection, "overlay", rows)
        self._touched |= {("enrolment", id_) for id_ in self._hanging.parked}
        return refs

    def touched(self, entity: str) -> list[int]:
        return [id_ for name, id_ in self._touched if name == entity]

    def _refs(self, entity: str, entity_id: int) -> list[str]:
        return refs_of(self._session, entity, entity_id)

    def _label(self, entity: str, entity_id: int) -> str:
        return "/".join(self._refs(entity, entity_id)) or f"{entity} {entity_id}"


def _audit(
    connection: Connection, cohort_id: int, undone: Undone, now: dt.datetime, by: str
) -> None:
    row = {"at": now, "by": by, "cohort_id": cohort_id, "reason": "", "restricted": False}
    counts = {"restored": undone.restored, "removed": undone.removed, "kept": list(undone.kept)}
    after = {"import": undone.import_id, **counts, "parked": list(undone.parked)}
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
