"""The end of an enrolment."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.forms import Approved
from tasks.people import changed


@flow(name="withdraw-participant")
async def withdraw_participant(participant: str, decision: Approved) -> State[Any]:
    """Ends an enrolment, with one confirmation; coming back is a new application.

    Args:
        participant: The ref, such as P0017.
        decision: Who decides, who approves, why, and whether to do it.
    """
    return await changed("withdraw", participant, decision)
