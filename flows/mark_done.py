"""A milestone that staff have seen done."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.forms import Decision
from tasks.people import changed


@flow(name="mark-done")
async def mark_done(participant: str, milestone: str, decision: Decision) -> State[Any]:
    """Stops reminders about a milestone until the next export shows how it stands.

    Args:
        participant: The ref, such as P0017.
        milestone: The milestone's key, such as pdp.
        decision: Who decides, why, and whether to do it.
    """
    return await changed("seen-done", participant, decision, milestone=milestone)
