"""Tips; and, as the most frequent look, everything else that has become due."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.cohorts import tick_cohorts
from tasks.conclusion import conclude


@flow(name="send-tips")
async def send_tips(cohort: str = "") -> State[Any]:
    """Sends everything that is due by now; the run's name tells how much, and counts today's tips.

    Two runs at the same time do no harm: one of them says "busy" and leaves the work to the other.

    Args:
        cohort: The code of one cohort, such as 2026-10; empty for all in trial or live.
    """
    return await conclude(await tick_cohorts(cohort, "tips"))
