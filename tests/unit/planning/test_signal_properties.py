"""What holds of every signal: silence never makes things better, order never matters."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from people import ALL_BUT_SUBMISSION, LONDON, STARTS, cohort, participant, timeline

from ats.planning import stall
from ats.planning.facts import Participant, SectionState
from config.programme import NATIONS

DAY = dt.timedelta(days=1)
GRAVITY = {"green": 0, "amber": 1, "red": 2}

days = st.integers(0, 300).map(lambda n: STARTS + n * DAY)
states = st.builds(SectionState, complete=st.booleans(), updated_on=days)
portfolios = st.dictionaries(st.sampled_from(ALL_BUT_SUBMISSION), states)


def people() -> st.SearchStrategy[Participant]:
    nations = st.sampled_from(NATIONS)
    return st.builds(
        lambda nation, sections: participant(nation=nation, sections=sections), nations, portfolios
    )


def on(as_of: dt.date, person: Participant) -> stall.Standing:
    """Return how things stand at the moment at which an export of that day is taken."""
    now = dt.datetime.combine(as_of, dt.time(9), LONDON)
    return stall.standing(timeline(cohort(as_of=as_of)), person, now)


def known_by(person: Participant, as_of: dt.date) -> Participant:
    """Return the person with what had moved by then, for an export cannot know more."""
    sections = {key: s for key, s in person.sections.items() if s.updated_on < as_of}
    return replace(person, sections=sections)


@given(person=people(), as_of=days, later=st.integers(1, 120))
def test_silence_never_makes_things_better(person: Participant, as_of: dt.date, later: int) -> None:
    person = known_by(person, as_of)

    first, then = on(as_of, person), on(as_of + later * DAY, person)

    assert GRAVITY[first.state] <= GRAVITY[then.state]
    told = [
        {(one.kind, one.subject, one.since) for one in found.signals} for found in (first, then)
    ]
    assert {one for one in told[0] if one[0] != "two-overdue"} <= told[1]


@given(person=people(), as_of=days)
def test_nobody_is_amber_or_red_for_their_portfolio_with_everything_due_complete(
    person: Participant, as_of: dt.date
) -> None:
    found = on(as_of, person)

    late = stall.overdue(timeline(cohort(as_of=as_of)), person)
    assert {one.subject for one in found.signals if one.kind == "milestone-overdue"} == set(late)
    if not late:
        assert not {one.kind for one in found.signals} & set(stall.OF_THE_PORTFOLIO)


@given(person=people(), as_of=days, moved=st.integers(1, 40))
def test_a_movement_ends_standing_still_and_nothing_else_does_within_its_days(
    person: Participant, as_of: dt.date, moved: int
) -> None:
    """No flapping: after a movement, fifteen more working days go by before it is said again."""
    last = as_of + moved * DAY
    section = next(iter(person.sections), "pdp")
    sections = {**known_by(person, as_of).sections, section: SectionState(False, last)}
    person = replace(person, sections=sections)

    for days_after in range(1, 20):  # fifteen whole working days take twenty at least
        kinds = {one.kind for one in on(last + days_after * DAY, person).signals}
        assert "standing-still" not in kinds


@given(person=people(), as_of=days, order=st.randoms(use_true_random=False))
def test_the_order_in_which_sections_were_imported_makes_no_difference(
    person: Participant, as_of: dt.date, order: object
) -> None:
    keys = list(person.sections)
    order.shuffle(keys)  # type: ignore[attr-defined]
    other = replace(person, sections={key: person.sections[key] for key in keys})

    assert on(as_of, person) == on(as_of, other)
