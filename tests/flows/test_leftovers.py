"""What is left on the dashboard when everything was ended from outside, and begins anew."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import State, get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import StateType
from prefect.states import Pending, Running, Scheduled

from flows.deployments import SCHEDULES, deployments
from tasks.leftovers import ENDED, OVERTAKEN, clear_leftovers

TIPS, TIMELINE = "send-tips/send-tips", "cohort-timeline/cohort-timeline"


def ago(minutes: int) -> State[Any]:
    """A run that was due so many minutes ago; the server's clock is the machine's own."""
    return Scheduled(scheduled_time=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes))


async def _run(
    client: PrefectClient, deployment: str, state: State[Any], **parameters: str
) -> UUID:
    found = await client.read_deployment_by_name(deployment)
    run = await client.create_flow_run_from_deployment(
        found.id, parameters=parameters, state=Scheduled()
    )
    await client.set_flow_run_state(run.id, state, force=True)
    return run.id


async def _told(client: PrefectClient, run: UUID) -> tuple[str, str]:
    state = (await client.read_flow_run(run)).state
    assert state is not None
    return state.name, state.message or ""


async def _clear() -> tuple[int, int]:
    names = [flow.name for flow, _ in SCHEDULES]
    return await clear_leftovers(names, now=dt.datetime.now(dt.UTC))


def _serve_nothing() -> None:
    """Have the deployments on the server, with nobody who would run them."""
    for deployment in deployments():
        if deployment.name in ("send-tips", "cohort-timeline"):
            deployment.apply()


def test_what_claims_to_run_has_ended_and_what_is_to_come_stays(import_dir: Path) -> None:
    async def scene() -> list[tuple[str, str]]:
        async with get_client() as client:
            states = [Running(), Pending(), Pending(name="Submitting"), ago(-60)]
            runs = [await _run(client, TIPS, state) for state in states]
            await _clear()
            return [await _told(client, run) for run in runs]

    _serve_nothing()
    assert asyncio.run(scene()) == [("Crashed", ENDED)] * 3 + [("Scheduled", "")]


def test_a_task_ends_with_its_run(import_dir: Path) -> None:
    async def scene() -> StateType | None:
        from tasks.cohorts import look_at_cohorts

        async with get_client() as client:
            run = await _run(client, TIPS, Running())
            task = await client.create_task_run(
                look_at_cohorts, flow_run_id=run, dynamic_key="0", state=Running()
            )
            await _clear()
            return (await client.read_task_run(task.id)).state_type

    _serve_nothing()
    assert asyncio.run(scene()) == StateType.CRASHED


def test_of_late_runs_the_newest_of_each_kind_stays_and_so_do_milestones(import_dir: Path) -> None:
    async def scene() -> list[tuple[str, str]]:
        async with get_client() as client:
            runs = [
                await _run(client, TIPS, ago(30)),
                await _run(client, TIPS, ago(20)),
                await _run(client, TIPS, ago(10)),
                await _run(client, TIPS, ago(40), cohort="2026-10"),
                await _run(client, TIMELINE, ago(50), cohort="2026-10", milestone="pdp"),
                await _run(client, TIMELINE, ago(45), cohort="2026-10", milestone="submission"),
                await _run(client, TIMELINE, ago(-5), cohort="2026-10", milestone="pdp"),
            ]
            await _clear()
            return [await _told(client, run) for run in runs]

    _serve_nothing()
    asyncio.run(_clear())
    gone, stays = ("Cancelled", OVERTAKEN), ("Scheduled", "")
    assert asyncio.run(scene()) == [gone, gone, *[stays] * 5]


def test_more_runs_than_the_server_tells_at_once_are_all_cleared(
    import_dir: Path, monkeypatch: Any
) -> None:
    async def scene() -> tuple[int, int]:
        async with get_client() as client:
            for _ in range(5):
                await _run(client, TIPS, Running())
        return await _clear()

    monkeypatch.setattr("tasks.leftovers._PAGE", 2)
    _serve_nothing()
    asyncio.run(_clear())
    assert asyncio.run(scene())[0] == 5
