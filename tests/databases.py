"""Databases of a test's own: made, copied while nobody uses them, and dropped."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from ats.records.store import Store

_numbers = itertools.count(1)


@contextmanager
def postgresql_copy(url: str, template: str = "template") -> Iterator[Store]:
    """Yield a copy of one of the databases of the server at *url*; it is dropped at the end."""
    name = f"test_{next(_numbers)}"
    administer(url, f"CREATE DATABASE {name} TEMPLATE {template}")
    store = Store(named(url, name))
    try:
        yield store
    finally:
        store.close()
        administer(url, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def copied(store: Store, folder: Path) -> Iterator[Store]:
    """Yield a copy of *store*, which nobody may use at this moment; on SQLite in *folder*."""
    store.close()
    if store.is_sqlite:
        assert store.url.database is not None
        copy = Store(f"sqlite:///{shutil.copy(store.url.database, folder / 'ats.db')}")
        yield copy
        copy.close()
        return
    assert store.url.database is not None
    with postgresql_copy(_server(store), store.url.database) as copy:
        yield copy


def keep(store: Store, folder: Path) -> str:
    """Keep what is in *store*, which nobody may use at this moment, and say where."""
    store.close()
    database = str(store.url.database)
    number = next(_numbers)
    if store.is_sqlite:
        return str(shutil.copy(database, folder / f"kept-{number}.db"))
    administer(_server(store), f"CREATE DATABASE kept_{number} TEMPLATE {database}")
    return f"kept_{number}"


def restore(store: Store, kept: str) -> None:
    """Let *store*, which nobody may use at this moment, hold what was kept, and nothing else."""
    store.close()
    database = str(store.url.database)
    if store.is_sqlite:
        shutil.copy(kept, database)
        return
    administer(
        _server(store), f"DROP DATABASE {database}", f"CREATE DATABASE {database} TEMPLATE {kept}"
    )


def named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def administer(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _server(store: Store) -> str:
    return store.url.set(database="postgres").render_as_string(hide_password=False)
