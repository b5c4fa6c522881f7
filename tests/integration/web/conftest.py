"""Ada, with Grace as her mentor, in a cohort whose e-mails carry links; and the pages they open."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from public_site import PublicSite
from small_cohort import ADA, BEN, GRACE, SmallCohort

from ats.commands.entry import open_office
from ats.office import Office
from ats.outbox.mailbox import InMemoryMailbox
from ats.people.links import Links
from ats.records.store import Store
from config.settings import Settings

LINKS = Links("https://ats.provider.example", "a key that nobody else has, of 43 signs")


@pytest.fixture(scope="session")
def linked_office() -> Office:
    """An office that no setting of this machine reaches, with links."""
    return replace(open_office(Settings.model_construct()), links=LINKS)


@pytest.fixture
def store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty store; what differs between databases is tested with `ats.people`."""
    store = Store(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'ats.db')}")
    yield store
    store.close()


@pytest.fixture
def mailbox() -> Iterator[InMemoryMailbox]:
    """A real mail server that keeps what it is given."""
    with InMemoryMailbox() as mailbox:
        yield mailbox


@pytest.fixture
def cohort(
    linked_office: Office, store: Store, mailbox: InMemoryMailbox, tmp_path: Path
) -> SmallCohort:
    """Cohort 2026-10, live; nothing sent yet."""
    cohort = SmallCohort(replace(linked_office, store=store, _timelines={}), tmp_path)
    cohort.address = mailbox.address
    cohort.enrol(ADA + GRACE, BEN)
    cohort.join_links()
    cohort.go_live_unchecked()
    return cohort


@pytest.fixture
def links() -> Links:
    """Who signs the links of this cohort's e-mails."""
    return LINKS


@pytest.fixture
def site(cohort: SmallCohort) -> Iterator[PublicSite]:
    """The public pages, served."""
    with PublicSite(cohort.office) as site:
        yield site
