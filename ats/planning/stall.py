"""Standing still, as the newest export shows it: pure, and counted to the as-of, never to now."""

from __future__ import annotations

import datetime as dt

from ats.planning.facts import Participant
from ats.planning.timeline import Timeline

DAY = dt.timedelta(days=1)


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
            late.append(milestone.key)
    return late


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
    as_of = timeline.cohort.as_of
    if as_of is None or not overdue(timeline, person):
        return False
    age = timeline.workdays[person.nation].count(as_of, today, away_counts=True)
    if age > timeline.programme.send_policy.unknown_workdays:
        return False
    return days_still(timeline, person) >= workdays
