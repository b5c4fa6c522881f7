"""A sign-off that staff record."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.people import recorded


@flow(name="sign-off-portfolio")
async def sign_off_portfolio(participant: str, by: str) -> State[Any]:
    """Records that the mentor of a participant has signed the portfolio off.

    Args:
        participant: The participant's ref, such as P0017.
        by: The name of whoever records it.
    """
    return await recorded("sign-off", participant, by)
