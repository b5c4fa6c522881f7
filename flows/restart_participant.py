"""The way back after a deferral."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.forms import Decision, Return
from tasks.people import changed


@flow(name="restart-participant")
async def restart_participant(participant: str, begins: Return, decision: Decision) -> State[Any]:
    """Lets a participant who was deferred begin again in a later cohort.

    Args:
        participant: The ref, such as P0017.
        begins: Where and when.
        decision: Who decides, why, and whether to do it.
    """
    return await changed("restart", participant, decision, **begins.model_dump())
