"""A call, or something else to remember."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.people import recorded


@flow(name="note-call")
async def note_call(participant: str, text: str, by: str, call: bool = True) -> State[Any]:
    """Writes down what was said or agreed; only staff read it.

    Args:
        participant: The ref, such as P0017.
        text: What is to be remembered: no names, nothing private.
        by: The name of whoever writes it.
        call: It was a call.
    """
    return await recorded("note", participant, by, text=text, call=call)
