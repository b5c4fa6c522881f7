"""What staff change about a webinar, looked at or carried out."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from prefect import task
from prefect.artifacts import acreate_markdown_artifact

from ats.reports import rounds, webinars
from tasks.at_work import at_work
from tasks.calendars import publish_cohorts

TRIES, PAUSE = 60, 2.0  # another run may be planning for the cohort; seconds


@task(name="move webinar")
async def move(
    cohort: str, webinar: str, to: str, note: str, by: str, *, apply: bool
) -> dict[str, Any]:
    """Give a webinar another time; without *apply* look at what that means."""
    return await at_work(
        lambda office, now: webinars.run_move(
            office, cohort, webinar, to, note, apply=apply, now=now, by=by
        )
    )


@task(name="cancel webinar")
async def cancel(cohort: str, webinar: str, note: str, by: str, *, apply: bool) -> dict[str, Any]:
    """Call a webinar off; without *apply* look at what that means."""
    return await at_work(
        lambda office, now: webinars.run_cancel(
            office, cohort, webinar, note, apply=apply, now=now, by=by
        )
    )


@task(name="publish recording")
async def record(
    cohort: str, webinar: str, recording: dict[str, Any], by: str, *, apply: bool
) -> dict[str, Any]:
    """Publish a recording; without *apply* look at what that means."""
    return await at_work(
        lambda office, now: webinars.run_recording(
            office, cohort, webinar, **recording, apply=apply, now=now, by=by
        )
    )


@task(name="tell people")
async def tell(cohort: str) -> dict[str, Any]:
    """Send what is due by now, as soon as no other run plans for the cohort."""
    for _ in range(TRIES):
        done = await at_work(
            lambda office, now: rounds.run_tick(office, cohort, "everything", now=now).as_json()
        )
        if not any(one["tally"].get("busy") for one in done["cohorts"]):
            break
        await asyncio.sleep(PAUSE)
    return done


async def followed_up(change: Coroutine[Any, Any, dict[str, Any]]) -> list[dict[str, Any]]:
    """Await a change and write its page; if it was applied, tell people and publish calendars."""
    changed = await change
    if "page" in changed:
        page = changed["page"]
        await acreate_markdown_artifact(page["markdown"], page["key"], page["description"])
    if not changed.get("applied"):
        return [changed]
    cohort = changed["cohort"]
    return [changed, await tell(cohort), await publish_cohorts(cohort)]
