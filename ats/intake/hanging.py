"""What may be taken back of the rows that a roster made, and what hangs on the others."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, or_, select

from ats.intake.relations import (
    CASE,
    CHANGE,
    ENROLMENT,
    LEDGER,
    MENTORSHIP,
    MESSAGE,
    NOTE,
    OVERLAY,
    PROGRESS,
    REGISTER_MENTOR,
    ROLE,
    WELCOMED,
    rows_where,
)
from ats.intake.traces import Traces
from ats.intake.unsent import Naming

_WRITTEN = ("sent", "merged", "case-opened", "failed")
_ANSWERS = ("request_sent_at", "accepted_at", "declined_at", "signed_off_at")


class Hanging:
    """Sorts what rosters made into removable, claimed by a later roster, and stuck."""

    def __init__(self, connection: Connection, traces: Traces) -> None:
        self._connection = connection
        self._traces = traces
        self._roles = {
            row.id: row for row in rows_where(connection, select(ROLE), ROLE.c.id, self._role_ids())
        }
        enrolments = traces.made_of("enrolment")
        self._written = self._written_to(enrolments)
        self._namings = self._all_namings(enrolments)
        self.removed: dict[str, set[int]] = {"mentorship": self._mentorships()}
        stuck = {id_ for id_ in enrolments if self._hangs(id_)} | self._burdened(enrolments)
        claimed = {id_ for id_ in enrolments if traces.heir(("enrolment", id_))}
        self.parked = sorted(stuck - claimed)
        self.removed["enrolment"] = set(enrolments) - stuck - claimed
        self.removed["role"] = self._unused_roles()
        self.removed["person"] = self._unused_people()
        self.unnamed = [self.naming(id_) for id_ in sorted(self.removed["mentorship"])]

    def _role_ids(self) -> set[int]:
        ids = set(self._traces.made_of("role"))
        for entity in ("enrolment", "mentorship"):
            ids |= {
                self._traces.value(entity, id_, "role_id") for id_ in self._traces.all_of(entity)
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
        for table in (PROGRESS, OVERLAY, CASE, NOTE):
            query = select(table.c.enrolment_id)
            if table is OVERLAY:
                query = query.where(OVERLAY.c.kind != "parked")
            rows = rows_where(self._connection, query, table.c.enrolment_id, enrolments)
            found |= {row[0] for row in rows}
        for column in (CHANGE.c.enrolment_id, CHANGE.c.other_id):
            rows = rows_where(self._connection, select(column), column, enrolments)
            found |= {row[0] for row in rows}
        for (enrolment_id, _), ids in self._namings.items():
            if not self.removed["mentorship"].issuperset(ids):
                found.add(enrolment_id)
        return found & set(enrolments)

    def _all_namings(self, enrolments: Iterable[int]) -> dict[tuple[int, int], list[int]]:
        """Return every mentorship of the enrolments, by enrolment and mentor, the oldest first."""
        concerned = self._traces.all_of("mentorship")
        ids = {self._traces.value("mentorship", id_, "enrolment_id") for id_ in concerned}
        query = select(MENTORSHIP.c.enrolment_id, MENTORSHIP.c.role_id, MENTORSHIP.c.id)
        found: dict[tuple[int, int], list[int]] = {}
        for enrolment_id, role_id, id_ in sorted(
            rows_where(
                self._connection, query, MENTORSHIP.c.enrolment_id, sorted(ids | set(enrolments))
            ),
            key=lambda row: row[2],
        ):
            found.setdefault((enrolment_id, role_id), []).append(id_)
        return found

    def naming(self, mentorship_id: int) -> Naming:
        """Return which naming it is, counted for this enrolment and mentor."""
        role_id = self._traces.value("mentorship", mentorship_id, "role_id")
        enrolment_id = self._traces.value("mentorship", mentorship_id, "enrolment_id")
        number = self._namings[enrolment_id, role_id].index(mentorship_id) + 1
        return Naming(enrolment_id, str(self._roles[role_id].ref), number)

    def is_unanswered(self, mentorship_id: int) -> bool:
        """Tell whether the mentor was neither asked nor has answered, and nobody but imports
        has changed the naming.
        """
        record = ("mentorship", mentorship_id)
        naming = self.naming(mentorship_id)
        ended = self._traces.value(*record, "ended_at")
        return (
            (naming.enrolment_id, naming.mentor) not in self._written
            and not any(self._traces.value(*record, answer) for answer in _ANSWERS)
            and (ended is None or self._traces.is_explained(record, "ended_at"))
        )

    def _mentorships(self) -> set[int]:
        """Return the namings to take back: unanswered, and named by no later roster.

        One after which the same mentor was named again goes only with that naming, because
        namings are counted.
        """
        made = self._traces.made_of("mentorship")
        going: set[int] = set()
        for ids in self._namings.values():
            for id_ in reversed(ids):
                heir = id_ in made and self._traces.heir(("mentorship", id_))
                if id_ not in made or heir or not self.is_unanswered(id_):
                    break
                going.add(id_)
        return going

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
        for table in (REGISTER_MENTOR, WELCOMED):
            mine = rows_where(self._connection, select(table.c.role_id), table.c.role_id, made)
            used |= {row[0] for row in mine}
        used |= {id_ for id_ in made if self._traces.heir(("role", id_))}
        used |= {id_ for id_ in made if self._roles[id_].silenced_at}  # or a roster could undo it
        places = select(REGISTER_MENTOR.c.role_id)
        on_it = rows_where(self._connection, places, REGISTER_MENTOR.c.role_id, made)
        used |= {row.role_id for row in on_it}
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
