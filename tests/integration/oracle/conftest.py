"""Four cohorts' years: the sample's, as the demo lived it, and three that are made here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from engine_years import Lived, live, of_the_demo
from installed import ROOT, DemoRun
from made_cohorts import MADE, make_cohort

from ats.commands.entry import open_office
from ats.records.store import Store
from config.settings import Settings

SAMPLES = ROOT / "config" / "samples" / "2026-10"


@pytest.fixture(scope="module", params=["sample", *MADE])
def year(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lived]:
    """One cohort's year, by the engine. A made one takes half a minute, the sample's is shared."""
    if request.param == "sample":
        run: DemoRun = request.getfixturevalue("demo_run")
        yield of_the_demo(run, SAMPLES)
        return
    template: Path = request.getfixturevalue("sqlite_template")
    folder = tmp_path_factory.mktemp("cohort")
    store = Store(f"sqlite:///{shutil.copy(template, folder / 'ats.db')}")
    office = replace(
        open_office(Settings.model_construct()),
        store=store,
        journals=folder / "journals",
        _timelines={},
    )
    habits = MADE[request.param]
    acts = make_cohort(folder, habits)
    yield live(office, folder, acts, days_late=habits.days_late)
    store.close()
