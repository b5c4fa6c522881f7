"""An office over this test's database, and its import folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ats import cohorts
from ats.commands.entry import demo_office
from ats.office import Office
from ats.outbox.mailbox import InMemoryMailbox
from ats.records.store import Store

ZONE = ZoneInfo("Europe/London")


@pytest.fixture
def mailbox() -> Iterator[InMemoryMailbox]:
    """A real mail server that keeps what it is given."""
    with InMemoryMailbox() as mailbox:
        yield mailbox


@pytest.fixture
def office(store: Store, mailbox: InMemoryMailbox) -> Office:
    """An office that no setting of this machine reaches."""
    return replace(demo_office("sqlite://", lambda: mailbox.address), store=store)


@pytest.fixture
def launched(office: Office) -> Callable[..., None]:
    """Launch a cohort that starts on 5 October 2026, live unless told otherwise."""

    def launch(code: str = "2026-10", *, live: bool = True) -> None:
        now = dt.datetime(2026, 9, 1, 10, 0, tzinfo=ZONE)
        starts = dt.date(2026, 10, 5)
        cohorts.launch(office, code, starts=starts, programme="ats", now=now, by="Jo")
        if live:
            with office.store.write() as session:
                cohorts_named = session.connection().exec_driver_sql
                cohorts_named(f"UPDATE cohort SET status = 'live' WHERE code = '{code}'")

    return launch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An import folder, not made yet."""
    return tmp_path / "import"
