"""One Prefect server for all tests of flows, and an installation for them to work in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from flow_desk import BEN, CODE, write_roster
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.testing.utilities import prefect_test_harness

from ats import cohorts
from ats.commands.entry import open_office
from ats.intake.watch import import_folder
from ats.outbox.mailbox import InMemoryMailbox
from config.settings import load_settings


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """A temporary Prefect server; without heartbeats a flow run takes a fifth of the time."""
    with (
        prefect_test_harness(server_startup_timeout=120),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    ):
        yield


@pytest.fixture(scope="module")
def mailbox() -> Iterator[InMemoryMailbox]:
    """A real mail server that keeps what it is given."""
    with InMemoryMailbox() as mailbox:
        yield mailbox


@pytest.fixture(scope="module")
def import_dir(
    prefect_server: None, mailbox: InMemoryMailbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The import folder of an installation with one live cohort, which started this week."""
    folder = tmp_path_factory.mktemp("installation")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("ATS_DATA_DIR", str(folder))
        patch.setenv("ATS_DATABASE_URL", f"sqlite:///{folder / 'ats.db'}")
        patch.setenv("ATS_IMPORT_DIR", str(folder / "import"))
        patch.setenv("ATS_SMTP_URL", str(mailbox.address))
        office = open_office(load_settings())
        office.store.upgrade()
        now = dt.datetime.now(dt.UTC)
        monday = now.date() - dt.timedelta(days=now.weekday())
        cohorts.launch(office, CODE, starts=monday, programme="ats", now=now, by="Jo")
        write_roster(folder / "import" / "roster.csv", BEN)
        import_folder(office, folder / "import", now=now, by="Jo")
        cohorts.go_live(office, CODE, missing_settings=(), now=now, by="Jo")
        office.store.close()
        yield folder / "import"
