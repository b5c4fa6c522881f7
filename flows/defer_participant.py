"""A deferral."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.forms import Approved
from tasks.people import changed


@flow(name="defer-participant")
async def defer_participant(
    participant: str, decision: Approved, into: str = "", mentor_stays: bool = False
) -> State[Any]:
    """Lets a participant continue with a later cohort; what they finished travels.

    Args:
        participant: The ref, such as P0017.
        decision: Who decides, who approves, why, and whether to do it.
        into: The later cohort; left out, they wait for one on a list.
        mentor_stays: Ask their mentor again there.
    """
    return await changed("defer", participant, decision, into=into, mentor_stays=mentor_stays)
