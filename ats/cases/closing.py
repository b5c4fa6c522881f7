"""Cases that close by themselves, silently, because what they were opened for is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.opening import close_case
from ats.people import wording
from ats.planning.conditions import Situation, first_holding
from ats.planning.facts import Participant
from ats.planning.planner import Planner
from ats.records import models as m
from config.programme import Programme


def close_done(
    session: Session,
    people: list[Participant],
    planner: Planner,
    *,
    on_fault: Callable[[Participant, Exception], None],
) -> list[Participant]:
    """Close the open cases of these people whose cause is gone; return the people without them.

    Somebody whose cases cannot be judged is left out and told to `on_fault`.

    What closes a kind of case stands in the programme file; the reason recorded is its condition.
    """
    after = []
    for person in people:
        try:
            done = {kind: why for kind in person.cases if (why := _done(kind, person, planner))}
        except Exception as fault:  # noqa: BLE001 (one person's fault never stops the others)
            on_fault(person, fault)
            continue
        if done:
            closed = _close(session, person, done, planner)
            left = {kind: at for kind, at in person.cases.items() if kind not in closed}
            person = replace(person, cases=left)
        after.append(person)
    return after


def _done(kind: str, person: Participant, planner: Planner) -> str | None:
    conditions = planner.timeline.programme.case_closes_when.get(kind, ())
    at = Situation(planner.timeline, person, None, planner.today, since=person.cases[kind])
    met = first_holding(conditions, at)
    return met.name if met else None


def _close(
    session: Session, person: Participant, done: dict[str, str], planner: Planner
) -> list[str]:
    """Close cases of these kinds and return which: not what staff opened again on purpose."""
    cases = session.execute(
        select(m.Case).where(
            col(m.Case.enrolment_id) == person.id,
            col(m.Case.kind).in_(done),
            col(m.Case.state) != "closed",
            col(m.Case.reopened_at).is_(None),
        )
    ).scalars()
    closed = []
    for case in cases:
        close_case(case, now=planner.now, because=done[case.kind])
        closed.append(case.kind)
    session.flush()
    return closed


def closed_why(case: m.Case, programme: Programme) -> str:
    """Return why a case closed: what it waited for, in words, or what staff did."""
    for condition in programme.case_closes_when.get(case.kind, ()):
        if condition.name == case.closed_because:
            return wording.condition(condition, programme, None, past=True)
    return case.closed_because or ""
