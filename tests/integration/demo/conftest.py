"""The demo's year and the sample files, read once."""

from __future__ import annotations

import pytest
from exports import Samples
from installed import ROOT, DemoRun
from the_year import TheYear


@pytest.fixture(scope="session")
def year(demo_run: DemoRun) -> TheYear:
    """What the demo left behind."""
    return TheYear(demo_run)


@pytest.fixture(scope="session")
def samples() -> Samples:
    """The sample cohort's files."""
    return Samples(ROOT / "config" / "samples" / "2026-10")
