"""Pages of the dashboard, one for each cohort and milestone; each run writes a new version."""

from __future__ import annotations

from typing import Any

from prefect import task
from prefect.artifacts import acreate_markdown_artifact

from ats.reports import pages
from tasks.at_work import at_work


@task(name="timeline page")
async def write_timeline(cohort: str) -> dict[str, Any]:
    """Write what was sent, what comes, what is held and why, and the open cases."""
    page = await at_work(lambda office, now: pages.timeline(office, cohort, now=now))
    if "markdown" in page:
        await acreate_markdown_artifact(page["markdown"], page["key"], page["description"])
    return {"errors": page["errors"]}


@task(name="caseload page")
async def write_caseload(cohort: str) -> dict[str, Any]:
    """Write who stands how, since when and why, by ref and worst first."""
    page = await at_work(lambda office, now: pages.caseload(office, cohort, now=now))
    if "markdown" in page:
        await acreate_markdown_artifact(page["markdown"], page["key"], page["description"])
    return {"errors": page["errors"]}


@task(name="milestone page")
async def write_milestone(cohort: str, milestone: str) -> dict[str, Any]:
    """Write who has met a milestone, and, by ref, who has not."""
    page = await at_work(lambda office, now: pages.milestone(office, cohort, milestone, now=now))
    if "markdown" in page:
        await acreate_markdown_artifact(page["markdown"], page["key"], page["description"])
    return {"errors": page["errors"]}


@task(name="records page")
async def write_records(page: dict[str, str]) -> dict[str, Any]:
    """Write what the nightly check looked at, and what is off."""
    await acreate_markdown_artifact(page["markdown"], page["key"], page["description"])
    return {"errors": []}
