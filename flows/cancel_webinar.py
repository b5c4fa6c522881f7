"""A webinar that does not take place."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.conclusion import conclude
from tasks.webinars import cancel, followed_up


@flow(name="cancel-webinar")
async def cancel_webinar(
    cohort: str, webinar: str, by: str, note: str = "", apply: bool = False
) -> State[Any]:
    """Cancels a webinar and tells whoever was told of it; without apply it only shows whom.

    Args:
        cohort: The code of the cohort, such as 2026-10.
        webinar: The webinar's key, such as webinar-3.
        by: The name of whoever decides this.
        note: What takes its place, for those who are told.
        apply: Do it: it cannot be taken back. Without, read on the run's page what it would mean.
    """
    return await conclude(*await followed_up(cancel(cohort, webinar, note, by, apply=apply)))
