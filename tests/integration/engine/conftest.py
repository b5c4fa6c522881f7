"""A small cohort in a real database, with a real mail server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prologue import Prologues, prologue
from small_cohort import ADA, BEN, CROWD, STUCK, SmallCohort

from ats.commands.entry import open_office
from ats.office import Office
from ats.outbox.mailbox import InMemoryMailbox
from ats.records.store import Store
from config.settings import Settings


@pytest.fixture(scope="session")
def example_office() -> Office:
    """An office that no setting of this machine reaches: its templates are read once."""
    return open_office(Settings.model_construct())


@pytest.fixture
def office(example_office: Office, store: Store, tmp_path: Path) -> Office:
    """The same over this test's database, with journals of its own."""
    return replace(example_office, store=store, journals=tmp_path / "journals", _timelines={})


@pytest.fixture
def mailbox() -> Iterator[InMemoryMailbox]:
    """A real mail server that keeps what it is given."""
    with InMemoryMailbox() as mailbox:
        yield mailbox


@pytest.fixture
def cohort(office: Office, mailbox: InMemoryMailbox, tmp_path: Path) -> SmallCohort:
    """Cohort 2026-10 in trial, empty; its mail goes to `mailbox`."""
    cohort = SmallCohort(office, tmp_path)
    cohort.address = mailbox.address
    return cohort


@pytest.fixture(scope="session")
def prologues(tmp_path_factory: pytest.TempPathFactory) -> Prologues:
    """What `prologue` keeps between tests."""
    return Prologues(tmp_path_factory.mktemp("prologues"))


@prologue
def stuck(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada has stood still since October: on Wednesday 2 December the PXM has a case."""
    cohort.enrol(ADA, BEN)
    cohort.join_links()
    cohort.go_live()
    for monday in ("2026-11-16", "2026-11-23", "2026-11-30"):
        cohort.export(monday, *STUCK)
        cohort.tick(f"{monday} 09:00")
    cohort.tick("2026-12-02 09:00")
    assert ("P0001", "stalled-portfolio", "open") in cohort.cases()
    mailbox.received.clear()


@prologue
def crowd(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """Two hundred people whose agenda is due."""
    cohort.enrol(*CROWD)
    cohort.go_live_unchecked()
