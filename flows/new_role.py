"""A new role or employer."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.forms import Decision, Role
from tasks.people import changed


@flow(name="new-role")
async def new_role(participant: str, role: Role, decision: Decision) -> State[Any]:
    """Records a new role or employer with all that follows from it.

    Args:
        participant: The ref, such as P0017.
        role: What is new about it.
        decision: Who decides, why, and whether to do it.
    """
    return await changed("new-role", participant, decision, **role.model_dump())
