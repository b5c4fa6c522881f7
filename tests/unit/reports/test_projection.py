"""Which runs the dashboard lacks, and which show a date that is no longer true."""

import datetime as dt

from ats.reports.projection import Create, Standing, Wanted, align

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
JANUARY = dt.datetime(2027, 1, 15, 17, 0, tzinfo=dt.UTC)
MARCH = dt.datetime(2027, 3, 19, 17, 0, tzinfo=dt.UTC)
PDP = Wanted("pdp", "2026-10 · week 14 · Personal Development Plan due", JANUARY)
DIARY = Wanted("diary", "2026-10 · week 23 · Diary due", MARCH)


def run(
    name: str, milestone: str, at: dt.datetime, *, version: int = 1, waits: bool = True
) -> Standing:
    return Standing(name, milestone, at, version, waits)


def test_a_new_cohort_gets_a_run_for_each_milestone() -> None:
    assert align([PDP, DIARY], [], now=NOW) == ([], [Create(PDP, 1), Create(DIARY, 1)])


def test_nothing_is_done_where_every_date_stands() -> None:
    runs = [run("a", "pdp", JANUARY), run("b", "diary", MARCH)]
    assert align([PDP, DIARY], runs, now=NOW) == ([], [])


def test_a_moved_date_cancels_the_run_and_makes_another_under_a_new_version() -> None:
    runs = [run("a", "pdp", MARCH, version=3)]
    assert align([PDP], runs, now=NOW) == (["a"], [Create(PDP, 4)])


def test_a_date_that_moves_back_gets_a_new_version_too() -> None:
    """The key of a cancelled run would give the cancelled run again."""
    runs = [run("a", "pdp", JANUARY, version=1, waits=False), run("b", "pdp", MARCH, version=2)]
    assert align([PDP], runs, now=NOW) == (["b"], [Create(PDP, 3)])


def test_one_run_of_two_for_the_same_date_goes() -> None:
    runs = [run("a", "pdp", JANUARY), run("b", "pdp", JANUARY, version=2)]
    assert align([PDP], runs, now=NOW) == (["b"], [])


def test_a_milestone_that_is_gone_takes_its_run_along() -> None:
    assert align([], [run("a", "pdp", JANUARY)], now=NOW) == (["a"], [])


def test_a_late_run_still_writes_its_report() -> None:
    runs = [run("a", "pdp", NOW - dt.timedelta(hours=1))]
    assert align([], runs, now=NOW) == ([], [])


def test_what_has_run_is_left_alone() -> None:
    runs = [run("a", "pdp", JANUARY - dt.timedelta(weeks=60), waits=False)]
    assert align([DIARY], runs, now=NOW) == ([], [Create(DIARY, 1)])
