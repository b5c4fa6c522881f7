"""A case that somebody has seen to."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.cases import handled


@flow(name="close-case")
async def close_case(case: int, by: str) -> State[Any]:
    """Closes a case that somebody has seen to; what waited for that goes with the next tick.

    Args:
        case: Its number in the digest, such as 12.
        by: The name of whoever has seen to it.
    """
    return await handled("close", case, by)
