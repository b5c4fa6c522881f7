"""The mentorships of a cohort: how each stands, since when, and how long somebody waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from ats.cases.overview import Overview, overview
from ats.office import Office
from ats.people.silence import MENTOR_SILENCED
from ats.planning.facts import Mentorship, Participant
from ats.planning.forecast import Coming
from config.programme import Conditions

State = Literal[
    "none named",
    "declined",
    "sign-off taken back",
    "to be asked",
    "asked",
    "accepted",
    "signed off",
]
#: The last two are as they should be; in the others somebody is waited for.
ORDER: Sequence[State] = get_args(State)
_SETTLED = ("accepted", "signed off")


@dataclass(frozen=True, slots=True)
class MentorshipRow:
    """A participant and their mentor, by refs. `waited`: working days; None: nobody waits."""

    participant: str
    mentor: str  # '' for none
    state: State
    since: dt.date
    waited: int | None
    next_step: str
    next_on: dt.date | None
    cases: tuple[int, ...]  # open ones that are about mentoring

    def document(self) -> dict[str, object]:
        """Return this as JSON tells it."""
        return {
            "person": self.participant,
            "mentor": self.mentor or None,
            "state": self.state,
            "since": self.since.isoformat(),
            "waited": self.waited,
            "next_step": self.next_step,
            "next_on": self.next_on.isoformat() if self.next_on else None,
            "cases": list(self.cases),
        }


@dataclass(frozen=True, slots=True)
class Mentorships:
    """The mentorships of a cohort, those that wait longest before the others."""

    cohort: str
    now: dt.datetime  # local
    rows: tuple[MentorshipRow, ...]

    def count(self, state: State) -> int:
        """Return how many are in a state."""
        return sum(one.state == state for one in self.rows)


def mentorships(office: Office, code: str, *, now: dt.datetime) -> Mentorships:
    """Return the mentorships of a cohort as they stand. Raises NotFound."""
    return mentorships_of(overview(office, code, now=now))


def mentorships_of(view: Overview) -> Mentorships:
    """Return the mentorships of a cohort that stands so."""
    steps = view.next_steps(_is_about_mentoring)
    rows = [_row(view, person, steps.get(person.id)) for person in view.people]
    rows.sort(key=_urgency)
    now = view.now.astimezone(view.timeline.zone)
    return Mentorships(view.timeline.cohort.code, now, tuple(rows))


def _urgency(one: MentorshipRow) -> tuple[bool, int, int, str]:
    waited = one.waited or 0
    return one.waited is None, -waited, ORDER.index(one.state), one.participant


class _Stand(NamedTuple):
    state: State
    mentor: Mentorship | None
    since: dt.date


def _row(view: Overview, person: Participant, step: tuple[dt.date, str] | None) -> MentorshipRow:
    stand = _stand(view, person)
    next_on, next_step = step or (None, "")
    return MentorshipRow(
        participant=person.ref,
        mentor=stand.mentor.ref if stand.mentor else "",
        state=stand.state,
        since=stand.since,
        waited=_waited(view, person, stand),
        next_step=next_step,
        next_on=next_on,
        cases=tuple(
            case.number
            for case in view.cases.get(person.id, ())
            if case.kind == MENTOR_SILENCED or _ends_with_a_mentor(view, case.kind)
        ),
    )


def _stand(view: Overview, person: Participant) -> _Stand:
    """Return how the mentorship stands, or that the last one ended and left nobody."""
    day, mentor = view.timeline.local_date, person.mentorship
    if mentor is None:
        last = person.mentorships[-1] if person.mentorships else None
        if last is None or last.ended_at is None:
            begun = max(person.joined_on, view.timeline.cohort.starts)
            return _Stand("none named", None, begun)
        if last.declined_at is not None:
            return _Stand("declined", last, day(last.declined_at))
        return _Stand("none named", None, day(last.ended_at))
    reached: tuple[tuple[State, dt.datetime | None], ...] = (
        ("signed off", mentor.signed_off_at),
        ("sign-off taken back", mentor.sign_off_revoked_at),
        ("accepted", mentor.accepted_at),
        ("asked", mentor.request_sent_at),
    )
    state, at = next(((s, at) for s, at in reached if at), ("to be asked", mentor.named_at))
    return _Stand(state, mentor, day(at))


def _waited(view: Overview, person: Participant, stand: _Stand) -> int | None:
    """Return the working days of whoever is waited for, of the cohort's year; None: nobody is."""
    if stand.state in _SETTLED:
        return None
    theirs = stand.mentor if stand.state == "asked" else None
    nation = theirs.nation if theirs else person.nation
    since = max(stand.since, view.timeline.cohort.starts)
    return view.timeline.workdays[nation].count(since, view.today)


def _is_about_mentoring(one: Coming) -> bool:
    rule = one.occurrence.rule
    return rule.to == "mentor" or rule.about_mentor or _names_a_mentor(rule.unless)


def _ends_with_a_mentor(view: Overview, kind: str) -> bool:
    """Say whether a case of this kind closes with what a mentor does."""
    return _names_a_mentor(view.timeline.programme.case_closes_when.get(kind, ()))


def _names_a_mentor(conditions: Conditions) -> bool:
    return any(condition.name.startswith("mentor-") for condition in conditions)
