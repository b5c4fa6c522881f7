"""A sign-off that is asked for once more."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.people import recorded


@flow(name="reopen-sign-off")
async def reopen_sign_off(participant: str, by: str) -> State[Any]:
    """Asks the mentor of a participant for the sign-off once more.

    Args:
        participant: The participant's ref, such as P0017.
        by: The name of whoever decides this.
    """
    return await recorded("reopen-sign-off", participant, by)
