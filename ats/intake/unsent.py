"""Takes back what was made ready for people who are taken back: their mail, their calendars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select

from ats.intake.relations import (
    DEADLINE_PUBLISHED,
    ENROLMENT,
    LEDGER,
    ROLE,
    TABLES,
    batches,
    rows_where,
)
from ats.planning.again import original
from ats.records.models import OPEN

_UNWRITTEN = ("skipped", "expired", "superseded", "cancelled")


class Naming(NamedTuple):
    """A mentor's naming for an enrolment, and the how-manieth of this mentor it is."""

    enrolment_id: int
    mentor: str  # ref
    number: int


def unsend(
    connection: Connection, enrolments: Collection[int], namings: Collection[Naming]
) -> None:
    """Remove all ledger rows of the enrolments, what is open for mentors who were named for an
    enrolment or has come to nothing about this naming of them, and the queued messages that only
    these rows needed. None of it was sent. What the enrolments' calendars were published with is
    forgotten.
    """
    mentors = {(naming.enrolment_id, naming.mentor) for naming in namings}
    concerned = {*enrolments, *(enrolment_id for enrolment_id, _ in mentors)}
    columns = ("id", "enrolment_id", "occurrence", "recipient", "outcome", "message_id")
    query = select(*(LEDGER.c[name] for name in columns))
    rows = [
        row
        for row in rows_where(connection, query, LEDGER.c.enrolment_id, sorted(concerned))
        if row.enrolment_id in enrolments
        or ((row.enrolment_id, row.recipient) in mentors and row.outcome in OPEN)
        or (_about(row) in namings and row.outcome in (*OPEN, *_UNWRITTEN))
    ]
    remove_rows(connection, "ledger", {row.id for row in rows})
    messages = {row.message_id for row in rows} - {None}
    query = select(LEDGER.c.message_id)
    needed = {row[0] for row in rows_where(connection, query, LEDGER.c.message_id, messages)}
    remove_rows(connection, "message", messages - needed)
    _forget_deadlines(connection, enrolments)


def _forget_deadlines(connection: Connection, enrolments: Collection[int]) -> None:
    """Forget what calendars were given. The roles are locked first: whoever publishes for them at
    the same time is done by then, or finds the enrolments gone.
    """
    published, roles = DEADLINE_PUBLISHED.c.enrolment_id, select(ROLE.c.id).order_by(ROLE.c.id)
    for batch in batches(sorted(enrolments)):
        whose = select(ENROLMENT.c.role_id).where(ENROLMENT.c.id.in_(batch))
        connection.execute(roles.where(ROLE.c.id.in_(whose)).with_for_update())
        connection.execute(delete(DEADLINE_PUBLISHED).where(published.in_(batch)))


def revive(connection: Connection, namings: Collection[Naming], *, since: dt.datetime) -> None:
    """Remove what came to nothing, since a moment, about namings that stand again.

    It came to nothing only because they had ended; the planner finds anew what is due.
    """
    ids = sorted({naming.enrolment_id for naming in namings})
    query = select(LEDGER.c.id, LEDGER.c.enrolment_id, LEDGER.c.occurrence)
    query = query.where(LEDGER.c.outcome.in_(_UNWRITTEN), LEDGER.c.decided_at >= since)
    rows = rows_where(connection, query, LEDGER.c.enrolment_id, ids)
    remove_rows(connection, "ledger", [row.id for row in rows if _about(row) in namings])


def _about(row: Any) -> Naming | None:
    """Return the naming that a row is about, by its occurrence: 'M0001/plus-5/1'."""
    mentor, _, number = original(row.occurrence).partition("/")
    number = number.rpartition("/")[2]
    return Naming(row.enrolment_id, mentor, int(number)) if number.isdecimal() else None


def remove_rows(connection: Connection, entity: str, ids: Iterable[int]) -> None:
    """Delete the rows of a table."""
    table = TABLES[entity]
    for batch in batches(sorted(ids)):
        connection.execute(delete(table).where(table.c.id.in_(batch)))
