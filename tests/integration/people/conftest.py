"""Ada, with Grace as her mentor, and Ben, in a cohort that is live: on SQLite, then PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from small_cohort import ADA, BEN, GRACE, SmallCohort

from ats.commands.entry import open_office
from ats.records.store import Store
from config.settings import Settings


@pytest.fixture
def cohort(store: Store, tmp_path: Path) -> SmallCohort:
    """Cohort 2026-10, live; nothing sent yet."""
    office = replace(open_office(Settings.model_construct()), store=store)
    cohort = SmallCohort(office, tmp_path)
    cohort.enrol(ADA + GRACE, BEN)
    cohort.join_links()
    cohort.go_live_unchecked()
    return cohort
