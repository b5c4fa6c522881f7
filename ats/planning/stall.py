"""Who needs to be looked at, and why: signals from the records as they stand. Pure.

What the portfolio says is counted to the as-of of the newest export, never to now. Every signal
names what it is about and since when, so that staff can check it by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ats.planning.facts import Mentorship, Participant
from ats.planning.timeline import Timeline
from config.signals import Threshold

DAY = dt.timedelta(days=1)

Kind = Literal[
    "standing-still",
    "milestone-overdue",
    "two-overdue",
    "mentor-silent",
    "sign-off-missing",
    "address-failing",
    "not-submitted",
]
Level = Literal["amber", "red"]
State = Literal["green", "amber", "red", "unknown", "paused"]

#: What only a portfolio export can tell.
OF_THE_PORTFOLIO = ("standing-still", "milestone-overdue", "two-overdue")
#: The case that stays the PXM's until it closes, however the portfolio is counted meanwhile.
STALLED = "stalled-portfolio"


@dataclass(frozen=True, slots=True)
class Signal:
    """One reason to look at somebody.

    `since` is the day from which on it is counted: the last movement, a due day, a request.
    `subject` is a milestone's key or somebody's ref, `workdays` how many have passed.
    """

    kind: Kind
    level: Level
    since: dt.date
    subject: str | None = None
    workdays: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand with somebody; `since` of the signal that set the state, if one did."""

    state: State
    signals: tuple[Signal, ...] = ()
    since: dt.date | None = None
    as_of: dt.date | None = None


def standing(timeline: Timeline, person: Participant, now: dt.datetime) -> Standing:
    """Return somebody's state, with all signals that can be known now, the gravest first.

    On a break nothing counts against them. Where the portfolio's data are too old, what hangs on
    them is not said, and the state is unknown whatever else is.
    """
    as_of, today = timeline.cohort.as_of, timeline.local_date(now)
    found = tuple(sorted(signals(timeline, person, now), key=_gravity))
    if any(pause.holds(today) for pause in person.pauses):
        return Standing("paused", as_of=as_of)
    if not is_known(timeline, person, today):
        return Standing("unknown", found, as_of=as_of)
    if not found:
        return Standing("green", as_of=as_of)
    return Standing(found[0].level, found, found[0].since, as_of)


def signals(timeline: Timeline, person: Participant, now: dt.datetime) -> Iterator[Signal]:
    """Yield the signals about somebody. While a case is open, its stillness stays as it was."""
    today = timeline.local_date(now)
    if is_known(timeline, person, today):
        yield from _of_the_portfolio(timeline, person)
    yield from _mentor_silent(timeline, person, today)
    yield from _sign_off_missing(timeline, person, now)
    yield from _addresses_failing(timeline, person)
    yield from _not_submitted(timeline, person, now)


def is_known(timeline: Timeline, person: Participant, today: dt.date) -> bool:
    """Say whether the data are young enough to say anything about a portfolio."""
    as_of = timeline.cohort.as_of
    if as_of is None:
        return False
    age = timeline.workdays[person.nation].count(as_of, today, away_counts=True)
    return age <= timeline.programme.send_policy.unknown_workdays


# -- the portfolio -------------------------------------------------------------------------


def last_movement(timeline: Timeline, person: Participant) -> dt.date:
    """Return the day on which the portfolio last moved, else of joining or the start.

    Of somebody who begins again, no earlier than that.
    """
    moved = [state.updated_on for state in person.sections.values()]
    begun = max(person.joined_on, timeline.cohort.starts)
    if person.restarted_at is not None:  # what they brought along moved in an earlier year
        moved.append(begun)
    return max(moved, default=begun)


def days_still(timeline: Timeline, person: Participant) -> int:
    """Return the whole working days without movement up to the as-of's 00:00.

    The person's own working days: neither closed nor away, and not within a pause.
    Zero when there has been no export yet.
    """
    as_of = timeline.cohort.as_of
    if as_of is None:
        return 0
    moved, until = last_movement(timeline, person), as_of - DAY
    days = timeline.workdays[person.nation]
    still = days.count(moved, until)
    for pause in person.pauses:
        begins = max(pause.from_on - DAY, moved)
        ends = min((pause.until_on or as_of) - DAY, until)
        still -= days.count(begins, ends)
    return max(still, 0)


def overdue(timeline: Timeline, person: Participant) -> list[str]:
    """Return the portfolio milestones due before the as-of and not met, in order.

    Milestones with a ladder of their own (mentor, submission) do not count.
    """
    return [key for key, _ in _overdue(timeline, person)]


