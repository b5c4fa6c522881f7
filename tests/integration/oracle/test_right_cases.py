"""The right people become cases: what the engine did, against a judge who read only the exports."""

from __future__ import annotations

from collections.abc import Sequence

from days_off import DAY
from deadlines import FRESH, RED_ALREADY, STALLED, TWO_OVERDUE
from engine_years import ENDS, Lived
from judge import AMBER, CALL_CASE, RED, STALLED_CASE, SUBMISSION_CASE, Episode, Judge
from made_cohorts import MADE
from portfolio_exports import Person


def test_everybody_has_the_cases_that_the_exports_ask_for_and_no_others(year: Lived) -> None:
    """Person by person: which kinds, each opened and closed on which day."""
    differ = []
    for person in year.people:
        judge = year.judge(person)
        expected, found = judge.judge(ENDS), list(year.found.get(person.ref, ()))
        if expected != found:
            differ.append(_difference(judge, expected, found))

    assert not differ, "\n".join([f"{len(differ)} people differ:", *differ])


def test_nobody_is_accused_who_moved_or_has_everything_due_complete(year: Lived) -> None:
    """As the newest import showed each of them on the day on which the case opened."""
    wrongly = [
        f"{person.ref} {case}: still for {then.stood_still()}, overdue: {then.overdue()}"
        for person, case, then in _opened(year, STALLED_CASE)
        if then.stood_still() < AMBER or not then.overdue()
    ]

    assert wrongly == []


def test_no_case_about_a_portfolio_opens_on_stale_data_or_in_a_break(year: Lived) -> None:
    wrongly = [
        f"{person.ref} {case}: known as of {then.as_of}"
        for kind in (STALLED_CASE, CALL_CASE, SUBMISSION_CASE)
        for person, case, then in _opened(year, kind)
        if then.age(case.opened) > FRESH or then.is_on_a_break(case.opened)
    ]

    assert wrongly == []


def test_no_reminder_about_a_portfolio_goes_on_stale_data_or_in_a_break(year: Lived) -> None:
    reminded = [
        (person, milestone, day, year.judge(person).stand_at(day))
        for person in year.people
        for milestone, days in year.reminded.get(person.ref, {}).items()
        for day in days
    ]
    wrongly = [
        f"{person.ref} {milestone} {day}: known as of {then.as_of}"
        for person, milestone, day, then in reminded
        if then.age(day) > FRESH or then.is_on_a_break(day)
    ]

    assert len(reminded) > len(year.people)
    assert wrongly == []


def test_no_stalled_case_stays_open_once_work_has_been_seen(year: Lived) -> None:
    """The import that shows a later movement, or nothing overdue, is the end of it."""
    wrongly = [
        f"{person.ref} {case}: moved {later.moved()}, seen on {later.exports[-1].imported}"
        for person, case, then in _opened(year, STALLED_CASE)
        for later in (year.judge(person).stand_at((case.closed or ENDS) - DAY),)
        if later.moved() > then.moved() or not later.overdue()
    ]

    assert wrongly == []


def test_who_had_everything_due_complete_in_every_export_is_never_a_case(year: Lived) -> None:
    good = {
        person.ref
        for person in year.people
        for judge in (year.judge(person),)
        if not any(judge.stand_at(export.imported).overdue() for export in year.exports)
    }
    rested = {
        person.ref
        for person in year.people
        for judge in (year.judge(person),)
        if any(judge.stand_at(one.imported).stood_still() >= AMBER for one in year.exports)
    }

    assert good & rested  # somebody did so while standing still for weeks
    accused = {
        ref
        for ref, found in year.found.items()
        if any(case.kind in (STALLED_CASE, CALL_CASE) for case in found)
    }
    assert good & accused == set()


def test_the_years_hold_what_they_are_to_judge(year: Lived) -> None:
    """Cases of every kind; in those that are made also people on both sides of every bound."""
    cases = {case.kind for found in year.found.values() for case in found}
    assert cases == {STALLED_CASE, CALL_CASE, SUBMISSION_CASE}
    if len(year.people) > max(habits.people for habits in MADE.values()):
        return  # the sample, which is as it is

    judges = [year.judge(person) for person in year.people]
    for judge in judges:
        judge.judge(ENDS)
    seen = {(look.rung.after, look.still) for judge in judges for look in judge.looks}
    assert seen >= {
        (STALLED, AMBER - 1),
        (STALLED, AMBER),
        (TWO_OVERDUE, AMBER - 1),
        (TWO_OVERDUE, AMBER),
        (RED_ALREADY, RED - 1),
        (RED_ALREADY, RED),
    }
    assert {case.closed is None for found in year.found.values() for case in found} == {True, False}
    assert any(len(_stalled(found)) > 1 for found in year.found.values())  # an episode each


def _opened(year: Lived, kind: str) -> list[tuple[Person, Episode, Judge]]:
    """Return the cases of a kind, with what was known of each on the day on which it opened."""
    return [
        (person, case, year.judge(person).stand_at(case.opened))
        for person in year.people
        for case in year.found.get(person.ref, ())
        if case.kind == kind
    ]


def _stalled(found: Sequence[Episode]) -> list[Episode]:
    return [case for case in found if case.kind == STALLED_CASE]


def _difference(judge: Judge, expected: Sequence[Episode], found: Sequence[Episode]) -> str:
    """Say what a person's cases should have been, and what the rungs saw."""
    person = judge.person
    lines = [f"{person.ref} ({person.nation}, joined {person.joined})"]
    lines += [f"  missed:  {case}" for case in expected if case not in found]
    lines += [f"  wrongly: {case}" for case in found if case not in expected]
    lines += [f"  as well: {case}" for case in found if case in expected]
    lines += [f"  {look}" for look in judge.looks]
    return "\n".join(lines)
