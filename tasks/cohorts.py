"""One round over the cohorts."""

from __future__ import annotations

from typing import Any

from prefect import task

from ats.reports import rounds
from tasks.at_work import at_work


@task(name="tick")
async def tick_cohorts(cohort: str, interest: str) -> dict[str, Any]:
    """Plan, stage, deliver and record all that is due; '' means all cohorts in trial or live."""
    return await at_work(
        lambda office, now: rounds.run_tick(office, cohort, interest, now=now).as_json()
    )


@task(name="deliver")
async def deliver_queued(cohort: str) -> dict[str, Any]:
    """Send what is queued, and plan nothing."""
    return await at_work(lambda office, now: rounds.run_deliver(office, cohort, now=now).as_json())


@task(name="look")
async def look_at_cohorts(cohort: str) -> dict[str, Any]:
    """Count, and do nothing."""
    return await at_work(lambda office, now: rounds.look(office, cohort, now=now).as_json())
