"""The watch as a run, and what has the server start it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect import State, get_client
from prefect.automations import AutomationCore
from prefect.client.orchestration import PrefectClient, SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.states import Completed, Crashed, Failed, Running, Scheduled
from sqlalchemy import update

from ats.commands.entry import open_office
from ats.outbox.mailbox import InMemoryMailbox
from ats.records import models as m
from config.settings import load_settings
from flows import automations
from flows.deployments import deployments
from flows.watch import watch
from tasks.leftovers import ENDED
from tasks.watching import WATCH

SERVED = {deployment.name: deployment for deployment in deployments()}
NAMES = ["ats: a run failed", "ats: ticks stay away"]


def run() -> tuple[str, str, str]:
    """Run the flow; return how it ended, its name then and its sentence."""
    state = asyncio.run(watch(return_state=True))

    async def read() -> FlowRun:
        async with get_client() as client:
            assert state.state_details.flow_run_id is not None
            return await client.read_flow_run(state.state_details.flow_run_id)

    return state.name or "", asyncio.run(read()).name, state.message or ""


def has_run(deployment: str, end: State[Any]) -> None:
    """Let a run of a deployment have just ended so."""

    async def scene() -> None:
        async with get_client() as client:
            found = await client.read_deployment_by_name(f"{deployment}/{deployment}")
            made = await client.create_flow_run_from_deployment(found.id, state=Scheduled())
            await _set(client, made.id, Running())
            await _set(client, made.id, end)

    SERVED[deployment].apply()
    asyncio.run(scene())


async def _set(client: PrefectClient, run: UUID, state: State[Any]) -> None:
    await client.set_flow_run_state(run, state, force=True)


@pytest.fixture
def quiet(import_dir: Path) -> None:
    """All is done that was due, ticks have come, and the watch has looked a moment ago."""
    office = open_office(load_settings())
    now = dt.datetime.now(dt.UTC)
    with office.store.write() as session:
        session.merge(m.Heartbeat(name="tick", at=now))
        session.execute(update(m.Cohort).values(created_at=now, live_at=now))
    office.store.close()
    has_run(WATCH, Completed())


def test_while_all_is_well_the_run_says_so(quiet: None, mailbox: InMemoryMailbox) -> None:
    had = len(mailbox.received)
    assert run() == ("Completed", "all is well", "")
    assert len(mailbox.received) == had


def test_a_run_that_failed_is_told_to_operations_once(
    quiet: None, mailbox: InMemoryMailbox
) -> None:
    has_run("send-tips", Failed(message="Ada Byron"))
    had = len(mailbox.received)
    state, named, message = run()
    assert (state, named) == ("Completed with warnings", "1 thing needs you")
    assert message.startswith("A run of send-tips failed at ")
    (mailed,) = mailbox.received[had:]
    assert b"A run of send-tips failed at" in mailed.data
    assert b"Ada Byron" not in mailed.data

    has_run(WATCH, Completed())  # it has told
    assert run()[1] == "all is well"
    has_run("send-tips", Crashed())
    assert run()[1] == "1 thing needs you"
    assert len(mailbox.received) == had + 1


def test_its_own_failure_and_what_a_person_ended_are_nothing_to_tell(quiet: None) -> None:
    has_run(WATCH, Failed())
    has_run("deliver", Crashed(message=ENDED))
    assert run()[1] == "all is well"


# -- automations -------------------------------------------------------------------------------


@pytest.fixture
def server(prefect_server: None) -> Iterator[SyncPrefectClient]:
    """A server with the deployment that watches, and no automation."""
    SERVED[WATCH].apply()
    with get_client(sync_client=True) as client:
        yield client
        for known in client.read_automations():
            client.delete_automation(known.id)


def test_automations_are_made_once_and_left_alone(server: SyncPrefectClient) -> None:
    assert automations.keep(SERVED) == []
    made = server.read_automations()
    for one in made:
        server.pause_automation(one.id)
    assert automations.keep(SERVED) == []
    again = server.read_automations()
    assert sorted(one.name for one in made) == NAMES
    assert {one.id for one in again} == {one.id for one in made}
    assert [one.enabled for one in again] == [False, False]  # as staff have left them
    assert [one.trigger for one in again] == [one.trigger for one in made]


def test_what_has_changed_is_renewed_and_what_is_there_twice_is_not(
    server: SyncPrefectClient,
) -> None:
    automations.keep([WATCH, "deliver"])
    (known,) = server.read_automations_by_name(NAMES[0])
    server.create_automation(AutomationCore(**known.model_dump(exclude={"id"})))
    assert automations.keep([WATCH, "deliver", "reconcile"]) == []
    (renewed,) = server.read_automations_by_name(NAMES[0])
    watched = renewed.model_dump()["trigger"]["match_related"]
    assert watched["prefect.resource.name"] == ["deliver", "reconcile"]
    assert len(server.read_automations()) == 2


def test_no_automation_is_about_the_watch_itself() -> None:
    made = automations.automations(UUID(int=1), SERVED)
    watched = [one.model_dump()["trigger"]["match_related"] for one in made]
    assert WATCH not in watched[0]["prefect.resource.name"]
    assert set(watched[0]["prefect.resource.name"]) == {*SERVED} - {WATCH}
    assert watched[1]["prefect.resource.name"] == ["send-tips"]
    assert {action.deployment_id for one in made for action in one.actions} == {UUID(int=1)}


def test_what_the_server_does_not_take_is_a_sentence(
    server: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise TypeError("another version")

    monkeypatch.setattr(SyncPrefectClient, "create_automation", refuse)
    assert automations.keep(SERVED) == [
        f'The automation "{name}" could not be kept (TypeError); the hourly run of watch looks all '
        "the same."
        for name in NAMES
    ]
