"""Another mentor in the place of one."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.forms import Decision
from tasks.people import changed


@flow(name="replace-mentor")
async def replace_mentor(
    participant: str, decision: Decision, mentor: str = "", consent: bool = False
) -> State[Any]:
    """Ends a mentorship with thanks, and asks another mentor or the participant.

    Args:
        participant: The participant's ref, such as P0017.
        decision: Who decides, why, and whether to do it.
        mentor: The other mentor's ref; left out, the participant is asked for one.
        consent: They are a participant of the same cohort, and you agree.
    """
    return await changed("replace-mentor", participant, decision, mentor=mentor, consent=consent)
