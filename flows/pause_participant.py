"""A break in the year of one participant."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.forms import Break, Decision
from tasks.people import changed


@flow(name="pause-participant")
async def pause_participant(participant: str, span: Break, decision: Decision) -> State[Any]:
    """Begins a break: what falls into it is left out, and deadlines move by its days.

    Args:
        participant: The ref, such as P0017.
        span: When it begins and ends.
        decision: Who decides, why, and whether to do it.
    """
    when = {"from_on": span.first, "until_on": span.back_on}
    return await changed("pause", participant, decision, **when)
