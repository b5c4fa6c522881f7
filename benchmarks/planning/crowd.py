"""A crowd: one real cohort, walked to a moment of its year, copied as often as needed.

The first cohort is made by the engine itself. The copies are made by the database, in one
statement for each table: ids move on by a fixed step, and in every text the mark MARK (in the
cohort's code, in refs, addresses, keys and Message-IDs) becomes the number of the copy.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    String,
    Table,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    text,
    true,
    update,
)
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import AutoString, Session, SQLModel, col

from ats import engine
from ats.commands.sample import YearSoFar
from ats.demo.run import CODE, LAUNCHED, ROSTER_AT, STARTS
from ats.office import Office
from ats.planning.workdays import local_moment
from ats.records import models as m
from ats.records.store import Store

MARK = "qqqqq"
PEOPLE = 125  # in the sample cohort
#: On this Tuesday everybody is sent a tip.
UNTIL = dt.datetime(2026, 10, 13, 9, 0)  # noqa: DTZ001 (zoned by the programme)
TICK = dt.timedelta(minutes=10)

#: What no tick reads: the audit trail, what imports changed, what the mail server answered.
LEFT_OUT = {"audit", "import_change", "attempt"}
#: What belongs to a cohort as a whole.
OF_COHORT = {"cohort", "webinar", "import"}


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many live enrolments, with nothing due at `now`; something was sent to all at `sent`."""

    store: Store
    sent: dt.datetime

    @property
    def now(self) -> dt.datetime:
        return self.sent + 2 * TICK


def gather_crowd(office: Office, people: int, *, samples: Path, one_cohort: bool) -> Crowd:
    """Fill an empty database with *people*, in cohorts of 125 or all in one."""
    office.store.upgrade()
    year = YearSoFar(office, code=f"2026-{MARK}", starts=STARTS, files=samples)
    sent, launched, roster_at = (
        local_moment(at.date(), at.time(), year.zone) for at in (UNTIL, LAUNCHED, ROSTER_AT)
    )
    year.until = sent
    year.prepare(launched, roster_at)
    year.walk(roster_at)
    engine.tick(office, None, now=sent + TICK)  # what the last one left for later
    with office.store.write() as session:
        session.execute(update(m.Webinar).values(uid=MARK + "-" + col(m.Webinar.uid)))
        _copy(session, people // PEOPLE - 1, one_cohort=one_cohort)
    _analyse(office.store)
    return Crowd(office.store, sent)


def marked_samples(samples: Path, folder: Path) -> Path:
    """Write the sample cohort's files anew, with the mark in its code, refs and addresses."""
    folder.mkdir()
    for file in (samples / CODE).iterdir():
        content = file.read_text("utf-8").replace(f"{CODE},", f"2026-{MARK},")
        content = re.sub(r"\b([PM])(\d{4})\b", rf"\1{MARK}-\2", content)
        content = content.replace("@", f"-{MARK}@")
        name = file.name.replace(CODE, f"2026-{MARK}", 1)
        (folder / name).write_text(content, "utf-8")
    return folder


# -- copies ------------------------------------------------------------------------------------


def _copy(session: Session, copies: int, *, one_cohort: bool) -> None:
    skipped = LEFT_OUT | (OF_COHORT if one_cohort else set())
    tables = [
        table
        for table in SQLModel.metadata.sorted_tables
        if table.name not in skipped and "id" in table.columns
    ]
    last = {table.name: session.execute(select(func.max(table.c.id))).scalar() for table in tables}
    steps = {name: step for name, step in last.items() if step}
    if one_cohort:
        steps["cohort"] = 0
    if session.connection().dialect.name == "postgresql":
        # Copies refer as rightly as what they are copied from; to look would take half the time.
        session.execute(text("SET LOCAL session_replication_role = replica"))
    for table in tables:
        if table.name in steps:
            _copy_table(session, table, copies, steps, people_only=one_cohort)


def _copy_table(
    session: Session, table: Table, copies: int, steps: dict[str, int], *, people_only: bool
) -> None:
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < bindparam("copies")))
    values = [_copied(column, numbers.c.n, steps) for column in table.columns]
    rows = select(*values).select_from(table.join(numbers, true()))
    if people_only and table.name == "ledger":
        rows = rows.where(table.c.enrolment_id.is_not(None))
    if people_only and table.name == "message":
        rows = rows.where(table.c.role.in_(("participant", "mentor")))
    names = [column.name for column in table.columns]
    if copies > 0:
        session.execute(insert(table).from_select(names, rows), {"copies": copies})


def _copied(
    column: Column[Any], number: ColumnElement[int], steps: dict[str, int]
) -> ColumnElement[Any]:
    if column.primary_key:
        return column + number * steps[column.table.name]
    for key in column.foreign_keys:
        return column + number * steps.get(key.column.table.name, 0)
    if isinstance(column.type, JSON):
        return null()  # what was said once; no tick reads it again
    if isinstance(column.type, String | AutoString):
        return func.replace(column, MARK, func.substr(cast(100_000 + number, String), 2))
    return column


def _analyse(store: Store) -> None:
    """Do what a server does by itself in time; SQLite does not, and is left as it is."""
    if store.is_sqlite:
        return
    with store.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            if "id" in table.columns:
                numbers = func.pg_get_serial_sequence(table.name, "id")
                last = func.coalesce(func.max(table.c.id), 1)
                connection.execute(select(func.setval(numbers, last)))
        connection.execute(text("VACUUM ANALYZE"))


# -- something due -----------------------------------------------------------------------------


def make_due(crowd: Crowd, enrolments: Iterable[int]) -> int:
    """Take back what these were sent at `crowd.sent`, as if that tick had not come to them.

    Returns how many messages that were; who joins later got none.
    """
    row, message, e = m.LedgerRow, m.Message, m.Enrolment
    wanted, taken_back = list(enrolments), 0
    with crowd.store.write() as session:
        for some in (wanted[at : at + 1000] for at in range(0, len(wanted), 1000)):
            mine = (
                col(row.enrolment_id).in_(some),
                col(row.sent_at) == crowd.sent,
                col(row.role) == "participant",
            )
            messages = session.execute(select(col(row.message_id)).where(*mine)).scalars().all()
            session.execute(delete(row).where(*mine))
            session.execute(delete(message).where(col(message.id).in_(messages)))
            session.execute(update(e).where(col(e.id).in_(some)).values(next_due_at=crowd.sent))
            taken_back += len(set(messages))
    return taken_back


def together(people: int) -> range:
    """Return the ids of one in a hundred, those of whole cohorts."""
    return range(PEOPLE + 1, PEOPLE + 1 + people // 100)


def spread(people: int) -> range:
    """Return the ids of every hundredth, over all cohorts."""
    return range(PEOPLE + 1, people + 1, 100)
