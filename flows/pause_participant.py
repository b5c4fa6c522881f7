"""A break in the year of one participant."""

from __future__ import annotations

import datetime as dt
from typing import Any

from prefect import State, flow

from tasks.forms import Decision
from tasks.people import changed


@flow(name="pause-participant")
async def pause_participant(
    participant: str,
    decision: Decision,
    first: dt.date | None = None,
    back_on: dt.date | None = None,
) -> State[Any]:
    """Begins a break: what falls into it is left out, and deadlines move by its days.

    Args:
        participant: The ref, such as P0017.
        decision: Who decides, why, and whether to do it.
        first: The first day; left out, today.
        back_on: The day of return; left out, not known yet.
    """
    return await changed("pause", participant, decision, from_on=first, until_on=back_on)
