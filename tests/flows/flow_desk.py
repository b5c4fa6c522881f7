"""What tests of flows do: fill the import folder, run a flow, look at its end and its pages."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any

from prefect import Flow, State, get_client
from prefect.client.schemas.objects import Artifact, FlowRun

CODE = "2026-10"
BEN = "P0002,Ben,Shah,ben@glen.example,Glen"
HEAD = (
    "cohort,participant_ref,given_name,family_name,email,organisation,nation,joined_on,"
    "mentor_ref,mentor_given_name,mentor_family_name,mentor_email,mentor_nation"
)


def write_roster(path: Path, *people: str) -> None:
    """Write a roster of people who joined on Monday and have named nobody."""
    today = dt.datetime.now(dt.UTC).date()
    monday = today - dt.timedelta(days=today.weekday())
    rows = [f"{CODE},{person},england,{monday},,,,," for person in people]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")


def run(flow: Flow[..., Any], **parameters: Any) -> tuple[State[Any], str]:
    """Run a flow and return its end and the name it has then."""
    state = asyncio.run(flow(**parameters, return_state=True))
    return state, asyncio.run(_read(state)).name


def artifacts() -> list[Artifact]:
    """Return the pages that the dashboard has."""
    return asyncio.run(_artifacts())


def newest(key: str) -> str:
    """Return the newest page of a key."""
    pages = [one for one in artifacts() if one.key == key]
    return str(max(pages, key=lambda page: str(page.created)).data)


async def _read(state: State[Any]) -> FlowRun:
    async with get_client() as client:
        assert state.state_details.flow_run_id is not None
        return await client.read_flow_run(state.state_details.flow_run_id)


async def _artifacts() -> list[Artifact]:
    async with get_client() as client:
        return await client.read_artifacts()
