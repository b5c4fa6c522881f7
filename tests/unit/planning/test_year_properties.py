"""Generated years keep every promise, whatever happens in them and whenever the clock ticks."""

from __future__ import annotations

import datetime as dt
from random import Random

from generated_people import BEGINS, ENDS
from generated_years import Story, years
from hypothesis import given, settings
from hypothesis import strategies as st
from in_memory_year import EPOCH, TEN_MINUTES, InMemoryYear
from people import timeline, told
from promises import broken

from ats.planning.facts import Key
from ats.planning.planner import Decision, Planner
from ats.planning.timeline import Occurrence

SEEDS = st.integers(0, 2**32)


def irregular(seed: int) -> list[dt.datetime]:
    """Return ticks ten minutes to ten days apart: outages included."""
    chance, now, ticks = Random(seed), BEGINS, []
    while now <= ENDS:
        ticks.append(now)
        now += TEN_MINUTES * chance.choice((1, 6, 20, 70, 144, 144, 300, 1440))
    return ticks


@settings(max_examples=60, deadline=None)
@given(story=years())
def test_a_year_of_ten_minute_ticks_keeps_every_promise(story: Story) -> None:
    assert broken(story, story.year().at_ten_minutes(BEGINS, ENDS)) == []


@settings(max_examples=40, deadline=None)
@given(story=years(), seed=SEEDS)
def test_a_year_of_irregular_ticks_keeps_every_promise(story: Story, seed: int) -> None:
    assert broken(story, story.year().at(irregular(seed))) == []


def is_news(decision: Decision) -> bool:
    """Say whether something would be decided that does not stand in the ledger already.

    A hold may change its reason without anything being due: data grow stale while it waits.
    """
    row = decision.row
    if row is None:
        return True
    return (row.outcome, decision.verdict.outcome) != ("held", "held")


@settings(max_examples=30, deadline=None)
@given(story=years(most=1), seed=SEEDS)
def test_before_next_due_at_there_is_nothing_to_decide(story: Story, seed: int) -> None:
    year, chance = story.year(), Random(seed)
    hidden = []
    for now in irregular(seed):
        year.tick(now)
        due = year.next_due_at["P0001"] or ENDS
        coming = min([due, *(change.at for change in year.changes[:1])])
        if due == EPOCH or coming - now < TEN_MINUTES:
            continue
        asked = now + (coming - now) * chance.random()
        hidden += [
            f"{told(asked)}: {decision.occurrence.key} {decision.verdict}"
            for decision in year.judged("P0001", asked)
            if is_news(decision)
        ]
    assert hidden == []


def decided(year: InMemoryYear) -> dict[tuple[str, Key], str]:
    """Return every row's outcome; of what is held only that it is (see `is_news`)."""
    return {key: row.said if row.is_final else row.outcome for key, row in year.ledger.items()}


@settings(max_examples=20, deadline=None)
@given(story=years(), seed=SEEDS)
def test_a_second_tick_at_the_same_moment_decides_nothing_new(story: Story, seed: int) -> None:
    year, news = story.year(), []
    for now in irregular(seed):
        year.tick(now)
        before, sent = decided(year), len(year.messages)
        year.next_due_at = dict.fromkeys(year.people, EPOCH)
        year.tick(now)
        if (decided(year), len(year.messages)) != (before, sent):
            news.append(told(now))
    assert news == []


def filtered(year: InMemoryYear, now: dt.datetime) -> tuple[list[Occurrence], dt.datetime | None]:
    """Return what `open_occurrences` promises, the slow way."""
    person = year.known("P0001")
    rows = person.past
    everything = list(timeline(year.cohort).occurrences(person))
    still_open = [o for o in everything if o.key not in rows or not rows[o.key].is_final]
    coming = min((o.due_at for o in still_open if o.due_at > now), default=None)
    return [o for o in still_open if o.due_at <= now or o.key in rows], coming


@settings(max_examples=20, deadline=None)
@given(story=years(most=1), seed=SEEDS)
def test_open_occurrences_are_all_occurrences_filtered(story: Story, seed: int) -> None:
    year = story.year()
    for now in irregular(seed)[::3]:
        year.tick(now)
        found, coming = timeline(year.cohort).open_occurrences(year.known("P0001"), now)
        expected, at_the_latest = filtered(year, now)
        assert sorted(found, key=lambda o: o.key) == sorted(expected, key=lambda o: o.key)
        assert len({o.key for o in found}) == len(found)
        if at_the_latest is not None:  # it may be earlier: what is final already may count
            assert coming is not None
            assert now < coming <= at_the_latest


@settings(max_examples=20, deadline=None)
@given(story=years(most=1), seed=SEEDS)
def test_a_step_is_decided_alone_as_it_is_among_all_others(story: Story, seed: int) -> None:
    """The retest asks about the steps of a message only."""
    year = story.year()
    for now in irregular(seed)[::3]:
        year.tick(now)
        planner, person = Planner(timeline(year.cohort), now=now), year.known("P0001")
        judged = planner.judge(person).decisions
        for step in {rule.step for rule in planner.timeline.rules}:
            wanted = {d.occurrence.key: d for d in judged if d.occurrence.rule.step == step}
            assert planner.decisions(person, step) == wanted
