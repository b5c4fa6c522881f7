"""What staff decide about a case, looked at or carried out, and what else they do with it."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from prefect import State, task

from ats.reports import cases
from ats.reports.people import Form
from tasks.at_work import at_work
from tasks.case_pages import write_case_pages
from tasks.conclusion import conclude
from tasks.forms import Decision
from tasks.webinars import followed_up


@task(name="decide a case")
async def decide(number: int, decision: dict[str, Any], what: dict[str, Any]) -> dict[str, Any]:
    """Decide a case; unless the decision says apply, look at what that means."""
    form = Form(**decision)
    return await at_work(
        lambda office, now: cases.run_decision(office, number, form, what, now=now)
    )


@task(name="handle a case")
async def handle(action: str, number: int, by: str, what: dict[str, Any]) -> dict[str, Any]:
    """Let a case rest, close it, or open it again."""
    return await at_work(
        lambda office, now: cases.run_handled(office, action, number, by, what, now=now)
    )


async def decided(number: int, decision: Decision, **what: Any) -> State[Any]:
    """Carry out the form about a case, tell whom it concerns, and say how it ended."""
    return await _worked(decide(number, decision.model_dump(), what))


async def handled(action: str, number: int, by: str, **what: Any) -> State[Any]:
    """Carry out what is done with a case, and say how it ended."""
    return await _worked(handle(action, number, by, what))


async def _worked(work: Coroutine[Any, Any, dict[str, Any]]) -> State[Any]:
    """Await what is done with a case, tell whom it concerns, and bring its page up to date."""
    done = await followed_up(work)
    pages = [await write_case_pages(done[0]["cohort"])] if done[0].get("applied") else []
    return await conclude(*done, *pages)
