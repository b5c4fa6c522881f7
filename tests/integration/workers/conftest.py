"""Mail that waits to be sent, on each database, for workers in processes of their own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from databases import copied, postgresql_copy
from installation import MESSAGES, Installation, Open, queue, sink

from ats.commands.entry import open_office
from ats.office import Office
from ats.records.store import Store
from config.settings import Settings


@pytest.fixture
def office(store: Store) -> Office:
    """An office over an empty store that no setting of this machine reaches."""
    return _office(store)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def queued(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """Records in which all the messages wait; a test works on a copy."""
    folder = tmp_path_factory.mktemp("queued")
    with ExitStack() as stack:
        if request.param == "sqlite":
            template: Path = request.getfixturevalue("sqlite_template")
            store = Store(f"sqlite:///{shutil.copy(template, folder / 'ats.db')}")
        else:
            url: str = request.getfixturevalue("postgresql_url")
            store = stack.enter_context(postgresql_copy(url))
        queue(_office(store), folder, MESSAGES)
        yield store
        store.close()


@pytest.fixture
def open_place(queued: Store, tmp_path: Path) -> Iterator[Open]:
    with ExitStack() as stack:

        def place(*, milliseconds: int = 0, **settings: object) -> Installation:
            store = stack.enter_context(copied(queued, tmp_path))
            server = stack.enter_context(sink(tmp_path, milliseconds=milliseconds))
            return Installation(store, tmp_path, server, **settings)

        yield place


def _office(store: Store) -> Office:
    return replace(open_office(Settings.model_construct()), store=store, journals=None)
