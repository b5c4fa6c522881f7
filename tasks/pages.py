"""Pages of the dashboard, one for each cohort and milestone; each run writes a new version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from prefect import task
from prefect.artifacts import acreate_markdown_artifact

from ats.office import Office
from ats.reports import pages
from tasks.at_work import at_work


@task(name="timeline page")
async def write_timeline(cohort: str) -> dict[str, Any]:
    """Write what was sent, what comes, what is held and why, and the open cases."""
    return await _write(lambda office, now: pages.timeline(office, cohort, now=now))


@task(name="caseload page")
async def write_caseload(cohort: str) -> dict[str, Any]:
    """Write who stands how, since when and why, by ref and worst first."""
    return await _write(lambda office, now: pages.caseload(office, cohort, now=now))


@task(name="mentors page")
async def write_mentors(cohort: str) -> dict[str, Any]:
    """Write who has a mentor, who waits for whom and how long, by ref."""
    return await _write(lambda office, now: pages.mentors(office, cohort, now=now))


@task(name="cases page")
async def write_cases(cohort: str) -> dict[str, Any]:
    """Write which cases wait or rest, the oldest first, and which closed lately, by ref."""
    return await _write(lambda office, now: pages.cases(office, cohort, now=now))


@task(name="deliveries page")
async def write_deliveries(cohort: str) -> dict[str, Any]:
    """Write what became of the e-mails of the last 14 days, by day and step."""
    return await _write(lambda office, now: pages.delivered(office, cohort, now=now))


@task(name="next 14 days page")
async def write_ahead(cohort: str) -> dict[str, Any]:
    """Write what goes in the next 14 days, by day and step."""
    return await _write(lambda office, now: pages.ahead(office, cohort, now=now))


@task(name="milestone page")
async def write_milestone(cohort: str, milestone: str) -> dict[str, Any]:
    """Write who has met a milestone, and, by ref, who has not."""
    return await _write(lambda office, now: pages.milestone(office, cohort, milestone, now=now))


@task(name="records page")
async def write_records(page: dict[str, str]) -> dict[str, Any]:
    """Write what the nightly check looked at, and what is off."""
    await acreate_markdown_artifact(page["markdown"], page["key"], page["description"])
    return {"errors": []}


#: Every page about a cohort as a whole.
OF_A_COHORT = (
    write_timeline,
    write_caseload,
    write_mentors,
    write_cases,
    write_deliveries,
    write_ahead,
)


async def _write(page_at: Callable[[Office, dt.datetime], dict[str, Any]]) -> dict[str, Any]:
    page = await at_work(page_at)
    if "markdown" in page:
        await acreate_markdown_artifact(page["markdown"], page["key"], page["description"])
    return {"errors": page["errors"]}
