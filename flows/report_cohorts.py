"""The pages of each cohort, written afresh without sending anything."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.case_pages import write_case_pages
from tasks.cohorts import look_at_cohorts
from tasks.conclusion import conclude
from tasks.pages import OF_A_COHORT


@flow(name="report-cohorts")
async def report_cohorts(cohort: str = "") -> State[Any]:
    """Writes [the pages of each cohort](/artifacts) afresh, and sends nothing.

    Args:
        cohort: The code of one cohort, such as 2026-10; empty for all in trial or live.
    """
    seen = await look_at_cohorts(cohort)
    codes = [one["code"] for one in seen["cohorts"]]
    writers = (*OF_A_COHORT, write_case_pages)
    pages = [await write(code) for code in codes for write in writers]
    return await conclude(seen, *pages)
