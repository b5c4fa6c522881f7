"""A case that is open once more."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.cases import handled


@flow(name="reopen-case")
async def reopen_case(case: int, reason: str, by: str) -> State[Any]:
    """Opens a closed case again, or wakes one that rests.

    Args:
        case: Its number in the digest, such as 12.
        reason: Why, in a few words: no names, nothing private.
        by: The name of whoever decides this.
    """
    return await handled("reopen", case, by, why=reason)
