"""A mentor who stands down."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.conclusion import conclude
from tasks.forms import Decision
from tasks.people import stand_down
from tasks.webinars import followed_up


@flow(name="resign-mentor")
async def resign_mentor(mentor: str, decision: Decision) -> State[Any]:
    """Ends everything that somebody is as a mentor; each mentee is asked for another.

    Args:
        mentor: The mentor's ref, such as M0007.
        decision: Who decides, why, and whether to do it.
    """
    return await conclude(*await followed_up(stand_down(mentor, decision.model_dump())))
