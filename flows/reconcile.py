"""The nightly check."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.cohorts import deliver_queued
from tasks.conclusion import conclude
from tasks.nightly import reconcile_cohorts
from tasks.pages import write_records


@flow(name="reconcile")
async def reconcile(cohort: str = "") -> State[Any]:
    """Checks that the records add up, and e-mails operations only when something is off.

    Args:
        cohort: The code of one cohort, such as 2026-10; empty for all in trial or live.
    """
    checked = await reconcile_cohorts(cohort)
    told = [await deliver_queued(code) for code in checked["cohorts"]]
    pages = [await write_records(page) for page in checked.get("pages", ())]
    return await conclude(checked, *told, *pages)
