"""Chasing about mentors: nobody named, no answer, no sign-off."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.cohorts import tick_cohorts
from tasks.conclusion import conclude


@flow(name="chase-mentors")
async def chase_mentors(cohort: str = "") -> State[Any]:
    """Sends everything that is due by now; the run's name counts today's reminders about mentors.

    These are: nobody named as mentor, no answer to a request, no sign-off.

    Args:
        cohort: The code of one cohort, such as 2026-10; empty for all in trial or live.
    """
    return await conclude(await tick_cohorts(cohort, "mentors"))