def is_met(person: Participant, complete: tuple[str, ...], started: tuple[str, ...]) -> bool:
    """Say whether every section in `complete` is complete and every one in `started` started."""
    sections = person.sections
    return all(key in sections and sections[key].complete for key in complete) and all(
        key in sections for key in started
    )


def stands_still(timeline: Timeline, person: Participant, workdays: int, today: dt.date) -> bool:
    """Say whether this person counts as stalled for so many working days.

    Never while everything due so far is complete, and never on data that are too old to know.
    """
    if not is_known(timeline, person, today) or not overdue(timeline, person):
        return False
    return days_still(timeline, person) >= workdays


def _overdue(timeline: Timeline, person: Participant) -> list[tuple[str, dt.datetime]]:
    as_of = timeline.cohort.as_of
    if as_of is None:
        return []
    known_until = dt.datetime.combine(as_of, dt.time(), timeline.zone)
    late = []
    for milestone in timeline.programme.milestones:
        if milestone.ladder is not None or is_met(person, milestone.complete, milestone.started):
            continue
        due = timeline.due(milestone.key, person)
        if due is not None and timeline.first_moment(person) <= due <= known_until:
            late.append((milestone.key, due))
    return late


def _of_the_portfolio(timeline: Timeline, person: Participant) -> Iterator[Signal]:
    late = [(key, timeline.local_date(due)) for key, due in _overdue(timeline, person)]
    for key, due_on in late:
        yield Signal("milestone-overdue", "amber", due_on, key)
    if not late:
        return
    still = days_still(timeline, person)
    level = _level(still, timeline.programme.signals.standing_still)
    if level is None and STALLED in person.cases:
        level = "amber"
    if level is not None:
        yield Signal("standing-still", level, last_movement(timeline, person), workdays=still)
    if len(late) > 1:
        grave = level is not None
        yield Signal("two-overdue", "red" if grave else "amber", late[1][1], late[1][0])


# -- the mentor ----------------------------------------------------------------------------


def _mentor_silent(timeline: Timeline, person: Participant, today: dt.date) -> Iterator[Signal]:
    mentor = person.mentorship
    if mentor is None or mentor.accepted_at is not None or mentor.request_sent_at is None:
        return
    if mentor.ref in person.suppressed:  # they were not reached, which is another signal
        return
    asked_on = timeline.local_date(mentor.request_sent_at)
    days = timeline.workdays[mentor.nation].count(asked_on, today)
    level = _level(days, timeline.programme.signals.mentor_silent)
    if level is not None:
        yield Signal("mentor-silent", level, asked_on, mentor.ref, days)


def _sign_off_missing(
    timeline: Timeline, person: Participant, now: dt.datetime
) -> Iterator[Signal]:
    mentor, submission = person.mentorship, timeline.submission_due(person)
    if submission is None or _is_signed_off(mentor):
        return
    days, limits = timeline.workdays[person.nation], timeline.programme.signals.sign_off_missing
    today, due_on = timeline.local_date(now), timeline.local_date(submission)
    since = days.shift(due_on, limits.amber)
    if today < since:
        return
    level: Level = "red" if today >= days.shift(due_on, limits.red) else "amber"
    yield Signal("sign-off-missing", level, since, mentor.ref if mentor else None)


def _is_signed_off(mentor: Mentorship | None) -> bool:
    return mentor is not None and mentor.signed_off_at is not None


# -- the rest ------------------------------------------------------------------------------


def _addresses_failing(timeline: Timeline, person: Participant) -> Iterator[Signal]:
    mentor = person.mentorship
    for ref in (person.ref, mentor.ref if mentor else None):
        if ref is not None and ref in person.suppressed:
            yield Signal(
                "address-failing", "amber", timeline.local_date(person.suppressed[ref]), ref
            )


def _not_submitted(timeline: Timeline, person: Participant, now: dt.datetime) -> Iterator[Signal]:
    due = timeline.submission_due(person)
    state = person.sections.get(timeline.programme.submission)
    if due is not None and due < now and not (state and state.complete):
        yield Signal("not-submitted", "red", timeline.local_date(due))


def _level(days: int, limits: Threshold) -> Level | None:
    if days >= limits.red:
        return "red"
    return "amber" if days >= limits.amber else None


def _gravity(signal: Signal) -> tuple[bool, dt.date, str, str]:
    return signal.level != "red", signal.since, signal.kind, signal.subject or ""
