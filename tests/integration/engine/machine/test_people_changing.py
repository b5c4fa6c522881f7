"""Whatever staff do to people, in any order and at any time of the year, the promises are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from changing_people import ChangingPeople, Season
from databases import copied
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from quiet_office import without_staff_letters
from small_cohort import ADA, BEN, CAT, DOT, GRACE, NIA, SmallCohort, at

from ats.errors import AtsError
from ats.office import Office
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors

DAY = dt.timedelta(days=1)
SEASONS = ("2026-10-01 09:00", "2026-11-10 09:00", "2027-01-12 09:00", "2027-09-07 09:00")


@pytest.fixture
def example_office(example_office: Office) -> Office:
    return without_staff_letters(example_office)


@pytest.fixture
def seasons(cohort: SmallCohort, tmp_path: Path) -> Iterator[list[Season]]:
    """The year as it goes without staff, at several of its moments; on PostgreSQL at the first."""
    cohort.enrol(ADA + GRACE, BEN + GRACE, CAT + NIA, DOT)
    cohort.join_links()
    cohort.go_live_unchecked()
    wanted = list(SEASONS) if cohort.store.is_sqlite else list(SEASONS[:1])
    with ExitStack() as stack:
        found = []
        for number, text in enumerate(wanted):
            if number:
                _walk(cohort, wanted[number - 1], text)
            folder = tmp_path / str(number)
            folder.mkdir()
            copy = stack.enter_context(copied(cohort.store, folder))
            found.append(Season(text, at(text), copy))
        yield found


def _walk(cohort: SmallCohort, begins: str, ends: str) -> None:
    now, last = at(begins), at(ends)
    while now < last:
        cohort.export(f"{now:%Y-%m-%d}", now=f"{now:%Y-%m-%d} 07:30")
        cohort.tick(f"{now:%Y-%m-%d} 09:00")
        with suppress(AtsError):  # not yet asked, or agreed already
            mentors.accept(cohort.store, "P0001", now=now, by="Jo")
        now += 4 * DAY


def test_promises_are_kept_whatever_staff_do(
    seasons: list[Season], cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    class Machine(ChangingPeople):
        pass

    Machine.seasons, Machine.prepared, Machine.mailbox = seasons, cohort, mailbox
    examples = 16 if cohort.store.is_sqlite else 3
    many = not settings.default.derandomize  # `make search` looks for other examples, and more
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples * 5 if many else examples,
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),  # a step is a tick: it takes its time
        ),
    )
