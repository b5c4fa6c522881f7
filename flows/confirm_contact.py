"""A new address that somebody confirmed."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.people import recorded


@flow(name="confirm-contact")
async def confirm_contact(ref: str, by: str) -> State[Any]:
    """Confirms a new address, so that the link of a sign-off may go there.

    Args:
        ref: A participant's or mentor's ref.
        by: The name of whoever asked them.
    """
    return await recorded("confirm", ref, by)
