"""Takes an import back: its values, and its rows unless something hangs on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, select, update
from sqlmodel import Session

from ats.errors import NotFound, Refused
from ats.intake.belongings import remove_belongings
from ats.intake.columns import PROGRESS
from ats.intake.hanging import Hanging
from ats.intake.history import spoken, standing_imports
from ats.intake.imports import lock_imports
from ats.intake.known import PARKED
from ats.intake.relations import IMPORT, OVERLAY, rows_where
from ats.intake.reopening import reopen_cases
from ats.intake.restoring import Restoring, rewrite
from ats.intake.staff import refs_of
from ats.intake.traces import Record, Traces
from ats.intake.undone import Undone, record_undone
from ats.intake.unsent import remove_rows, unsend
from ats.intake.writing import insert_rows, wake
from ats.people.vital import mended

_LARGEST = 2**31 - 1  # that every database takes
_ROWS = ("mentorship", "enrolment", "role", "person", "progress", "header_mapping")


def undo_import(
    session: Session,
    import_id: int,
    *,
    now: dt.datetime,
    by: str,
) -> Undone:
    """Restore every value that the import set and remove the rows it made.

    A value that staff or a later import changed since is kept. A participant whom a later roster
    names as well is kept; one who was written to, or on whom other records hang, is parked: kept,
    and everything for and about them waits. In whatever order imports are undone, nothing stays
    in the end but what staff changed and who was written to. Raises NotFound, or Refused for what
    was undone before and for progress that is not the newest.
    """
    session.flush()
    connection = session.connection()
    lock_imports(connection)
    found = _find(session, import_id)
    undoing = _Undoing(session, import_id, found.cohort_id)
    undoing.take_rows_back()
    undoing.restore_values()
    parked = undoing.park(now, by)
    reopened = reopen_cases(
        connection,
        undoing.concerned,
        since=found.applied_at,
        import_id=import_id,
        now=now,
        by=by,
    )
    undone = Undone(
        import_id=import_id,
        kind=found.kind,
        restored=undoing.restored,
        removed=undoing.removed,
        kept=tuple(undoing.kept),
        named=tuple(undoing.named),
        written=tuple(undoing.written),
        parked=parked,
        reopened=reopened,
    )
    connection.execute(
        update(IMPORT).where(IMPORT.c.id == import_id).values(undone_at=now, undone_by=by)
    )
    record_undone(connection, found.cohort_id, undone, now, by)
    wake(
        connection,
        found.cohort_id,
        enrolments=undoing.touched("enrolment"),
        people=undoing.touched("person"),
        everybody=found.kind == PROGRESS,
    )
    session.expire_all()
    for person in undoing.readdressed:
        mended(session, person, now=now, by=by)
    return undone


def _find(session: Session, import_id: int) -> Any:
    """Return the import, if it can be undone."""
    query = select(IMPORT).order_by(IMPORT.c.id.desc())
    of_number = query.where(IMPORT.c.id == min(import_id, _LARGEST))
    found = session.connection().execute(of_number).first()
    if found is None or found.id != import_id:
        last = session.connection().execute(query).first()
        raise NotFound(f"There is no import {import_id}; {_newest(last)}.")
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


def _newest(found: Row[Any] | None) -> str:
    if found is None:
        return "nothing was imported yet"
    day = spoken(found.applied_at.date())
    return f"the newest is {found.id}, of {found.filename}, applied on {day}"


class _Undoing:
    """One undo, step by step."""

    def __init__(self, session: Session, import_id: int, cohort_id: int) -> None:
        self._session = session
        self._connection = session.connection()
        self._traces = Traces(session, import_id, cohort_id)
        going = self._as_made("progress")
        self._lost_progress = {
            int(self._traces.value("progress", id_, "enrolment_id")) for id_ in going
        }
        remove_rows(self._connection, "progress", going)  # before: people hang on them
        self._hanging = Hanging(self._connection, self._traces)
        self._import_id = import_id
        self._gone: set[Record] = set()
        self._touched: set[Record] = set()
        self.kept: list[str] = []
        self.named: dict[str, None] = {}
        self.written: dict[str, None] = {}
        self.restored = self.removed = 0
        self.readdressed: list[int] = []

    def _as_made(self, entity: str) -> set[int]:
        """Return the rows that nobody else has a say in."""
        return {
            id_
            for id_ in self._traces.made_of(entity)
            if self._traces.is_as_made((entity, id_)) and self._traces.heir((entity, id_)) is None
        }

    def take_rows_back(self) -> None:
        going: dict[str, set[int]] = dict(self._hanging.removed)
        for entity in ("progress", "header_mapping"):
            going[entity] = self._as_made(entity)
        unsend(self._connection, going["enrolment"], self._hanging.unnamed)
        remove_belongings(self._connection, going["role"])
        self._unpark(going["enrolment"])
        self._touched |= {("enrolment", naming.enrolment_id) for naming in self._hanging.unnamed}
        staying = []
        for entity in _ROWS:
            remove_rows(self._connection, entity, going[entity])
            self._gone |= {(entity, id_) for id_ in going[entity]}
            staying += [(entity, id_) for id_ in self._traces.made_of(entity)]
        self.removed = len(self._gone)
        self._hand_over([record for record in staying if record not in self._gone])

    def _unpark(self, enrolments: Iterable[int]) -> None:
        query = select(OVERLAY.c.id).where(OVERLAY.c.kind == "parked")
        rows = rows_where(self._connection, query, OVERLAY.c.enrolment_id, sorted(enrolments))
        remove_rows(self._connection, "overlay", [row.id for row in rows])

    def _hand_over(self, staying: Iterable[Record]) -> None:
        """Report the rows that stay; a later roster that names them is now who made them."""
        parked = {self._hanging.ref(id_) for id_ in self._hanging.parked}
        for record in staying:
            trace, refs = self._traces.made[record], self._refs(*record)
            heir = self._traces.heir(record)
            if heir is not None:
                rewrite(self._connection, trace, import_id=heir)
            if trace.import_id != self._import_id or record[0] == "person":
                continue  # reported when its import was undone, or under its refs
            is_part = record[0] in ("mentorship", "progress")
            label = self._label(*record) + (f" {record[0]}" if is_part else "")
            if heir is not None:
                self.named[label] = None
            elif self._was_needed(*record):
                self.written[label] = None
            elif not parked & set(refs):
                self.kept.append(label)

    def _was_needed(self, entity: str, entity_id: int) -> bool:
        if entity == "mentorship":
            return not self._hanging.is_unanswered(entity_id)
        return (
            entity == "role"
            and self._traces.value(entity, entity_id, "kind") == "mentor"
            and self._traces.is_as_made((entity, entity_id))
        )

    def restore_values(self) -> None:
        restoring = Restoring(self._connection, self._traces, self._hanging, self._gone)
        restoring.restore()
        self._touched |= set(restoring.values)
        self.readdressed = sorted(
            id_
            for (entity, id_), values in restoring.values.items()
            if entity == "person" and "email_key" in values
        )
        self.restored = sum(map(len, restoring.values.values()))
        self.kept += [
            f"{self._label(*trace.record)} {trace.field}"
            for trace in reversed(restoring.kept)
            if trace.field not in ("email_key", "email_changed_at")  # "email" says it
        ]

    def park(self, now: dt.datetime, by: str) -> tuple[str, ...]:
        """Have everything wait for who stays although nobody names them; return their refs."""
        parked = [id_ for id_ in self._hanging.parked if id_ not in self._parked_before()]
        row = {"kind": "parked", "reason": PARKED, "recorded_at": now, "recorded_by": by}
        if parked:
            insert_rows(
                self._connection, "overlay", [row | {"enrolment_id": id_} for id_ in parked]
            )
        self._touched |= {("enrolment", id_) for id_ in parked}
        return tuple(map(self._hanging.ref, parked))

    def _parked_before(self) -> set[int]:
        query = select(OVERLAY.c.enrolment_id)
        query = query.where(OVERLAY.c.kind == "parked", OVERLAY.c.revoked_at.is_(None))
        ids = self._hanging.parked
        return {row[0] for row in rows_where(self._connection, query, OVERLAY.c.enrolment_id, ids)}

    @property
    def concerned(self) -> set[int]:
        """The enrolments that stay and of which something was taken back."""
        ids = {id_ for name, id_ in self._touched if name == "enrolment"} | self._lost_progress
        changed = [id_ for name, id_ in self._touched if name == "progress"]
        ids |= {self._traces.value("progress", id_, "enrolment_id") for id_ in changed}
        return ids - {id_ for name, id_ in self._gone if name == "enrolment"}

    def touched(self, entity: str) -> list[int]:
        return [id_ for name, id_ in self._touched if name == entity]

    def _refs(self, entity: str, entity_id: int) -> list[str]:
        return refs_of(self._session, entity, entity_id)

    def _label(self, entity: str, entity_id: int) -> str:
        return "/".join(self._refs(entity, entity_id)) or f"{entity} {entity_id}"
