"""Digests: what operations and the PXM are told once a day, and of the week ahead on Fridays."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.cohorts import tick_cohorts
from tasks.conclusion import conclude


@flow(name="send-digests")
async def send_digests(cohort: str = "") -> State[Any]:
    """Does everything that is due by now; the run's name counts the letters to staff today.

    None goes when there is nothing to tell.

    Args:
        cohort: The code of one cohort, such as 2026-10; empty for all in trial or live.
    """
    return await conclude(await tick_cohorts(cohort, "digests"))
