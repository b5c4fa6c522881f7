"""Watching ourselves."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.cohorts import deliver_queued
from tasks.conclusion import conclude
from tasks.watching import watch_cohorts


@flow(name="watch")
async def watch() -> State[Any]:
    """Looks whether ticks come, what is due goes and runs end well; e-mails operations if not.

    Each cause is told once a day. `ats doctor --watch` says the same from outside the dashboard.
    """
    watched = await watch_cohorts()
    told = [await deliver_queued(code) for code in watched["cohorts"]]
    return await conclude(watched, *told)
