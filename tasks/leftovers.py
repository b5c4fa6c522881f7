"""What an earlier `ats up` left on the dashboard: runs that nobody carries on any more."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Collection, Iterable
from uuid import UUID

from prefect import State, get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas import filters as f
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Crashed

ENDED = "ended when ats up ended"
OVERTAKEN = "overtaken: a later run does all that was due"
_UNDER_WAY = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
_PAGE = 200  # runs that the server tells at once


async def clear_leftovers(deployments: Collection[str], *, now: dt.datetime) -> tuple[int, int]:
    """End what claims to be under way, and of late runs all but the newest; return how many.

    Only for who serves these deployments alone and has just started: then nobody carries on a
    run that is under way. Runs that are still to come stay, among them the milestones.
    """
    async with get_client() as client:
        running = await _runs(client, deployments, _UNDER_WAY)
        await _end_tasks(client, [run.id for run in running])
        late = overtaken(await _runs(client, deployments, [StateType.SCHEDULED], now=now))
        await _set(client, running, Crashed(message=ENDED))
        await _set(client, late, Cancelled(message=OVERTAKEN))
    return len(running), len(late)


def overtaken(late: Iterable[FlowRun]) -> list[FlowRun]:
    """Return late runs for which there is a newer one of that deployment and those parameters."""
    newest: dict[tuple[UUID | None, str], FlowRun] = {}
    found = []
    for run in sorted(late, key=lambda run: (run.expected_start_time, run.created)):
        kind = (run.deployment_id, json.dumps(run.parameters, sort_keys=True, default=str))
        if kind in newest:
            found.append(newest[kind])
        newest[kind] = run
    return found


async def _runs(
    client: PrefectClient,
    deployments: Collection[str],
    types: list[StateType],
    *,
    now: dt.datetime | None = None,
) -> list[FlowRun]:
    """Return all runs of these deployments in these states; with *now* those due by then."""
    ours = f.DeploymentFilter(name=f.DeploymentFilterName(any_=list(deployments)))
    state = f.FlowRunFilterState(type=f.FlowRunFilterStateType(any_=types))
    due = f.FlowRunFilterNextScheduledStartTime.model_validate({"before_": now}) if now else None
    wanted = f.FlowRunFilter(state=state, next_scheduled_start_time=due)
    found: list[FlowRun] = []
    while len(found) % _PAGE == 0:
        page = await client.read_flow_runs(
            deployment_filter=ours, flow_run_filter=wanted, limit=_PAGE, offset=len(found)
        )
        found += page
        if not page:
            break
    return found


async def _end_tasks(client: PrefectClient, runs: list[UUID]) -> None:
    if not runs:
        return
    state = f.TaskRunFilterState(type=f.TaskRunFilterStateType(any_=_UNDER_WAY))
    for task in await client.read_task_runs(
        flow_run_filter=f.FlowRunFilter(id=f.FlowRunFilterId(any_=runs)),
        task_run_filter=f.TaskRunFilter(state=state),
    ):
        ended: State[object] = Crashed(message=ENDED)
        await client.set_task_run_state(task.id, ended, force=True)


async def _set(client: PrefectClient, runs: Iterable[FlowRun], state: State[object]) -> None:
    for run in runs:
        with contextlib.suppress(ObjectNotFound):  # deleted meanwhile
            await client.set_flow_run_state(run.id, state, force=True)
