"""Scenario 7, days off: what is sent rolls, what was published stays, 17:00 stays 17:00."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from quiet_office import without_staff_letters
from small_cohort import ADA, CODE, GRACE, SmallCohort, at
from story import story, walk

from ats import cohorts
from ats.office import Calendars, Office
from ats.planning.workdays import Workdays

SCOT = "2026-10,P0002,Iona,Reid,iona@glen.example,Glen College,scotland,2026-10-05"
CYMRU = "2026-10,P0003,Cat,Owen,cat@valley.example,Valley College,wales,2026-10-05"


@pytest.fixture
def example_office(example_office: Office) -> Office:
    return without_staff_letters(example_office)


@pytest.fixture
def year(cohort: SmallCohort) -> SmallCohort:
    """Ada in England, Iona in Scotland, Cat in Wales: nothing of their portfolios is done."""
    cohort.enrol(ADA + GRACE, SCOT, CYMRU)
    cohort.join_links()
    cohort.go_live()
    return cohort


def lines(cohort: SmallCohort, ref: str, *words: str) -> list[str]:
    """Return the lines of somebody's story in which one of these words stands."""
    return [line for line in story(cohort, ref) if any(f" {word}" in line for word in words)]


def moved_to(cohort: SmallCohort, key: str, to: str) -> None:
    with cohort.store.write() as session:
        pass


def test_x(year: SmallCohort) -> None:
    walk(year, "2026-10-05 09:00", "2027-05-15 18:00", portfolio=[])
    for ref in ("P0001", "P0002", "P0003"):
        print(ref)
        print(*story(year, ref), sep="\n")
    assert 0
