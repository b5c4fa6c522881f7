"""The way back after a deferral."""

from __future__ import annotations

import datetime as dt
from typing import Any

from prefect import State, flow

from tasks.forms import Decision
from tasks.people import changed


@flow(name="restart-participant")
async def restart_participant(
    participant: str,
    into: str,
    decision: Decision,
    joined_on: dt.date | None = None,
    mentor_stays: bool = False,
) -> State[Any]:
    """Lets a participant who was deferred begin again in a later cohort.

    Args:
        participant: The ref, such as P0017.
        into: The code of the later cohort.
        decision: Who decides, why, and whether to do it.
        joined_on: Their first day; left out, the cohort's.
        mentor_stays: Ask their former mentor again.
    """
    return await changed(
        "restart", participant, decision, into=into, joined_on=joined_on, mentor_stays=mentor_stays
    )
