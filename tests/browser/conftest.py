"""Ada and her cohort's calendars, and the pages served to a browser on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browser import LINKS, Browser
from sqlalchemy import select

from ats.commands.entry import open_office
from ats.records import models as m
from ats.records.store import Store
from config.settings import Settings
from tests.integration.small_cohort import ADA, GRACE, SmallCohort, at
from tests.integration.web.public_site import PublicSite

RECORDED = at("2026-11-19 15:00")


def set_webinar(store: Store, key: str, **values: Any) -> None:
    """Write these values into a webinar's record."""
    with store.write() as session:
        webinar = session.execute(select(m.Webinar).where(m.Webinar.key == key)).scalar_one()
        for name, value in values.items():
            setattr(webinar, name, value)


@pytest.fixture(scope="session")
def browser() -> Browser:
    return Browser()


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path) -> Iterator[PublicSite]:
    """A cohort in November: webinars that were, are cancelled, are uncertain and are to come."""
    store = Store(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'ats.db')}")
    office = replace(open_office(Settings.model_construct()), links=LINKS, store=store)
    cohort = SmallCohort(office, tmp_path)
    cohort.enrol(ADA + GRACE)
    cohort.join_links()
    cohort.go_live_unchecked()
    set_webinar(store, "webinar-2", recording_url="https://video.example/2", recorded_at=RECORDED)
    set_webinar(store, "webinar-3", status="cancelled", sequence=1)
    set_webinar(store, "webinar-4", status="tentative")
    with PublicSite(cohort.office) as site:
        site.now = at("2026-11-20 12:00")
        yield site
    store.close()
