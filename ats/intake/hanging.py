"""What may be taken back of the rows that a roster made, and what hangs on the others."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, or_, select

from ats.intake.relations import (
    CASE,
    ENROLMENT,
    LEDGER,
    MENTORSHIP,
    MESSAGE,
    OVERLAY,
    PROGRESS,
    ROLE,
    rows_where,
)
from ats.intake.traces import Traces

_WRITTEN = ("sent", "merged", "case-opened", "failed")
_ANSWERS = ("request_sent_at", "accepted_at", "declined_at", "signed_off_at", "ended_at")


class Hanging:
    """Sorts what a roster made into removable, claimed by a later roster, and stuck."""

    def __init__(self, connection: Connection, traces: Traces) -> None:
        self._connection = connection
        self._traces = traces
        self._roles = {
            row.id: row for row in rows_where(connection, select(ROLE), ROLE.c.id, self._role_ids())
        }
        enrolments = traces.made_of("enrolment")
        self._written = self._written_to(enrolments)
        stuck = {id_ for id_ in enrolments if self._hangs(id_)} | self._burdened(enrolments)
        claimed = {id_ for id_ in enrolments if self.ref(id_) in traces.claimed}
        self.parked = sorted(stuck - claimed)
        self.claimed = sorted(claimed)
        self.removed: dict[str, set[int]] = {"enrolment": set(enrolments) - stuck - claimed}
        self.removed["mentorship"] = self._mentorships()
        self.removed["role"] = self._unused_roles()
        self.removed["person"] = self._unused_people()
        self.unnamed = {self._naming(id_) for id_ in self.removed["mentorship"]}

    def _role_ids(self) -> set[int]:
        ids = set(self._traces.made_of("role"))
        for entity in ("enrolment", "mentorship"):
            ids |= {
                self._traces.value(entity, id_, "role_id") for id_ in self._traces.made_of(entity)
            }
        return ids

    def ref(self, enrolment_id: int) -> str:
        """Return the participant's ref."""
        return str(self._roles[self._traces.value("enrolment", enrolment_id, "role_id")].ref)

    def _written_to(self, enrolments: Iterable[int]) -> set[tuple[int, str]]:
        """Return enrolment and recipient of whatever has left the house, or may have."""
        query = (
            select(LEDGER.c.enrolment_id, LEDGER.c.recipient)
            .outerjoin(MESSAGE, MESSAGE.c.id == LEDGER.c.message_id)
            .where(
                or_(
                    LEDGER.c.outcome.in_(_WRITTEN),
                    MESSAGE.c.status != "queued",
                    MESSAGE.c.attempts > 0,
                )
            )
        )
        refs = [role.ref for role in self._roles.values()]
        about = rows_where(self._connection, query, LEDGER.c.enrolment_id, enrolments)
        to = rows_where(self._connection, query, LEDGER.c.recipient, refs)
        return {(row[0], row[1]) for row in (*about, *to)}

    def _hangs(self, enrolment_id: int) -> bool:
        """Tell whether somebody was written to about it, or changed it or its person since."""
        role_id = self._traces.value("enrolment", enrolment_id, "role_id")
        records = [("enrolment", enrolment_id), ("role", role_id)]
        records.append(("person", self._roles[role_id].person_id))
        made = [record for record in records if record in self._traces.made]
        return any(written == enrolment_id for written, _ in self._written) or not all(
            map(self._traces.is_as_made, made)
        )

    def _burdened(self, enrolments: Iterable[int]) -> set[int]:
        """Return those that others' records refer to."""
        found = set()
        for table in (PROGRESS, OVERLAY, CASE):
            query = select(table.c.enrolment_id)
            rows = rows_where(self._connection, query, table.c.enrolment_id, enrolments)
            found |= {row[0] for row in rows}
        query = select(MENTORSHIP.c.enrolment_id, MENTORSHIP.c.id)
        for enrolment_id, id_ in rows_where(
            self._connection, query, MENTORSHIP.c.enrolment_id, enrolments
        ):
            if not self._is_unanswered(id_):
                found.add(enrolment_id)
        return found

    def _naming(self, mentorship_id: int) -> tuple[int, str]:
        """Return enrolment id and mentor's ref."""
        role_id = self._traces.value("mentorship", mentorship_id, "role_id")
        enrolment_id = self._traces.value("mentorship", mentorship_id, "enrolment_id")
        return enrolment_id, str(self._roles[role_id].ref)

    def _is_unanswered(self, mentorship_id: int) -> bool:
        """Tell whether this import named the mentor, who was neither asked nor has answered."""
        return (
            ("mentorship", mentorship_id) in self._traces.made
            and self._naming(mentorship_id) not in self._written
            and not any(
                self._traces.value("mentorship", mentorship_id, answer) for answer in _ANSWERS
            )
        )

    def _mentorships(self) -> set[int]:
        """Return the namings to take back: of removed enrolments, and of older ones."""
        staying = {*self.parked, *self.claimed}
        return {
            id_
            for id_ in self._traces.made_of("mentorship")
            if self._traces.value("mentorship", id_, "enrolment_id") not in staying
            and self._is_unanswered(id_)
        }

    def _unused_roles(self) -> set[int]:
        made = self._traces.made_of("role")
        used = {
            row[0]
            for table, entity in ((ENROLMENT, "enrolment"), (MENTORSHIP, "mentorship"))
            for row in rows_where(
                self._connection, select(table.c.role_id, table.c.id), table.c.role_id, made
            )
            if row[1] not in self.removed[entity]
        }
        used |= {id_ for id_ in made if self._roles[id_].ref in self._traces.claimed}
        written_to = {ref for _, ref in self._written}
        used |= {id_ for id_ in made if self._roles[id_].ref in written_to}
        people = self._traces.made_of("person")
        used |= {
            id_
            for id_ in made
            if (person_id := self._roles[id_].person_id) in people
            and not self._traces.is_as_made(("person", person_id))
        }
        return set(made) - used

    def _unused_people(self) -> set[int]:
        made = self._traces.made_of("person")
        query = select(ROLE.c.person_id, ROLE.c.id)
        used = {
            row[0]
            for row in rows_where(self._connection, query, ROLE.c.person_id, made)
            if row[1] not in self.removed["role"]
        }
        return set(made) - used
