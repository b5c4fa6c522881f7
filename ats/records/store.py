"""The database: engine, transactions and versions. SQLite and PostgreSQL from the same models."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError
from sqlmodel import Session

from ats.errors import Collision, DatabaseFault

BUSY_SECONDS = 30
#: What PostgreSQL calls a deadlock, and a transaction that cannot be put in a row with others.
_COLLISIONS = ("40P01", "40001")
#: Seconds in which the other goes first.
AFTER_COLLISIONS = (0.2, 1.0)

T = TypeVar("T")


class Store:
    """One database. Opens nothing until first used; every error is a `DatabaseFault`."""

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
            self.engine = _engine(url)
            if self.is_sqlite and self.url.query:
                raise DatabaseFault(_UNKNOWN_OPTION.format(name=self.name))
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
            raise DatabaseFault(
                "ATS_DATABASE_URL is no database address; write sqlite:///path/to/file "
                "or postgresql+psycopg://user:password@host/name."
            ) from error

    @property
    def name(self) -> str:
        """The address without its password, and without options, which may hold one."""
        return self.url.set(query={}).render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that only reads; nothing is committed."""
        with _as_fault(self), Session(self.engine) as session:
            yield session

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Yield a session that only reads, and sees one moment however often it asks."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with _as_fault(self), Session(self.engine.execution_options(**level)) as session:
            yield session

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session whose work is committed at the end, or not at all.

        On SQLite the write lock is taken before the first statement, so two writers wait for
        each other instead of failing at commit.
        """
        with (
            _as_fault(self),
            Session(self.engine.execution_options(ats_immediate=True)) as session,
            session.begin(),
        ):
            yield session

    def transact(self, work: Callable[[Session], T]) -> T:
        """Do *work* in one write transaction and return its result.

        If two transactions wait for each other, PostgreSQL ends one; *work* is then done again
        from the start, behind the other: it must leave nothing outside the database but its result.
        """
        for pause in AFTER_COLLISIONS:
            try:
                with self.write() as session:
                    return work(session)
            except Collision:
                time.sleep(pause)
        with self.write() as session:
            return work(session)

    def upgrade(self) -> None:
        """Create the tables, or bring them to this version. Refuses a newer database."""
        self.refuse_newer()
        config = _alembic()
        with (
            _as_fault(self),
            self.engine.connect() as connection,
            _tables_may_be_rewritten(connection),
            connection.begin(),
        ):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def require_current(self) -> None:
        """Raise DatabaseFault unless the tables are exactly of this version."""
        current = self.refuse_newer()
        if current is None:
            raise DatabaseFault(f"The database {self.name} is empty; run `ats init` first.")
        if current != ScriptDirectory.from_config(_alembic()).get_current_head():
            raise DatabaseFault(
                f"The database {self.name} is of an older version; run `ats init` to upgrade it."
            )

    def refuse_newer(self) -> str | None:
        """Return the database's version (None: empty); raise if this program is too old for it."""
        if self.is_sqlite and not _sqlite_file_exists(self.url.database):
            return None
        with _as_fault(self), self.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        if current is not None:
            try:
                ScriptDirectory.from_config(_alembic()).get_revision(current)
            except CommandError as error:
                raise DatabaseFault(
                    f"The database {self.name} was made by a newer version of this program "
                    f"({current}); install that version, or point ATS_DATABASE_URL elsewhere."
                ) from error
        return current

    def close(self) -> None:
        self.engine.dispose()


def _sqlite_file_exists(database: str | None) -> bool:
    return database in (None, "", ":memory:") or Path(str(database)).exists()


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's BEGIN, below, is the only one
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("ats_immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


@contextlib.contextmanager
def _tables_may_be_rewritten(connection: Connection) -> Iterator[None]:
    """Let SQLite drop and rename a table that others refer to, as changing a check takes.

    Foreign keys cannot be switched off within a transaction, so it is done around it.
    """
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        if broken := raw.execute("PRAGMA foreign_key_check").fetchall():
            raise DatabaseFault(f"The upgrade left rows that lead nowhere: {broken[:3]}.")
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


@contextlib.contextmanager
def _as_fault(store: Store) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        if "invalid connection option" in str(error.orig):
            raise DatabaseFault(_UNKNOWN_OPTION.format(name=store.name)) from error
        if type(error) not in (OperationalError, DatabaseError):
            raise  # a constraint or a value: a fault of ours, not of the database
        collided = getattr(error.orig, "sqlstate", None) in _COLLISIONS
        kind = Collision if collided else DatabaseFault
        raise kind(_sentence(store, str(error.orig))) from error


_UNKNOWN_OPTION = (
    "The database {name} cannot be opened: ATS_DATABASE_URL has an option that its driver does not "
    "know; take out what stands after the question mark."
)


def _sentence(store: Store, detail: str) -> str:
    first = detail.strip().splitlines()[0] if detail.strip() else "no answer"
    remedy = {
        "unable to open database file": "check that its folder exists and may be written",
        "attempt to write a readonly database": "make the data folder writable",
        "database or disk is full": "make room on the disk; what was not written is done again",
        "database is locked": "another process holds it; try again in a minute",
        "file is not a database": "ATS_DATABASE_URL points to a file of another kind",
        "no such table": "run `ats init` first",
        "deadlock detected": "another process was in the way; what was not written is done again",
    }
    hint = next((text for sign, text in remedy.items() if sign in first), "check ATS_DATABASE_URL")
    return f"The database {store.name} cannot be used ({first}); {hint}."
