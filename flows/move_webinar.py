"""Another time for a webinar."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.conclusion import conclude
from tasks.webinars import followed_up, move


@flow(name="move-webinar")
async def move_webinar(
    cohort: str, webinar: str, to: str, by: str, note: str = "", apply: bool = False
) -> State[Any]:
    """Moves a webinar and tells whoever was told the old time; without apply it only shows whom.

    Args:
        cohort: The code of the cohort, such as 2026-10.
        webinar: The webinar's key, such as webinar-3.
        to: When it is to start, in the programme's time zone, such as 2027-01-29T16:30.
        by: The name of whoever decides this.
        note: A sentence for those who are told.
        apply: Do it. Without, read on the run's page what it would mean.
    """
    return await conclude(*await followed_up(move(cohort, webinar, to, note, by, apply=apply)))
