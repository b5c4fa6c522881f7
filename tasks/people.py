"""What staff decide about a person, looked at or carried out."""

from __future__ import annotations

from typing import Any

from prefect import State, task

from ats.reports import people
from tasks.at_work import at_work
from tasks.conclusion import conclude
from tasks.forms import Decision
from tasks.webinars import followed_up


@task(name="change somebody's year")
async def change(
    action: str, ref: str, decision: dict[str, Any], what: dict[str, Any]
) -> dict[str, Any]:
    """Change somebody's year; unless the decision says apply, look at what that means."""
    form = people.Form(**decision)
    return await at_work(
        lambda office, now: people.run_change(office, action, ref, form, what, now=now)
    )


@task(name="stand a mentor down")
async def stand_down(ref: str, decision: dict[str, Any]) -> dict[str, Any]:
    """End all mentorships of a mentor; unless the decision says apply, look at what that means."""
    form = people.Form(**decision)
    return await at_work(lambda office, now: people.run_resign(office, ref, form, now=now))


@task(name="silence somebody")
async def silence(ref: str, decision: dict[str, Any], *, end: bool) -> dict[str, Any]:
    """Stop everything to and about somebody, or lift that; unless it says apply, look."""
    form = people.Form(**decision)
    return await at_work(
        lambda office, now: people.run_silence(office, ref, form, end=end, now=now)
    )


@task(name="record something about somebody")
async def record(action: str, ref: str, by: str, what: dict[str, Any]) -> dict[str, Any]:
    """Record something that needs no second look."""
    return await at_work(
        lambda office, now: people.run_record(office, action, ref, by, what, now=now)
    )


async def changed(action: str, participant: str, decision: Decision, **what: Any) -> State[Any]:
    """Carry out a form about somebody's year, tell whom it concerns, and say how it ended."""
    form = decision.model_dump()
    return await conclude(*await followed_up(change(action, participant, form, what)))


async def recorded(action: str, ref: str, by: str, **what: Any) -> State[Any]:
    """Record a form, tell whom it concerns, and say how it ended."""
    return await conclude(*await followed_up(record(action, ref, by, what)))
