"""A reasonable adjustment."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.forms import Adjustment, Decision
from tasks.people import changed


@flow(name="adjust-participant")
async def adjust_participant(
    participant: str, adjustment: Adjustment, decision: Decision, end: bool = False
) -> State[Any]:
    """Agrees how a participant is reached: no chasers, phone instead, another format.

    Args:
        participant: The ref, such as P0017.
        adjustment: What was agreed.
        decision: Who decides, why, and whether to do it.
        end: It is agreed no longer.
    """
    return await changed("adjust", participant, decision, adjustment=adjustment, end=end)
