"""An address that works after all."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.people import recorded


@flow(name="lift-contact")
async def lift_contact(ref: str, by: str) -> State[Any]:
    """Lets mail go to an address again; what is vital and was missed goes once more.

    Args:
        ref: A participant's or mentor's ref.
        by: The name of whoever knows that it works.
    """
    return await recorded("lift", ref, by)
