"""Milestones among the dashboard's upcoming runs: a projection of our dates, never their source."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from prefect import State, get_client, task
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Scheduled

from ats.reports import projection
from ats.reports.projection import Create, Standing
from tasks.at_work import at_work

DEPLOYMENT = "cohort-timeline/cohort-timeline"
TAG = "milestone"


@task(name="milestones ahead")
async def show_milestones(cohort: str) -> dict[str, Any]:
    """Keep one upcoming run for each milestone: cancel what shows another date, add what lacks."""
    ahead = await at_work(lambda office, now: projection.ahead(office, cohort, now=now))
    if ahead["errors"]:
        return {"errors": ahead["errors"]}
    async with get_client() as client:
        runs = [_standing(run) for run in await _runs(client, cohort)]
        cancel, create = projection.align(ahead["wanted"], runs, now=ahead["now"])
        for run in cancel:
            state: State[Any] = Cancelled(message="The milestone has another date now.")
            await client.set_flow_run_state(UUID(run), state, force=True)
        made = [await _create(client, cohort, new) for new in create]
    return {"errors": [], "cancelled": len(cancel), "created": sum(made)}


async def _runs(client: PrefectClient, cohort: str) -> list[FlowRun]:
    tags = FlowRunFilterTags(all_=[TAG, cohort])
    return await client.read_flow_runs(flow_run_filter=FlowRunFilter(tags=tags))


def _standing(run: FlowRun) -> Standing:
    version = (run.idempotency_key or "").rpartition("/")[2]
    return Standing(
        id=str(run.id),
        milestone=str(run.parameters.get("milestone", "")),
        at=run.next_scheduled_start_time or run.expected_start_time,
        version=int(version) if version.isdecimal() else 0,
        waits=run.state is not None and run.state.is_scheduled(),
    )


async def _create(client: PrefectClient, cohort: str, new: Create) -> bool:
    """Add one run; return False where the deployment is not served, so that nothing can run it."""
    try:
        deployment = await client.read_deployment_by_name(DEPLOYMENT)
    except ObjectNotFound:
        return False
    await client.create_flow_run_from_deployment(
        deployment.id,
        parameters={"cohort": cohort, "milestone": new.wanted.milestone},
        state=Scheduled(scheduled_time=new.wanted.at),
        name=new.wanted.name,
        tags=[TAG, cohort],
        idempotency_key=f"{cohort}/{new.wanted.milestone}/{new.version}",
    )
    return True
