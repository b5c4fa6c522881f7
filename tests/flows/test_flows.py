"""Each flow once, against a temporary Prefect server, a database and a mail server."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flow_desk import BEN, CODE, artifacts, run, write_roster
from prefect import Flow, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags
from sqlalchemy import delete

from ats.commands.entry import open_office
from ats.outbox.mailbox import InMemoryMailbox
from ats.records import gather
from ats.records import models as m
from ats.reports import projection
from config.settings import load_settings
from flows.chase_mentors import chase_mentors
from flows.cohort_timeline import cohort_timeline
from flows.deliver import deliver
from flows.deployments import SCHEDULES, deployments
from flows.escalate_stalled import escalate_stalled
from flows.import_exports import import_exports
from flows.publish_calendars import publish_calendars
from flows.read_bounces import read_bounces
from flows.reconcile import reconcile
from flows.report_cohorts import report_cohorts
from flows.send_digests import send_digests
from flows.send_tips import send_tips
from flows.watch import watch

COUNTS = r"2026-10 · week 0 · \d+ sent, \d+ held"
TIPS = rf"{COUNTS} · \d+ tips? today"
MENTORS = rf"{COUNTS} · \d+ reminders? today about mentors"
LETTERS = rf"{COUNTS} · \d+ letters? to staff today"
CASES = rf"{COUNTS} · \d+ cases? opened today, \d+ open"
PAGE = r"2026-10 · week 0 · page written, \d+ held"
CHECKED = r"2026-10 · \d+ people, \d+ rows, nothing off"


@pytest.mark.parametrize(
    ("flow", "name"),
    [
        (send_tips, TIPS),
        (chase_mentors, MENTORS),
        (escalate_stalled, CASES),
        (send_digests, LETTERS),
        (deliver, COUNTS),
        (cohort_timeline, COUNTS),
        (report_cohorts, PAGE),
        (publish_calendars, "no address for calendars"),
        (read_bounces, "no mailbox for bounces"),
        (reconcile, CHECKED),
    ],
    ids=lambda given: given.name if isinstance(given, Flow) else "",
)
def test_a_run_is_named_after_what_it_came_to(
    import_dir: Path, flow: Flow[..., Any], name: str
) -> None:
    state, named = run(flow)
    assert (state.name, bool(re.fullmatch(name, named))) == ("Completed", True), (state, named)


def test_every_deployed_flow_is_run_by_these_tests() -> None:
    tried = {send_tips, chase_mentors, escalate_stalled, send_digests, deliver, reconcile}
    tried |= {import_exports, publish_calendars, cohort_timeline, report_cohorts, read_bounces}
    tried |= {watch}  # in test_watch_flow.py
    assert {flow for flow, _ in SCHEDULES} == tried


def test_a_file_is_imported_and_operations_are_mailed_within_the_run(
    import_dir: Path, mailbox: InMemoryMailbox
) -> None:
    run(deliver)
    write_roster(import_dir / "Ada Byron.csv", BEN, "P0001,Ada,Byron,ada@riverside.example,Lane")
    had = len(mailbox.received)
    state, named = run(import_exports)
    assert (state.name, named) == ("Completed", "2026-10 · roster applied")
    assert b"Subject: Import Ada Byron.csv: ready" in mailbox.received[had].data


def test_calendars_are_published_once_links_have_an_address(
    import_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATS_PUBLIC_URL", "https://ats.example")
    monkeypatch.setenv("ATS_SECRET_KEY", "k" * 32)
    _, first = run(publish_calendars)
    state, again = run(publish_calendars, cohort=CODE)
    files = list(load_settings().calendar_dir.glob("*.ics"))
    assert first == f"2026-10 · {len(files)} calendars, {len(files)} written"
    assert (state.name, again) == ("Completed", f"2026-10 · {len(files)} calendars, 0 written")


def test_what_the_nightly_check_finds_is_on_a_page_and_mailed_within_the_run(
    import_dir: Path, mailbox: InMemoryMailbox
) -> None:
    office = open_office(load_settings())
    ended = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    with office.store.write() as session:
        session.add(m.Lease(name=f"x:{CODE}", owner="elsewhere/1:2:3", until=ended))
    had = len(mailbox.received)
    state, named = run(reconcile)
    run(reconcile)
    with office.store.write() as session:
        session.execute(delete(m.Lease))
    office.store.close()

    assert state.name == "Completed with warnings"
    assert named.endswith("1 thing off")
    (mailed,) = mailbox.received[had:]
    assert b"x:2026-10" in mailed.data
    pages = [one for one in artifacts() if one.key == f"records-{CODE}"]
    assert any("x:2026-10. If a process hangs" in str(page.data) for page in pages)


def test_an_unknown_cohort_fails_the_run_with_one_sentence(
    import_dir: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    state, named = run(send_tips, cohort="2030-10")
    assert (state.type.value, named) == ("FAILED", "refused")
    assert state.message == "There is no cohort 2030-10; the records hold: 2026-10."
    assert "Traceback" not in "".join(capfd.readouterr())


def test_parameters_pasted_with_blanks_are_taken_without_them(import_dir: Path) -> None:
    state, named = run(cohort_timeline, cohort="  2026-10 ", milestone=" pdp\n")
    assert (state.name, bool(re.fullmatch(COUNTS, named))) == ("Completed", True), (state, named)


def test_a_milestone_that_is_not_there_is_a_warning(import_dir: Path) -> None:
    state, _ = run(cohort_timeline, milestone="nonsense")
    assert (state.name, state.type.value) == ("Completed with warnings", "COMPLETED")
    assert str(state.message).startswith("Cohort 2026-10 has no such milestone; it has: ")


def test_a_database_that_cannot_be_used_fails_the_run_with_one_sentence(
    import_dir: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ATS_DATABASE_URL", "sqlite:////nowhere/ats.db")
    state, named = run(send_tips)
    assert (state.type.value, named) == ("FAILED", "refused")
    assert str(state.message).startswith("The database sqlite:////nowhere/ats.db cannot be used")
    assert "Traceback" not in "".join(capfd.readouterr())


def test_milestones_stand_among_the_upcoming_runs_and_follow_our_dates(import_dir: Path) -> None:
    """A moved date cancels the run and makes another; a second look changes nothing."""
    (deployment,) = [one for one in deployments() if one.name == "cohort-timeline"]
    deployment.apply()
    run(cohort_timeline)
    first = asyncio.run(_milestones())
    assert first == _ahead(version=1)
    run(cohort_timeline)
    assert asyncio.run(_milestones()) == first
    _start_later(import_dir, weeks=1)
    run(cohort_timeline)
    moved = asyncio.run(_milestones())
    assert [name for *_, name, state in moved if state == "Cancelled"] == [
        name for *_, name, state in first
    ]
    assert [run for run in moved if run[3] == "Scheduled"] == _ahead(version=2)
    _start_later(import_dir, weeks=-1)


async def _milestones() -> list[tuple[dt.datetime, str, str, str]]:
    """Return (moment in London, key, name, state) of the runs of milestones, in that order."""
    async with get_client() as client:
        tags = FlowRunFilterTags(all_=["milestone", CODE])
        runs = await client.read_flow_runs(flow_run_filter=FlowRunFilter(tags=tags))
    found = [
        (_london(one.expected_start_time), str(one.idempotency_key), one.name, str(one.state_name))
        for one in runs
        if one.expected_start_time is not None
    ]
    return sorted(found)


def _ahead(*, version: int) -> list[tuple[dt.datetime, str, str, str]]:
    """Return the same of the milestones that lie ahead by our own dates."""
    office = open_office(load_settings())
    wanted = projection.ahead(office, CODE, now=dt.datetime.now(dt.UTC))["wanted"]
    office.store.close()
    return sorted(
        (_london(one.at), f"{CODE}/{one.milestone}/{version}", one.name, "Scheduled")
        for one in wanted
    )


def _london(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(ZoneInfo("Europe/London")).replace(tzinfo=None)


def _start_later(import_dir: Path, *, weeks: int) -> None:
    office = open_office(load_settings())
    with office.store.write() as session:
        cohort = gather.cohort_named(session, CODE)
        cohort.starts += dt.timedelta(weeks=weeks)
    office.store.close()


def test_pages_are_published_under_keys_without_anybodys_name(import_dir: Path) -> None:
    run(cohort_timeline, cohort=CODE, milestone="pdp")
    run(report_cohorts, cohort=CODE)
    pages = artifacts()
    keys = {page.key for page in pages}
    of_cohort = ("timeline", "caseload", "mentors", "cases", "deliveries", "next-14-days")
    assert keys >= {*(f"{kind}-2026-10" for kind in of_cohort), "milestone-2026-10-pdp"}
    told = " ".join(f"{page.key} {page.description} {page.data}" for page in pages)
    assert [name for name in ("Ada", "Byron", "@", "riverside") if name in told] == []
