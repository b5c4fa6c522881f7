"""Generated people about whom everything is known from the start.

Whatever is dated is dated 07:30 or 08:10, before the first tick of a day that may send, so that
every tick of that day finds the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from people import LONDON, SECTIONS, STARTS, at, day, participant, timeline

from ats.planning.facts import Mentorship, Participant, Pause, SectionState
from ats.planning.workdays import local_moment
from config.programme import NATIONS

BEGINS, ENDS = at("Wed 2 Sep 2026 12:00"), at("Tue 28 Mar 2028 23:50")
KNOWING_ALL = day("Mon 6 Mar 2028")  # an export of after the end: whatever is, has always been
MAY_MOVE = (
    "first-observation",
    "pdp",
    "diary-and-coaching",
    "project-impact",
    "final-observation",
    "submission",
)
REFS = ("M0001", "M0002", "M0003")
Draw = Callable[[st.SearchStrategy[Any]], Any]


def dates(first: str, last: str) -> st.SearchStrategy[dt.date]:
    return st.dates(day(first), day(last))


IN_THE_YEAR = dates("Mon 5 Oct 2026", "Wed 6 Oct 2027")


def early(on: dt.date, minute: int = 0) -> dt.datetime:
    """Return a moment of that morning, before any mail."""
    return local_moment(on, dt.time(7 + minute // 60, minute % 60), LONDON)


def mornings(days: st.SearchStrategy[dt.date] = IN_THE_YEAR) -> st.SearchStrategy[dt.datetime]:
    return st.builds(early, days, st.sampled_from((30, 70)))


#: Most people subscribe to their calendar; some want invitations from a morning on.
choices = st.none() | st.none() | mornings()
nations = st.sampled_from(NATIONS)
joined = st.just(STARTS) | st.dates(STARTS, STARTS + dt.timedelta(weeks=26))


LONG_AGO, JUST_NOW = day("Fri 9 Oct 2026"), day("Wed 1 Mar 2028")  # as that export has it


@st.composite
def fixed_sections(draw: Draw, last_moved: tuple[dt.date, ...]) -> dict[str, SectionState]:
    """Return sections that are done or not, each with its last movement."""
    found = {}
    for section in SECTIONS:
        kind = draw(st.sampled_from(("untouched", "started", "complete", "complete")))
        moved = draw(st.sampled_from(last_moved))
        if kind == "started":
            found[section] = SectionState(complete=False, updated_on=moved)
        elif kind == "complete":
            found[section] = SectionState(True, moved, complete_seen_at=draw(mornings()))
    return found


@st.composite
def fixed_mentorships(draw: Draw, most: int) -> tuple[Mentorship, ...]:
    """Return some mentors, one after the other and all asked; a single one always stays."""
    found: list[Mentorship] = []
    for ref in REFS[: draw(st.integers(0, most))]:
        named = found[-1].ended_at if found else at("Wed 2 Sep 2026 12:00")
        assert named is not None
        standing = Mentorship(ref, draw(nations), named)
        changes: dict[str, Any] = {"request_sent_at": max(named, draw(mornings()))}
        accepted = draw(st.none() | mornings())
        if accepted is not None:
            changes["accepted_at"] = max(named, accepted)
            changes["signed_off_at"] = draw(
                st.none() | mornings(dates("Mon 7 Jun 2027", "Wed 6 Oct 2027"))
            )
        changes["invited_since"] = draw(choices)
        changes["ended_at"] = max(named, draw(mornings()))
        if accepted is None and draw(st.booleans()):
            changes["declined_at"] = changes["ended_at"]
        found.append(replace(standing, **changes))
    if found and (most == 1 or draw(st.booleans())):
        found[-1] = replace(found[-1], ended_at=None, declined_at=None)
    return tuple(found)


@st.composite
def extensions(draw: Draw) -> dict[str, dt.datetime]:
    found = {}
    for key in sorted(draw(st.sets(st.sampled_from(MAY_MOVE), max_size=2))):
        due = timeline().due(key, participant())
        assert due is not None
        later = due.date() + dt.timedelta(days=draw(st.integers(1, 70)))
        found[key] = local_moment(later, dt.time(17), LONDON)
    return found


@st.composite
def pauses(draw: Draw) -> tuple[Pause, ...]:
    if draw(st.integers(0, 3)) > 0:
        return ()
    begins = draw(dates("Mon 12 Oct 2026", "Mon 6 Sep 2027"))
    return (Pause(begins, begins + dt.timedelta(days=draw(st.integers(1, 60)))),)


@st.composite
def switched_off(draw: Draw, ref: str = "P0001") -> frozenset[tuple[str, str]]:
    """Return what somebody wants no e-mails about; most get them all."""
    classes = ("webinar", "tip", "chaser")  # the last may not be switched off
    found = draw(st.sets(st.sampled_from(classes))) if draw(st.integers(0, 2)) == 0 else set()
    return frozenset((ref, class_) for class_ in found)


@st.composite
def fixed_people(
    draw: Draw, last_moved: tuple[dt.date, ...] = (LONG_AGO, JUST_NOW), mentors: int = 2
) -> Participant:
    """Return somebody about whom everything is known from the start."""
    return participant(
        nation=draw(nations),
        joined_on=draw(joined),
        sections=draw(fixed_sections(last_moved)),
        mentorships=draw(fixed_mentorships(mentors)),
        extensions=draw(extensions()),
        pauses=draw(pauses()),
        opted_out=draw(switched_off()),
        invited_since=draw(choices),
    )
