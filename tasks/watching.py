"""Watching ourselves: what stands still, and which runs on the dashboard failed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from prefect import get_client, task
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas import filters as f
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort

from ats.reports.watching import FailedRun, run_watch
from config.settings import load_settings
from tasks.at_work import at_work
from tasks.leftovers import ENDED

#: The deployment that watches; a failure of its own is nothing it could tell.
WATCH = "watch"
_FIRST_LOOK, _LONGEST = dt.timedelta(hours=1), dt.timedelta(days=1)
_MOST = 200  # runs that the server tells at once; more failed ones say no more


@task(name="watch")
async def watch_cohorts() -> dict[str, Any]:
    """Look whether ticks come and mail goes, and which runs have failed since the last look."""
    async with get_client() as client:
        failed = await _failed(client, now=dt.datetime.now(dt.UTC))  # noqa: TID251 (an entry point)
    return await at_work(
        lambda office, now: run_watch(office, failed, now=now, zone=load_settings().zone)
    )


async def _failed(client: PrefectClient, *, now: dt.datetime) -> list[FailedRun]:
    names = {one.id: one.name for one in await client.read_deployments() if _is_ours(one)}
    ended = f.FlowRunFilterEndTime.model_validate({"after_": await _last_look(client, now)})
    runs = await client.read_flow_runs(
        flow_run_filter=f.FlowRunFilter(
            end_time=ended, state=_in(StateType.FAILED, StateType.CRASHED)
        ),
        sort=FlowRunSort.END_TIME_DESC,
        limit=_MOST,
    )
    return [
        FailedRun(names[run.deployment_id], _how(run), run.end_time)
        for run in runs
        if run.deployment_id in names and run.end_time is not None and not _was_stopped(run)
    ]


def _how(run: FlowRun) -> str:
    return "crashed" if run.state_type == StateType.CRASHED else "failed"


def _is_ours(deployment: Any) -> bool:
    """Say whether it runs a flow of ours, and another than the one that watches."""
    return deployment.name != WATCH and (deployment.entrypoint or "").startswith("flows.")


def _was_stopped(run: FlowRun) -> bool:
    """Say whether it was left under way when everything was stopped, by a person."""
    return run.state is not None and run.state.message == ENDED


async def _last_look(client: PrefectClient, now: dt.datetime) -> dt.datetime:
    """Return when the last run that told what it saw began; at most a day ago."""
    looks = await client.read_flow_runs(
        deployment_filter=f.DeploymentFilter(name=f.DeploymentFilterName(any_=[WATCH])),
        flow_run_filter=f.FlowRunFilter(state=_in(StateType.COMPLETED)),
        sort=FlowRunSort.END_TIME_DESC,
        limit=1,
    )
    began = looks[0].start_time if looks else None
    return max(began or now - _FIRST_LOOK, now - _LONGEST)


def _in(*types: StateType) -> f.FlowRunFilterState:
    return f.FlowRunFilterState(type=f.FlowRunFilterStateType(any_=list(types)))
