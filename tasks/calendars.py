"""Calendars that people subscribe to."""

from __future__ import annotations

from typing import Any

from prefect import task

from ats.reports.calendars import run_publish
from config.settings import load_settings
from tasks.at_work import at_work


@task(name="publish calendars")
async def publish_cohorts(cohort: str) -> dict[str, Any]:
    """Write the calendars that have changed; '' means all cohorts that are not closed."""
    return await at_work(
        lambda office, now: run_publish(office, load_settings().calendar_dir, cohort, now=now)
    )
