"""“I have done this”: a milestone that is finished, though no export shows it yet.

The participant says so by a link in a chaser, or staff who have seen it. Nothing is skipped on
their word: chasers of this milestone wait for an export taken on a later day, which decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import NotFound, Refused
from ats.office import Office
from ats.people.changing import Change, Changed, Decision, changed
from ats.people.enrolled import enrolments
from ats.planning.facts import Participant
from ats.planning.stall import is_met
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again_about
from config.programme import Milestone

#: Who the audit trail says it was: whoever holds the link.
BY = "the participant, by link"

#: 'open': it may be said; 'said': it was; 'complete': an export shows it; 'over': nobody is chased.
State = Literal["open", "said", "complete", "over"]


@dataclass(frozen=True, slots=True)
class Matter:
    """A milestone of somebody, as their link finds it."""

    given_name: str
    programme: str
    cohort: str
    title: str
    state: State
    due: dt.datetime | None  # on the cohort's clocks; None: not known while a break is open
    said_at: dt.datetime | None = None


def matter(office: Office, session: Session, about: Sequence[Any], *, now: dt.datetime) -> Matter:
    """Return what a link is about, (cohort, ref, milestone). Writes nothing. Raises NotFound."""
    return _found(office, session, about, now=now)[0]


def say_done(office: Office, about: Sequence[Any], *, now: dt.datetime) -> Matter:
    """Record that they have done it, once, and return how it stands then. Raises NotFound."""

    def work(session: Session) -> Matter:
        _, person, key = _found(office, session, about, now=now)
        gather.lock(session, [person.id])  # two clicks at once: the second finds it said
        stands, _, _ = _found(office, session, about, now=now)
        if stands.state != "open":
            return stands
        enrolment = session.get_one(m.Enrolment, person.id)
        session.add(
            m.Overlay(
                enrolment_id=person.id, kind="done", milestone=key, recorded_at=now, recorded_by=BY
            )
        )
        session.add(
            m.Audit(
                at=now,
                by=BY,
                action="done",
                cohort_id=enrolment.cohort_id,
                subject=person.ref,
                after={"milestone": key},
            )
        )
        look_again_about(session, [enrolment.role_id])
        return replace(stands, state="said", said_at=now)

    return office.store.transact(work)


def seen_done(
    office: Office, ref: str, milestone: str, decision: Decision, *, preview: bool
) -> Changed:
    """Record that staff have seen it done.

    Raises NotFound, and Refused for what no portfolio chaser is about, is complete, or was said.
    """

    def action(change: Change) -> None:
        timeline, person = change.outlook.timeline, change.outlook.person
        chased = {one.key: one for one in timeline.programme.milestones if one.ladder is None}
        if milestone not in chased:
            known = ", ".join(chased)
            raise Refused(f'Nobody is chased about "{milestone}"; there are {known}.')
        state = _state(chased[milestone], timeline, person)
        if state == "complete":
            raise Refused(f"“{chased[milestone].title}” is complete in the newest export.")
        if state == "said":
            raise Refused(
                f"“{chased[milestone].title}” is recorded as done already; the next export shows "
                "whether it is."
            )
        change.add("done", milestone=milestone)
        change.remarks.append("chasers about it wait for an export taken on a later day")
        change.audit("seen-done", None, {"milestone": milestone})

    return changed(office, ref, "seen-done", action, decision, preview=preview)


def _found(
    office: Office, session: Session, about: Sequence[Any], *, now: dt.datetime
) -> tuple[Matter, Participant, str]:
    code, ref, key = map(str, about)
    mine = (one for one in enrolments(session, ref) if one.cohort.code == code)
    whose = next(mine, None)
    if whose is None:
        raise NotFound(f"{ref} does not take part in cohort {code}.")
    timeline = office.timeline(
        office.programme_named(whose.cohort.programme), gather.cohort_facts(session, whose.cohort)
    )
    milestone = timeline.milestones_by_key.get(key)
    if milestone is None:
        raise NotFound(f"There is no milestone {key} in cohort {code}.")
    (person,) = gather.participants(session, [whose.enrolment.id or 0])
    due = timeline.due(key, person)
    name = session.execute(
        select(col(m.Person.given_name))
        .join(m.Role, col(m.Role.person_id) == col(m.Person.id))
        .where(col(m.Role.id) == whose.enrolment.role_id)
    ).scalar_one()
    found = Matter(
        given_name=name,
        programme=timeline.programme.title,
        cohort=code,
        title=milestone.title,
        state=_state(milestone, timeline, person),
        due=due and due.astimezone(timeline.zone),
        said_at=person.done.get(key),
    )
    return found, person, key


def _state(milestone: Milestone, timeline: Timeline, person: Participant) -> State:
    if person.status != "active" or person.silenced or timeline.cohort.status == "closed":
        return "over"
    if is_met(person, milestone.complete, milestone.started):
        return "complete"
    return "said" if timeline.rests_on_their_word(milestone.key, person) else "open"
