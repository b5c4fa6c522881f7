"""Generated moves, cancellations and recordings, and what each recipient was told, from outside.

What an e-mail says is read off what stood when it went, not off the planner's own account.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from fact_changes import Change, moves, records
from generated_people import Draw, fixed_people
from hypothesis import strategies as st
from in_memory_rows import Sent
from in_memory_year import InMemoryYear
from people import ATS, WEBINARS, at, cohort, day, participant, told

from ats.planning.facts import CohortFacts, Participant, WebinarFact

BEGINS, ENDS = at("Wed 2 Sep 2026 12:00"), at("Mon 8 Nov 2027 12:00")
LAST = at("Wed 6 Oct 2027 16:30")
MINUTE = dt.timedelta(minutes=1)
HOURS = st.sampled_from([8 * 60 + 30, 9 * 60, 16 * 60 + 30, 24 * 60])
TELL_ALL = {step.key for step in ATS.steps if step.tells_webinars == "all"}
TELL_NEXT = {step.key for step in ATS.steps if step.tells_webinars == "next"}
TELL_ONE = {"webinar-week-ahead", "webinar-tomorrow", "webinar-moved", "webinar-cancelled"}
NOTICES = {"webinar-moved", "webinar-cancelled"}


@dataclass(frozen=True)
class Moves:
    """People to whom nothing happens, and what happens to their webinars."""

    people: dict[str, Participant]
    changes: tuple[Change, ...]

    def __repr__(self) -> str:
        return f"Moves({self.people}, {list(self.changes)})"

    def year(self) -> InMemoryYear:
        """Return a year in memory that has not begun."""
        return InMemoryYear(
            self.people, cohort(as_of=day("Mon 6 Mar 2028")), sorted(self.changes, key=_moment)
        )

    def facts_at(self, moment: dt.datetime) -> CohortFacts:
        """Return the cohort as it stood at a moment."""
        facts = cohort(as_of=day("Mon 6 Mar 2028"))
        for change in sorted(self.changes, key=_moment):
            if change.at <= moment:
                facts = change.apply(facts)
        return facts


def _moment(change: Change) -> dt.datetime:
    return change.at


@st.composite
def whatever_moves(draw: Draw) -> Moves:
    """Return up to six changes, of one or two webinars, often shortly after one another."""
    people = {"P0001": draw(fixed_people()), "P0002": participant(id=2, ref="P0002")}
    changes: list[Change] = []
    for webinar in draw(st.lists(st.sampled_from(WEBINARS), min_size=1, max_size=2, unique=True)):
        changes += draw(_of(webinar))
    return Moves(people, tuple(changes))


@st.composite
def _of(draw: Draw, webinar: WebinarFact) -> list[Change]:
    changes: list[Change] = []
    starts, now = webinar.starts_at, BEGINS
    for _ in range(draw(st.integers(1, 4))):
        ahead = int((starts - now) / MINUTE)
        if ahead < 20:
            break
        near = st.integers(5, min(ahead - 5, 3 * 24 * 60))
        now += draw(near | st.integers(5, ahead - 5)) * MINUTE
        now = _off_the_clock(now)
        if now >= starts:
            break
        kind = draw(st.sampled_from(("moved", "moved", "moved", "back", "cancelled")))
        if kind == "cancelled":
            return [*changes, moves(now, webinar.key, None)]
        to = draw(_targets(now)) if kind == "moved" else webinar.starts_at
        if now < to != starts:
            changes.append(moves(now, webinar.key, to))
            starts = to
    if draw(st.booleans()):
        published = starts + draw(st.integers(60, 20 * 24 * 60)) * MINUTE
        changes.append(records(_off_the_clock(published), webinar.key))
    return changes


def _off_the_clock(moment: dt.datetime) -> dt.datetime:
    """Return a moment between two ticks: five minutes past a full ten."""
    return moment.replace(minute=moment.minute // 10 * 10 + 5, second=0, microsecond=0)


@st.composite
def _targets(draw: Draw, now: dt.datetime) -> dt.datetime:
    most = int((LAST - now) / MINUTE)
    soon = st.integers(30, min(most, 5 * 24 * 60))
    to = now + draw(soon | st.integers(30, most)) * MINUTE
    return min(to.replace(minute=30), LAST)


# -- what people were told -----------------------------------------------------------------

Belief = dict[tuple[str, str], dt.datetime | None]  # (recipient, webinar) → start; None: cancelled


def beliefs(story: Moves, year: InMemoryYear) -> Iterator[tuple[Sent, Belief, Belief]]:
    """Yield each message with what recipients took to be so before, and after it."""
    known: Belief = {}
    for message in year.messages:
        before = dict(known)
        for webinar, starts in _said(story.facts_at(message.at), message):
            known[message.recipient, webinar] = starts
        yield message, before, dict(known)


def _said(facts: CohortFacts, message: Sent) -> Iterator[tuple[str, dt.datetime | None]]:
    audience = "mentors" if message.role == "mentor" else "participants"
    standing = {w.key: None if w.status == "cancelled" else w.starts_at for w in facts.webinars}
    ahead = [
        w.key
        for w in facts.webinars
        if w.audience == audience and (starts := standing[w.key]) and starts > message.at
    ]
    for _, o in message.rows:
        if o.rule.step in TELL_ALL:
            yield from ((key, standing[key]) for key in ahead)
        elif o.rule.step in TELL_NEXT:
            yield from ((key, standing[key]) for key in ahead[:1])
        elif o.rule.step in TELL_ONE:
            yield str(o.subject), standing[str(o.subject)]


def told_of(message: Sent) -> str:
    """Write a message as a fault of it is told."""
    rows = ", ".join(f"{o.rule.step} {o.occurrence}" for _, o in message.rows)
    return f"{told(message.at)} to {message.recipient}: {rows}"
