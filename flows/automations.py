"""What the Prefect server does by itself: it has us looked after when a run fails, or none comes.

Both run the deployment `watch`, which finds out what is wrong and tells operations. The server
knows nothing of cohorts; where nobody serves `watch`, only `ats doctor --watch` helps.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from prefect import get_client
from prefect.automations import AutomationCore, EventTrigger, Posture
from prefect.client.orchestration import SyncPrefectClient
from prefect.events.actions import RunDeployment

from tasks.watching import WATCH

Labels = dict[str, str | list[str]]

#: The most frequent tick, by which one sees that ticks come.
TICKS = "send-tips"
_RUNS: Labels = {"prefect.resource.id": "prefect.flow-run.*"}
_FAILED = {f"prefect.flow-run.{state}" for state in ("Failed", "Crashed", "TimedOut")}
_COMPLETED = {f"prefect.flow-run.{state}" for state in ("Completed", "Completed with warnings")}
_OURS = ("description", "trigger", "actions")


def automations(watch: UUID, deployments: Iterable[str]) -> list[AutomationCore]:
    """Return the automations that run *watch* when runs of these deployments fail or stay away.

    A failure of `watch` itself starts nothing, or it would start itself for ever.
    """
    run = RunDeployment(source="selected", deployment_id=watch, parameters={}, job_variables={})
    return [
        AutomationCore(
            name="ats: a run failed",
            description="Runs `watch`, at most every ten minutes, when a run of ours has failed.",
            trigger=EventTrigger(
                expect=_FAILED,
                match=_RUNS,
                match_related=_of(sorted(name for name in deployments if name != WATCH)),
                posture=Posture.Reactive,
                threshold=1,
                within=dt.timedelta(minutes=10),
            ),
            actions=[run],
        ),
        AutomationCore(
            name="ats: ticks stay away",
            description=f"Runs `watch` when for an hour after a run of {TICKS} none completes.",
            trigger=EventTrigger(
                after=_COMPLETED,  # so that it fires once, not every hour of the night
                expect=_COMPLETED,
                match=_RUNS,
                match_related=_of([TICKS]),
                posture=Posture.Proactive,
                threshold=1,
                within=dt.timedelta(hours=1),
            ),
            actions=[run],
        ),
    ]


def keep(deployments: Iterable[str]) -> list[str]:
    """Have the server hold each automation once; return a sentence for each that it cannot.

    What is as wanted is left alone, and so is whether staff have switched one off.
    """
    said = []
    with get_client(sync_client=True) as client:
        watch = client.read_deployment_by_name(f"{WATCH}/{WATCH}").id
        for one in automations(watch, deployments):
            try:
                _keep(client, one)
            except Exception as fault:  # noqa: BLE001 (an older or newer server: never a crash)
                said.append(
                    f'The automation "{one.name}" could not be kept ({type(fault).__name__}); '
                    f"the hourly run of {WATCH} looks all the same."
                )
    return said


def _keep(client: SyncPrefectClient, wanted: AutomationCore) -> None:
    found = client.read_automations_by_name(wanted.name)
    if not found:
        client.create_automation(wanted)
    for surplus in found[1:]:  # two processes began at once
        client.delete_automation(surplus.id)
    for known in found[:1]:
        if _content(known) != _content(wanted):
            changed = wanted.model_copy(update={"enabled": known.enabled})
            client.update_automation(known.id, changed)


def _content(automation: AutomationCore) -> dict[str, object]:
    return automation.model_dump(include=set(_OURS))


def _of(deployments: list[str]) -> Labels:
    return {"prefect.resource.role": "deployment", "prefect.resource.name": deployments}
