"""Bounces, and the nightly check."""

from __future__ import annotations

from typing import Any

from prefect import task

from ats.reports import nightly
from config.settings import load_settings
from tasks.at_work import at_work


@task(name="read bounces")
async def read_mailbox() -> dict[str, Any]:
    """Read what came back into the records, each notification once."""
    where = load_settings().bounce_mailbox
    return await at_work(
        lambda office, now: nightly.read_bounces(
            office, where.get_secret_value() if where else None, now=now
        )
    )


@task(name="reconcile")
async def reconcile_cohorts(cohort: str) -> dict[str, Any]:
    """Check that the records add up; '' means all cohorts in trial or live."""
    return await at_work(lambda office, now: nightly.run_reconcile(office, cohort, now=now))
