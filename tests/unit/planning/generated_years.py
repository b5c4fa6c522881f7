"""Generated years: people to whom things happen, with weekly exports of which some are missed.

Imports come at 07:30, all else at 07:00 to 08:10: before the first tick that may send.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import partial

from fact_changes import Change, becomes
from generated_people import (
    IN_THE_YEAR,
    REFS,
    Draw,
    choices,
    dates,
    early,
    extensions,
    joined,
    mornings,
    nations,
    pauses,
    switched_off,
)
from hypothesis import strategies as st
from in_memory_year import InMemoryYear
from people import SECTIONS, cohort, day, participant

from ats.planning.facts import Mentorship, Participant, Pause, SectionState

Progress = dict[str, tuple[dt.date, dt.date | None]]  # section → started on, completed on
GONE = ({"silenced": True}, {"status": "withdrawn"}, {"status": "deferred"})
WEEKS = range(75)


@dataclass(frozen=True)
class Story:
    """Some people at the beginning, and what becomes known in the course of the year."""

    people: dict[str, Participant]
    changes: tuple[Change, ...]
    gone_at: dict[str, dt.datetime]  # who is silenced, withdrawn or deferred, and when

    def __repr__(self) -> str:
        """Tell all but the exports, of which there are many and all alike."""
        told = [change for change in self.changes if "as_of" not in str(change)]
        return f"Story({self.people}, {told}, {self.gone_at})"

    def year(self) -> InMemoryYear:
        """Return a year in memory that has not begun."""
        return InMemoryYear(self.people, cohort(), list(self.changes))


@st.composite
def years(draw: Draw, most: int = 2) -> Story:
    """Return the year of up to `most` people, who may share mentors."""
    refs = ("P0001", "P0002")[: draw(st.integers(1, most))]
    missed = draw(st.sets(st.sampled_from(WEEKS), max_size=12))
    mondays = [day("Mon 12 Oct 2026") + dt.timedelta(weeks=n) for n in WEEKS if n not in missed]
    mentors = {ref: draw(nations) for ref in REFS}
    people, gone_at = {}, {}
    changes = [becomes(early(on, 30), None, as_of=on) for on in mondays]
    for number, ref in enumerate(refs, start=1):
        people[ref] = participant(
            id=number,
            ref=ref,
            nation=draw(nations),
            joined_on=draw(joined),
            opted_out=draw(switched_off(ref)),
        )
        worked = draw(progress())
        changes += (
            Change(early(on, 30), ref, partial(shown, as_of=on, worked=worked)) for on in mondays
        )
        changes += draw(mentoring(ref, mentors)) + draw(overlays(ref))
        if since := draw(choices):
            changes.append(becomes(since, ref, invited_since=since))
        if draw(st.integers(0, 4)) == 0:
            gone_at[ref] = draw(mornings())
            changes.append(becomes(gone_at[ref], ref, **draw(st.sampled_from(GONE))))
    return Story(people, tuple(changes), gone_at)


@st.composite
def progress(draw: Draw) -> Progress:
    found: Progress = {}
    for section in SECTIONS:
        kind = draw(st.sampled_from(("untouched", "started", "complete", "complete", "complete")))
        begun = draw(IN_THE_YEAR)
        done = begun + dt.timedelta(days=draw(st.integers(0, 60)))
        if kind != "untouched":
            found[section] = (begun, done if kind == "complete" else None)
    return found


def shown(person: Participant, *, as_of: dt.date, worked: Progress) -> Participant:
    """Return the person as an export of that day shows them."""
    known = dict(person.sections)
    for section, (begun, done) in worked.items():
        seen = known.get(section)
        if done is not None and done < as_of and not (seen and seen.complete):
            known[section] = SectionState(True, done, complete_seen_at=early(as_of, 30))
        elif begun < as_of and seen is None:
            known[section] = SectionState(complete=False, updated_on=begun)
    return replace(person, sections=known)


def with_mentor(person: Participant, *, new: Mentorship) -> Participant:
    standing = person.mentorship
    ended = tuple(
        replace(m, ended_at=new.named_at) if m is standing else m for m in person.mentorships
    )
    return replace(person, mentorships=(*ended, new))


def with_answer(person: Participant, *, ref: str, **answer: dt.datetime) -> Participant:
    """Return the person with what their standing mentor of this ref answered."""
    if person.mentorship is None or person.mentorship.ref != ref:
        return person
    return replace(
        person,
        mentorships=tuple(
            replace(m, **answer) if m is person.mentorship else m for m in person.mentorships
        ),
    )


@st.composite
def mentoring(draw: Draw, ref: str, mentors: dict[str, str]) -> list[Change]:
    """Return how mentors are named and answer: some at once, some late, some never or no."""
    changes = []
    for name in draw(st.lists(st.sampled_from(REFS), max_size=2, unique=True)):
        named = draw(mornings(dates("Fri 4 Sep 2026", "Mon 7 Jun 2027")))
        new = Mentorship(name, mentors[name], named)
        changes.append(Change(named, ref, partial(with_mentor, new=new)))
        later = early(named.date() + dt.timedelta(days=draw(st.integers(1, 60))), 70)
        answer = draw(st.sampled_from(("accepted_at", "accepted_at", "declined", "never")))
        if answer == "accepted_at":
            changes.append(Change(later, ref, partial(with_answer, ref=name, accepted_at=later)))
            signed = draw(mornings(dates("Mon 7 Jun 2027", "Wed 6 Oct 2027")))
            if draw(st.booleans()):
                sign = partial(with_answer, ref=name, signed_off_at=signed)
                changes.append(Change(signed, ref, sign))
        elif answer == "declined":
            no = partial(with_answer, ref=name, declined_at=later, ended_at=later)
            changes.append(Change(later, ref, no))
    return changes


def extended(person: Participant, *, dues: dict[str, dt.datetime]) -> Participant:
    return replace(person, extensions={**person.extensions, **dues})


@st.composite
def overlays(draw: Draw, ref: str) -> list[Change]:
    """Return extensions, granted before or after the date, and pauses, their end known or not."""
    changes = []
    for key, due in draw(extensions()).items():
        granted = early(due.date() - dt.timedelta(days=draw(st.integers(1, 100))))
        changes.append(Change(granted, ref, partial(extended, dues={key: due})))
    for pause in draw(pauses()):
        announced = early(pause.from_on - dt.timedelta(days=draw(st.integers(0, 5))))
        assert pause.until_on is not None
        if draw(st.booleans()):
            changes.append(becomes(announced, ref, pauses=(Pause(pause.from_on),)))
            announced = early(pause.until_on)
        changes.append(becomes(announced, ref, pauses=(pause,)))
    return changes
