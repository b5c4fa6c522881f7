"""The quiet period of an organisation: tips and chasers wait for its people, and for nobody else.

The same day is a working day at Valley College, and everywhere else in England.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_cohort import ADA, BEN, GRACE, SmallCohort, at

from ats.people import mentors
from config import closures

#: Ada's college is away from Mon 23 November to Fri 4 December; Ben's is another one.
QUIET = """\
organisations:
  Harbour College:
    - {name: Inspection, kind: KIND, from: 2026-11-23, to: 2026-12-04}
"""
OTHER = BEN.replace("Harbour College", "Valley College")


@pytest.fixture(params=["away", "closed"])
def quiet(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """England's file of days off with a quiet period of Harbour College, of either kind."""
    folder = tmp_path / "closures"
    shutil.copytree(Path(closures.__file__).parent / "closures", folder)
    file = folder / "england.yaml"
    days = file.read_text(encoding="utf-8")
    file.write_text(
        days.replace("organisations: {}\n", QUIET.replace("KIND", request.param)), encoding="utf-8"
    )
    monkeypatch.setattr(closures, "_PACKAGED", folder)
    closures._organisations.cache_clear()
    yield request.param
    monkeypatch.undo()
    closures._organisations.cache_clear()


@pytest.fixture
def year(quiet: str, cohort: SmallCohort) -> SmallCohort:
    """Ada and Ben, whose mentor Grace has agreed, in November."""
    cohort.office.__dict__["_workdays"].clear()
    cohort.enrol(ADA + GRACE, OTHER + GRACE)
    cohort.join_links()
    cohort.go_live_unchecked()
    cohort.tick_daily("2026-10-05", "2026-10-08")
    for ref in ("P0001", "P0002"):
        mentors.accept(cohort.store, ref, now=at("2026-10-14 10:00"), by="Jo")
    cohort.export("2026-11-16", *(f"{ref},about-you,complete,2026-10-20" for ref in PEOPLE))
    cohort.tick("2026-11-16 10:00")
    return cohort


PEOPLE = ("P0001", "P0002")


def test_a_tip_waits_for_exactly_its_people(year: SmallCohort, quiet: str) -> None:
    year.tick("2026-11-24 10:00")

    assert year.outcomes("pdp-tip") == {"1 to P0001": f"held: {quiet}", "1 to P0002": "sent"}


def test_a_chaser_counts_and_waits_by_their_own_days(year: SmallCohort) -> None:
    """Three working days after Fri 20 November are Wed 25, or Wed 9 December for Ada."""
    for day in ("2026-11-23", "2026-11-30", "2026-12-07"):
        rows = (f"{ref},about-you,complete,2026-10-20" for ref in PEOPLE)
        year.export(day, *rows)
        friday = dt.date.fromisoformat(day) + dt.timedelta(days=4)
        year.tick_daily(day, str(friday), "10:00")

    due = year.ledger("recipient", "due_at", step="chase-milestone", role="participant")
    reminders = {ref: moment for ref, moment in due if moment > at("2026-11-20 17:00")}
    assert reminders["P0001"] == at("2026-12-09 09:00")
    assert ("P0002", at("2026-11-25 09:00")) in due
