"""Takes back mail that has not left the house, of people who are taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, delete, select

from ats.intake.relations import LEDGER, TABLES, batches, rows_where
from ats.records.models import OPEN


def unsend(
    connection: Connection, enrolments: Collection[int], namings: Collection[tuple[int, str]]
) -> None:
    """Remove all ledger rows of the enrolments, the open ones to mentors who were named for an
    enrolment, and the queued messages that only these rows needed. None of it was sent.
    """
    concerned = {*enrolments, *(enrolment_id for enrolment_id, _ in namings)}
    columns = ("id", "enrolment_id", "recipient", "outcome", "message_id")
    query = select(*(LEDGER.c[name] for name in columns))
    rows = [
        row
        for row in rows_where(connection, query, LEDGER.c.enrolment_id, sorted(concerned))
        if row.enrolment_id in enrolments
        or ((row.enrolment_id, row.recipient) in namings and row.outcome in OPEN)
    ]
    remove_rows(connection, "ledger", {row.id for row in rows})
    messages = {row.message_id for row in rows} - {None}
    query = select(LEDGER.c.message_id)
    needed = {row[0] for row in rows_where(connection, query, LEDGER.c.message_id, messages)}
    remove_rows(connection, "message", messages - needed)


def remove_rows(connection: Connection, entity: str, ids: Iterable[int]) -> None:
    """Delete the rows of a table."""
    table = TABLES[entity]
    for batch in batches(sorted(ids)):
        connection.execute(delete(table).where(table.c.id.in_(batch)))
