"""Nothing to or about somebody any more."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.conclusion import conclude
from tasks.forms import Decision
from tasks.people import silence
from tasks.webinars import followed_up


@flow(name="silence-person")
async def silence_person(ref: str, decision: Decision, end: bool = False) -> State[Any]:
    """Stops everything to and about somebody, at once and without a word to anybody.

    Args:
        ref: A participant's or mentor's ref.
        decision: Who decides, why, and whether to do it.
        end: Let mail go to and about them again.
    """
    return await conclude(*await followed_up(silence(ref, decision.model_dump(), end=end)))
