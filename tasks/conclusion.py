"""The end of a run: its name, its state and one sentence."""

from __future__ import annotations

from typing import Any

from prefect import State, get_client
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from ats.reports.rounds import concluded


async def conclude(*results: dict[str, Any]) -> State[Any]:
    """Name the run after what it did, and return how it ended; the first result names it."""
    name, verdict, sentence = concluded(results)
    async with get_client() as client:
        await client.update_flow_run(flow_run.id, name=name)
    if verdict == "failed":
        return Failed(message=sentence)
    state = "Completed with warnings" if verdict == "warned" else "Completed"
    return Completed(name=state, message=sentence or None)
