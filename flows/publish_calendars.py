"""Publishing the calendars that people subscribe to."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.calendars import publish_cohorts
from tasks.conclusion import conclude


@flow(name="publish-calendars")
async def publish_calendars(cohort: str = "") -> State[Any]:
    """Writes the calendars that have changed since the last run, and only those.

    Args:
        cohort: The code of one cohort, such as 2026-10; empty for all that are not closed.
    """
    return await conclude(await publish_cohorts(cohort))
