"""Ada, with Grace as her mentor who has agreed, and Cat in Wales, in a cohort that is live."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from publishing_desk import PublishingDesk
from small_cohort import ADA, CAT, GRACE, SmallCohort, at

from ats.commands.entry import open_office
from ats.people import mentors
from ats.people.links import Links
from ats.records.store import Store
from config.settings import Settings


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> PublishingDesk:
    """The cohort on SQLite, then on PostgreSQL; links have an address, nothing is published."""
    links = Links("https://ats.example", "k" * 32)
    office = replace(open_office(Settings.model_construct()), store=store, links=links)
    cohort = SmallCohort(office, tmp_path)
    cohort.enrol(ADA + GRACE, CAT)
    cohort.go_live_unchecked()
    mentors.accept(store, "P0001", now=at("2026-09-03 10:00"), by="Jo")
    return PublishingDesk(cohort, tmp_path / "calendars")
