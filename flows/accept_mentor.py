"""A mentor has said yes."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.people import recorded


@flow(name="accept-mentor")
async def accept_mentor(participant: str, by: str) -> State[Any]:
    """Records that the mentor of a participant has agreed; the welcome goes with this run.

    Args:
        participant: The participant's ref, such as P0017.
        by: The name of whoever records it.
    """
    return await recorded("accept", participant, by)
