"""A mentor has said no."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.people import recorded


@flow(name="decline-mentor")
async def decline_mentor(participant: str, by: str) -> State[Any]:
    """Records that the mentor of a participant has declined; the participant is asked.

    Args:
        participant: The participant's ref, such as P0017.
        by: The name of whoever records it.
    """
    return await recorded("decline", participant, by)
