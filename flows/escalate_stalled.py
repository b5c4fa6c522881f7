"""Escalating: what a person has to take up."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.cohorts import tick_cohorts
from tasks.conclusion import conclude


@flow(name="escalate-stalled")
async def escalate_stalled(cohort: str = "") -> State[Any]:
    """Does everything that is due by now; the run's name counts the cases opened today.

    A case is something that operations or the PXM have to decide: `ats case list` shows them.

    Args:
        cohort: The code of one cohort, such as 2026-10; empty for all in trial or live.
    """
    return await conclude(await tick_cohorts(cohort, "cases"))
