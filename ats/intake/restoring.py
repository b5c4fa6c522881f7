"""Gives values back that an import set, unless somebody else has a say in them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, select, update

from ats.intake.hanging import Hanging
from ats.intake.relations import IMPORT, IMPORT_CHANGE, MENTORSHIP, PERSON, rows_where
from ats.intake.traces import Record, Trace, Traces
from ats.intake.unsent import revive
from ats.intake.writing import from_json, update_rows

#: What changes with somebody's address, and only together.
ADDRESS = ("email", "email_key", "email_changed_at")


class Restoring:
    """Restores the values of one import, the newest first."""

    def __init__(
        self, connection: Connection, traces: Traces, hanging: Hanging, gone: set[Record]
    ) -> None:
        self._connection = connection
        self._traces = traces
        self._hanging = hanging
        self._gone = gone
        self._returned: dict[int, int] = {}  # enrolment → mentorship that stands again
        self._readdressed = self._free_addresses()
        self.values: dict[Record, dict[str, Any]] = {}
        self.kept: list[Trace] = []

    def restore(self) -> None:
        """Write the values of before; note in `kept` what has to stay as it is."""
        for trace in reversed(self._traces.set):  # of two ended mentorships the last one returns
            is_there = self._traces.is_there(trace.record) and trace.record not in self._gone
            if is_there and not self._pass_on(trace):
                self._weigh(trace)
        update_rows(self._connection, self.values)
        self._revive()

    def _weigh(self, trace: Trace) -> None:
        assert trace.field is not None
        if not self._traces.is_as_set(trace) or self._is_taken(trace):
            if (later := self._traces.later(trace)) is not None:
                rewrite(self._connection, later, before=trace.before)
            self.kept.append(trace)
        elif trace.before != trace.after:
            before = from_json(trace.entity, trace.field, trace.before)
            self.values.setdefault(trace.record, {})[trace.field] = before
            if trace.field == "ended_at":
                self._returned[self._enrolment(trace)] = trace.entity_id

    def _pass_on(self, trace: Trace) -> bool:
        """Leave a value to the import that stands and would have set it in this one's place."""
        heir = None
        if trace.entity == "overlay":
            heir = self._traces.heir_of_return(trace)
        elif trace.field == "ended_at" and self._traces.is_as_set(trace):
            heir = self._maker(self._successor(trace))
        if heir is not None:
            rewrite(self._connection, trace, import_id=heir)
        return heir is not None

    def _is_taken(self, trace: Trace) -> bool:
        """Tell whether the old value clashes with what has come to stand since."""
        if trace.field in ADDRESS:
            return trace.before != trace.after and trace.entity_id not in self._readdressed
        return trace.field == "ended_at" and self._successor(trace) is not None

    def _free_addresses(self) -> set[int]:
        """Return who can have the former address again; also people who swap theirs back."""
        former = {
            trace.entity_id: trace.before
            for trace in self._traces.set
            if trace.field == "email_key"
            and trace.before != trace.after
            and self._traces.is_as_set(trace)
            and trace.record not in self._gone
        }
        query = select(PERSON.c.email_key, PERSON.c.id)
        keys = sorted(former.values())
        holders = dict(map(tuple, rows_where(self._connection, query, PERSON.c.email_key, keys)))
        while clashing := {
            id_ for id_, key in former.items() if holders.get(key, id_) not in former
        }:
            for id_ in clashing:
                del former[id_]
        return set(former)

    def _enrolment(self, trace: Trace) -> int:
        return int(self._traces.value("mentorship", trace.entity_id, "enrolment_id"))

    def _successor(self, trace: Trace) -> int | None:
        """Return the mentorship that stands where this one ended."""
        enrolment = self._enrolment(trace)
        query = select(MENTORSHIP.c.id).where(MENTORSHIP.c.ended_at.is_(None))
        standing = self._connection.scalar(query.where(MENTORSHIP.c.enrolment_id == enrolment))
        return self._returned.get(enrolment, standing)

    def _maker(self, mentorship_id: int | None) -> int | None:
        """Return the other import that stands and named this mentor."""
        query = (
            select(IMPORT.c.id)
            .join(IMPORT_CHANGE, IMPORT_CHANGE.c.import_id == IMPORT.c.id)
            .where(IMPORT.c.undone_at.is_(None), IMPORT.c.id != self._traces.import_id)
            .where(IMPORT_CHANGE.c.entity == "mentorship", IMPORT_CHANGE.c.field.is_(None))
            .where(IMPORT_CHANGE.c.entity_id == mentorship_id)
        )
        found = self._connection.scalar(query)
        return int(found) if found is not None else None

    def _revive(self) -> None:
        """Let the planner look anew at mentors who stand again."""
        revived = {
            self._hanging.naming(trace.entity_id): dt.datetime.fromisoformat(trace.after)
            for trace in self._traces.set
            if trace.field == "ended_at" and trace.entity_id in self._returned.values()
        }
        if revived:
            revive(self._connection, revived, since=min(revived.values()))


def rewrite(connection: Connection, trace: Trace, **values: Any) -> None:
    """Change a line of `import_change`: whose it is, or what stood there before."""
    connection.execute(update(IMPORT_CHANGE).where(IMPORT_CHANGE.c.id == trace.id).values(**values))
