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
    action: str, participant: str, decision: dict[str, Any], what: dict[str, Any]
) -> dict[str, Any]:
    """Change somebody's year; unless the decision says apply, look at what that means."""
    return await at_work(
        lambda office, now: people.run_change(
            office, action, participant, people.Form(**decision), what, now=now
        )
    )


async def changed(action: str, participant: str, decision: Decision, **what: Any) -> State[Any]:
    """Carry out a form about somebody's year, tell whom it concerns, and say how it ended."""
    form = decision.model_dump()
    return await conclude(*await followed_up(change(action, participant, form, what)))
