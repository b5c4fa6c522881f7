"""With inputs fixed it does not matter how often the clock ticks, down to once a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from generated_people import BEGINS, ENDS, JUST_NOW, KNOWING_ALL, fixed_people
from generated_years import Story, years
from hypothesis import given, settings
from hypothesis import strategies as st
from in_memory_year import InMemoryYear
from people import LONDON, cohort

from ats.planning.facts import Participant
from ats.planning.workdays import local_moment


def daily(hour: int, *, weekday: int | None = None) -> Iterator[dt.datetime]:
    """Yield this hour of every day, or of every such weekday, of the year."""
    day = BEGINS.date()
    while day <= ENDS.date():
        now = local_moment(day, dt.time(hour), LONDON)
        if now >= BEGINS and weekday in (None, day.weekday()):
            yield now
        day += dt.timedelta(days=1)


def alone(person: Participant) -> InMemoryYear:
    """Return a year of one person in a cohort whose one export shows all that will ever be."""
    return InMemoryYear({person.ref: person}, cohort(as_of=KNOWING_ALL))


def differences(one: InMemoryYear, other: InMemoryYear) -> dict[str, tuple[str | None, str | None]]:
    """Return the rows whose outcomes differ: in the one year, and in the other."""
    left, right = one.outcomes(), other.outcomes()
    return {
        key: (left.get(key), right.get(key))
        for key in left.keys() | right.keys()
        if left.get(key) != right.get(key)
    }


@settings(max_examples=60, deadline=None)
@given(person=fixed_people(), hour=st.integers(9, 17))
def test_ten_minute_and_daily_ticks_end_the_same(person: Participant, hour: int) -> None:
    often = alone(person).at_ten_minutes(BEGINS, ENDS)
    assert differences(often, alone(person).at(daily(hour))) == {}


#: What a weekly clock may make of what a quick one sends: it finds several things at once, or too
#: late. If the first row of a shared message is gone, the next one carries it as `sent`.
SENT = {"sent", "merged"}
ONCE_A_WEEK = SENT | {"superseded", "expired"}


@settings(max_examples=40, deadline=None)
@given(
    person=fixed_people(last_moved=(JUST_NOW,), mentors=1),
    hour=st.integers(9, 17),
    weekday=st.sampled_from((1, 2, 3)),
)
def test_weekly_ticks_only_merge_supersede_and_expire_what_was_sent(
    person: Participant, hour: int, weekday: int
) -> None:
    """Nobody is stalled or changes mentor here: a case opened later stops fewer rungs."""
    often = alone(person).at_ten_minutes(BEGINS, ENDS)
    seldom = alone(person).at(daily(hour, weekday=weekday))
    unexpected = {
        key: (quick, slow)
        for key, (quick, slow) in differences(often, seldom).items()
        if quick not in SENT or slow not in ONCE_A_WEEK
    }
    assert unexpected == {}


def overnight(story: Story) -> Story:
    """Return the story with all changes of a day at one moment, so that no tick sees only some."""
    changes = sorted(story.changes, key=lambda change: change.at)
    at_once = (replace(one, at=one.at.replace(hour=8, minute=30)) for one in changes)
    return replace(story, changes=tuple(at_once))


@settings(max_examples=30, deadline=None)
@given(story=years(most=1).map(overnight), hour=st.integers(10, 11))
def test_so_they_do_when_facts_change_overnight_and_ticks_come_in_the_morning(
    story: Story, hour: int
) -> None:
    """Not before 10:00, when two messages are due; from noon a Friday's cases wait for Monday."""
    often = story.year().at_ten_minutes(BEGINS, ENDS)
    assert differences(often, story.year().at(daily(hour))) == {}
