"""The end of a break."""

from __future__ import annotations

import datetime as dt
from typing import Any

from prefect import State, flow

from tasks.forms import Decision
from tasks.people import changed


@flow(name="resume-participant")
async def resume_participant(
    participant: str, decision: Decision, back_on: dt.date | None = None
) -> State[Any]:
    """Ends a break, or calls one off that has not begun.

    Args:
        participant: The ref, such as P0017.
        decision: Who decides, why, and whether to do it.
        back_on: The day of return; left out, today.
    """
    return await changed("resume", participant, decision, back_on=back_on)
