"""What is served, when, and how thin it is."""

from __future__ import annotations

import ast
import asyncio
import datetime as dt
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from prefect.client.schemas.schedules import CronSchedule
from prefect.flows import load_flow_from_entrypoint
from prefect.server.schemas.schedules import CronSchedule as ServerCron

from ats.checks.watch import FIRST_TICK, LAST_TICK, ticks_are_due
from flows.deployments import FORMS, deployments

ROOT = Path(__file__).parents[2]
LONDON = ZoneInfo("Europe/London")
SERVED = {deployment.name: deployment for deployment in deployments("Europe/London")}
LINES = 15


def crons() -> dict[str, ServerCron]:
    """Return the schedules as the server will compute them."""
    found = {}
    for name, deployment in SERVED.items():
        if name in {flow.name for flow in FORMS}:
            continue
        (schedule,) = deployment.schedules or []
        assert isinstance(schedule.schedule, CronSchedule)
        found[name] = ServerCron(**schedule.schedule.model_dump())
    return found


def test_every_job_that_operations_would_name_is_served() -> None:
    assert set(SERVED) == {
        "cohort-timeline",
        "send-tips",
        "chase-mentors",
        "escalate-stalled",
        "send-digests",
        "deliver",
        "publish-calendars",
        "import-exports",
        "report-cohorts",
        "read-bounces",
        "reconcile",
        "watch",
        "move-webinar",
        "cancel-webinar",
        "publish-recording",
        "decide-case",
        "snooze-case",
        "close-case",
        "reopen-case",
        "extend-participant",
        "pause-participant",
        "resume-participant",
        "defer-participant",
        "restart-participant",
        "withdraw-participant",
        "adjust-participant",
        "mark-done",
        "new-role",
        "note-call",
        "silence-person",
        "name-mentor",
        "replace-mentor",
        "resign-mentor",
        "accept-mentor",
        "decline-mentor",
        "sign-off-portfolio",
        "reopen-sign-off",
        "lift-contact",
        "confirm-contact",
    }


def test_what_staff_decide_is_never_run_by_a_schedule() -> None:
    assert [flow.name for flow in FORMS if SERVED[flow.name].schedules] == []


def test_every_schedule_has_its_time_zone() -> None:
    assert {cron.timezone for cron in crons().values()} == {"Europe/London"}
    assert {
        schedule.schedule.timezone
        for deployment in deployments("Europe/Dublin")
        for schedule in deployment.schedules or []
        if isinstance(schedule.schedule, CronSchedule)
    } == {"Europe/Dublin"}


@pytest.mark.parametrize("name", sorted(SERVED))
def test_an_entrypoint_is_a_module_that_gives_the_flow(name: str) -> None:
    entrypoint = str(SERVED[name].entrypoint)
    assert ":" not in entrypoint
    assert load_flow_from_entrypoint(entrypoint).name == name


def test_a_run_loads_its_module_once() -> None:
    """Twice, and the tables of the records would be "already defined"."""
    code = (
        "import sys; from prefect.flows import load_flow_from_entrypoint as load;"
        "load('flows.send_tips.send_tips');"
        "print([m for m in sys.modules if m.endswith('send_tips')],"
        "len({id(sys.modules[m]) for m in sys.modules if m.endswith('records.models')}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "['flows.send_tips'] 1"


@pytest.mark.parametrize("day", ["2026-10-24", "2026-10-25", "2027-03-28", "2026-11-24"])
def test_nothing_runs_in_the_hour_that_autumn_repeats(day: str) -> None:
    begins = dt.datetime.fromisoformat(day).replace(tzinfo=LONDON)
    for name, cron in crons().items():
        dates = asyncio.run(cron.get_dates(n=500, start=begins, end=begins + dt.timedelta(days=1)))
        hours = {date.astimezone(LONDON).hour for date in dates}
        assert hours & {0, 1, 2} == set(), name


@pytest.mark.parametrize("moment", ["08:15", "09:00", "10:00", "14:00"])
@pytest.mark.parametrize("day", ["2026-10-26", "2026-11-24", "2027-03-29"])
def test_what_falls_due_is_looked_at_within_ten_minutes(day: str, moment: str) -> None:
    due = dt.datetime.fromisoformat(f"{day}T{moment}").replace(tzinfo=LONDON)
    cron = crons()["send-tips"]
    (first,) = asyncio.run(cron.get_dates(n=1, start=due))
    assert dt.timedelta() <= first - due < dt.timedelta(minutes=10)


def test_ticks_are_missed_by_the_hours_in_which_they_are_scheduled() -> None:
    day = dt.datetime(2026, 11, 24, tzinfo=LONDON)
    dates = asyncio.run(crons()["send-tips"].get_dates(n=78, start=day))
    assert (dates[0].time(), dates[-1].time()) == (FIRST_TICK, LAST_TICK)
    assert {date.date() for date in dates} == {day.date()}


def test_the_watch_runs_every_hour_in_which_it_can_judge() -> None:
    day = dt.datetime(2026, 11, 24, tzinfo=LONDON)
    dates = asyncio.run(crons()["watch"].get_dates(n=13, start=day))
    assert [ticks_are_due(date, LONDON) for date in dates] == [True] * 13
    assert [date.hour for date in dates] == [*range(8, 21)]


def test_descriptions_speak_to_operations() -> None:
    for deployment in SERVED.values():
        assert deployment.description
        assert "Args:" not in deployment.description


def test_flows_and_tasks_are_thin() -> None:
    long = [
        f"{path.name}:{function.name} has {lines} lines"
        for folder in ("flows", "tasks")
        for path in sorted((ROOT / folder).glob("*.py"))
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and any("flow" in ast.dump(d) or "task" in ast.dump(d) for d in function.decorator_list)
        and (lines := _lines(function)) > LINES
    ]
    assert long == []


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = min(decorator.lineno for decorator in function.decorator_list)
    assert function.end_lineno is not None
    return function.end_lineno - first + 1
