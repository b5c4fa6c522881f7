"""Sending what waits for the mail server, without planning anything."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.cohorts import deliver_queued
from tasks.conclusion import conclude


@flow(name="deliver")
async def deliver(cohort: str = "") -> State[Any]:
    """Sends the e-mails that wait for the mail server, and plans nothing new.

    Args:
        cohort: The code of one cohort, such as 2026-10; empty for all in trial or live.
    """
    return await conclude(await deliver_queued(cohort))
