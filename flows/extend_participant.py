"""More time for one deadline."""

from __future__ import annotations

import datetime as dt
from typing import Any

from prefect import State, flow

from tasks.forms import Decision
from tasks.people import changed


@flow(name="extend-participant")
async def extend_participant(
    participant: str, milestone: str, to: dt.date, decision: Decision
) -> State[Any]:
    """Moves one deadline of a participant to a later day; everything else stays.

    Args:
        participant: The ref, such as P0017.
        milestone: The deadline's key, such as pdp.
        to: The new day.
        decision: Who decides, why, and whether to do it.
    """
    return await changed("extend", participant, decision, milestone=milestone, to=to)
