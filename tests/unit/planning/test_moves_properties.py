"""Whatever moves, and whenever the clock ticks: everybody knows the time that stands, told once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from random import Random

from generated_moves import BEGINS, ENDS, NOTICES, Moves, beliefs, told_of, whatever_moves
from hypothesis import given, settings
from hypothesis import strategies as st
from in_memory_year import EPOCH, TEN_MINUTES, InMemoryYear
from people import LONDON, timeline, told

from ats.planning.facts import Key, Pause, WebinarFact
from ats.planning.workdays import local_moment

SEEDS = st.integers(0, 2**32)

A_DAY = dt.timedelta(days=1)


def irregular(seed: int) -> list[dt.datetime]:
    """Return ticks ten minutes to a day apart."""
    chance, now, ticks = Random(seed), BEGINS, []
    while now <= ENDS:
        ticks.append(now)
        now += TEN_MINUTES * chance.choice((1, 1, 6, 20, 70, 144))
    return ticks


def could_be_told(
    year: InMemoryYear, recipient: str, webinar: WebinarFact, believed: dt.datetime | None
) -> dt.timedelta:
    """Return for how long a notice of the last change was of use and its recipient not away."""
    begins = webinar.changes[-1].at
    person = year.people.get(recipient)  # a mentor is never away
    for pause in person.pauses if person else ():
        if pause.from_on <= begins.astimezone(LONDON).date() < day_of_return(pause):
            begins = local_moment(day_of_return(pause), dt.time(9), LONDON)
    return max(webinar.starts_at, believed or webinar.starts_at) - begins


def day_of_return(pause: Pause) -> dt.date:
    assert pause.until_on is not None
    return pause.until_on


def left_in_the_dark(
    story: Moves, year: InMemoryYear, between_ticks: dt.timedelta
) -> Iterator[str]:
    """Yield who takes a webinar to be at a time that stood no longer when it began.

    But for those whose break lasted too long, and mentors whose mentoring had ended.
    """
    told_at_last = [after for _, _, after in beliefs(story, year)][-1:]
    for (recipient, key), believed in (pair for known in told_at_last for pair in known.items()):
        webinar = timeline(year.cohort).webinars[key]
        stands = None if webinar.status == "cancelled" else webinar.starts_at
        notices = {
            row.said
            for (_, (step, occurrence, whose)), row in year.ledger.items()
            if step in NOTICES and whose == recipient and occurrence.startswith(f"{key}/")
        }
        if believed == stands or "skipped: mentor-ended" in notices:
            continue
        in_vain = "expired" in notices
        if not in_vain or could_be_told(year, recipient, webinar, believed) > between_ticks:
            yield f"{recipient} takes {key} to be at {believed}, not {stands}: {notices}"


def told_what_they_knew(story: Moves, year: InMemoryYear) -> Iterator[str]:
    """Yield notices of what their recipient knew already, or to whom nobody had told a time."""
    for message, before, after in beliefs(story, year):
        for _, o in message.rows:
            if o.rule.step in NOTICES:
                whose = (message.recipient, str(o.subject))
                if whose not in before or before[whose] == after[whose]:
                    yield told_of(message)


def after_the_start(story: Moves, year: InMemoryYear) -> Iterator[str]:
    """Yield e-mails about a webinar ahead that went after it had begun, or had been cancelled.

    A notice may, if the time that its recipient knew is ahead.
    """
    for message, before, _ in beliefs(story, year):
        webinars = {w.key: w for w in story.facts_at(message.at).webinars}
        for _, o in message.rows:
            if o.rule.for_each != "webinar" or o.rule.step == "webinar-recording":
                continue
            webinar = webinars[str(o.subject)]
            called_off = webinar.status == "cancelled" and o.rule.step != "webinar-cancelled"
            known = before.get((message.recipient, webinar.key)) if o.rule.step in NOTICES else None
            if message.at >= max(webinar.starts_at, known or webinar.starts_at) or called_off:
                yield told_of(message)


def reminded_twice(_: Moves, year: InMemoryYear) -> Iterator[str]:
    """Yield reminders of a start that the same reminder had given before."""
    given: set[tuple[str, str, str, dt.datetime | None]] = set()
    for message in year.messages:
        steps = {
            (message.recipient, o.rule.step, str(o.subject), o.event_at, ref)
            for ref, o in message.rows
            if o.rule.repeats
        }
        if given & steps:  # type: ignore[operator]
            yield told_of(message)
        given |= steps  # type: ignore[arg-type]


def without_an_outcome(_: Moves, year: InMemoryYear) -> Iterator[str]:
    """Yield what is planned about webinars and has no final row when the year is over."""
    for ref in year.people:
        for o in timeline(year.cohort).occurrences(year.known(ref)):
            row = year.ledger.get((ref, o.key))
            if o.rule.for_each == "webinar" and not (row and row.is_final):
                yield f"{o.key}, due {told(o.due_at)}: {row.said if row else 'no row'}"


def faults(
    story: Moves, year: InMemoryYear, between_ticks: dt.timedelta = TEN_MINUTES
) -> list[str]:
    """Return a sentence for everything that is not as it must be."""
    return [
        *left_in_the_dark(story, year, between_ticks),
        *told_what_they_knew(story, year),
        *after_the_start(story, year),
        *without_an_outcome(story, year),
        *(f"{ref} {key} failed the retest" for ref, key in year.dropped),
    ]


@settings(max_examples=150, deadline=None)
@given(story=whatever_moves())
def test_at_ten_minute_ticks_everybody_knows_what_stands_and_is_told_once(story: Moves) -> None:
    assert faults(story, story.year().at_ten_minutes(BEGINS, ENDS)) == []


@settings(max_examples=100, deadline=None)
@given(story=whatever_moves(), seed=SEEDS)
def test_so_they_do_at_irregular_ticks(story: Moves, seed: int) -> None:
    assert faults(story, story.year().at(irregular(seed)), A_DAY) == []


@settings(max_examples=60, deadline=None)
@given(story=whatever_moves())
def test_no_reminder_gives_the_same_start_twice_but_after_a_move_back(story: Moves) -> None:
    year = story.year().at_ten_minutes(BEGINS, ENDS)
    went_back = len(
        {(c.apply.keywords["webinar"], c.apply.keywords.get("to")) for c in story.changes}
    )  # type: ignore[attr-defined]
    if went_back == len(story.changes):
        assert list(reminded_twice(story, year)) == []


def decided(year: InMemoryYear) -> dict[tuple[str, Key], str]:
    """Return every row's outcome; of what is held only that it is."""
    return {key: row.said if row.is_final else row.outcome for key, row in year.ledger.items()}


@settings(max_examples=40, deadline=None)
@given(story=whatever_moves(), seed=SEEDS)
def test_a_second_tick_at_the_same_moment_decides_nothing_new(story: Moves, seed: int) -> None:
    year, news = story.year(), []
    for now in irregular(seed):
        year.tick(now)
        before, sent = decided(year), len(year.messages)
        year.next_due_at = dict.fromkeys(year.people, EPOCH)
        year.tick(now)
        if (decided(year), len(year.messages)) != (before, sent):
            news.append(told(now))
    assert news == []
