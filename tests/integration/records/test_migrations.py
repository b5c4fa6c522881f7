"""The migrations: they end in today's tables, and keep what stood in yesterday's."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from ats.records import store as records
from ats.records.store import Store

MOMENT = "2026-10-05 09:00:00+00:00"
FIRST = [
    (
        "INSERT INTO cohort (id, code, programme, starts, status, created_at)"
        f" VALUES (1, '2026-10', 'ats', '2026-10-05', 'live', '{MOMENT}')"
    ),
    (
        "INSERT INTO message (id, rfc_id, cohort_id, recipient, role, send_on, bundle, class,"
        " counts, has_chaser, has_tip, date, status, attempts, sent_at)"
        " VALUES (1, 'a@b', 1, 'operations',"
        f" 'operations', '2026-10-05', 'x', 'internal', false, false, false, '{MOMENT}', 'sent', 1,"
        f" '{MOMENT}')"
    ),
    (
        "INSERT INTO ledger (id, key, cohort_id, step, occurrence, recipient, role, class, due_at,"
        " outcome, decided_at, sent_at, message_id) VALUES (1, 'k', 1, 's', '1', 'operations',"
        f" 'operations', 'internal', '{MOMENT}', 'sent', '{MOMENT}', '{MOMENT}', 1)"
    ),
    (
        "INSERT INTO attempt (id, message_id, at, answer, result)"
        f" VALUES (1, 1, '{MOMENT}', '250 ok', 'sent')"
    ),
]


def test_the_migrations_end_in_the_tables_of_the_models(store: Store) -> None:
    with store.engine.connect() as connection:
        here = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(here, SQLModel.metadata) == []


@pytest.fixture
def first_version(tmp_path: Path) -> Store:
    """A SQLite database as the first version made it, with a message sent in it."""
    store = Store(f"sqlite:///{tmp_path / 'first.db'}")
    with store.engine.begin() as connection:
        config = records._alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in FIRST:
            connection.execute(text(statement))
    return store


def test_an_upgrade_keeps_every_row_and_every_promise(first_version: Store) -> None:
    first_version.upgrade()
    with first_version.engine.connect() as connection:
        rows = {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()
            for table in ("cohort", "message", "ledger", "attempt")
        }
        here = MigrationContext.configure(connection, opts={"compare_type": True})
        assert (rows, compare_metadata(here, SQLModel.metadata)) == (
            {"cohort": 1, "message": 1, "ledger": 1, "attempt": 1},
            [],
        )
        written = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE name IN ('message', 'overlay')")
        ).all()
        assert {name: "'parked'" in sql for name, sql in written} == {
            "message": True,
            "overlay": True,
        }
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    first_version.close()
