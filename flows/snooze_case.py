"""A case that rests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from prefect import State, flow

from tasks.cases import handled


@flow(name="snooze-case")
async def snooze_case(case: int, until: dt.date, reason: str, by: str) -> State[Any]:
    """Lets a case rest until a day; its owner is told of it again then.

    Args:
        case: Its number in the digest, such as 12.
        until: The day it comes back.
        reason: Why, in a few words: no names, nothing private.
        by: The name of whoever decides this.
    """
    return await handled("snooze", case, by, until=until, why=reason)
