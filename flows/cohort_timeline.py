"""The page of each cohort, and its milestones among the upcoming runs."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.case_pages import write_case_pages
from tasks.cohorts import tick_cohorts
from tasks.conclusion import conclude
from tasks.milestones import show_milestones
from tasks.pages import write_milestone, write_timeline


@flow(name="cohort-timeline")
async def cohort_timeline(cohort: str = "", milestone: str = "") -> State[Any]:
    """Does everything that is due by now, and writes [the page of each cohort](/artifacts).

    Milestones stand among its upcoming runs; the run of a milestone also writes who has met it.

    Args:
        cohort: The code of one cohort, such as 2026-10; empty for all in trial or live.
        milestone: A milestone's key, to write who has met it as well; empty for none.
    """
    done = [await tick_cohorts(cohort, "everything")]
    for code in [one["code"] for one in done[0]["cohorts"]]:
        done += [await write(code) for write in (write_timeline, write_case_pages, show_milestones)]
        done += [await write_milestone(code, milestone)] if milestone else []
    return await conclude(*done)
