"""A mentor for somebody who has none."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.forms import Decision
from tasks.people import changed


@flow(name="name-mentor")
async def name_mentor(
    participant: str, mentor: str, decision: Decision, consent: bool = False
) -> State[Any]:
    """Names a mentor who is known by ref; the request goes with this run.

    Args:
        participant: The participant's ref, such as P0017.
        mentor: The mentor's ref, such as M0007.
        decision: Who decides, why, and whether to do it.
        consent: They are a participant of the same cohort, and you agree.
    """
    return await changed("name-mentor", participant, decision, mentor=mentor, consent=consent)
