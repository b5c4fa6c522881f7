"""Watching ourselves, as the dashboard tells it: what stands still, and which runs failed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from ats.checks.findings import Alarm
from ats.checks.watch import watch
from ats.errors import AtsError
from ats.office import Office
from ats.outbox.cohort_now import CohortNow
from ats.outbox.notices import ACTION, has_been_staged, stage_notice
from ats.planning.workdays import local_moment
from ats.records import models as m
from ats.reports.timeline import counted
from ats.waking import SENDING


class FailedRun(NamedTuple):
    """A run of a deployment of ours that did not come to its end."""

    deployment: str
    how: str  # "failed" or "crashed"
    at: dt.datetime


def run_watch(
    office: Office, failed: Sequence[FailedRun], *, now: dt.datetime, zone: ZoneInfo
) -> dict[str, Any]:
    """Look what stands still, and ask operations to act, once a day for each cause.

    Returns a run's JSON; `cohorts` are those where an e-mail to operations waits. Without a
    database nobody can be told but by the run itself, which has failed then.
    """
    alarms = [*watch(office, now=now, zone=zone), *_of_runs(failed, zone)]
    errors = [alarm.sentence for alarm in alarms]
    blind = any(alarm.key == "database" for alarm in alarms)
    told = [] if blind else _tell(office, alarms, now=now, zone=zone, errors=errors)
    name = counted(len(alarms), "thing") + (" needs" if len(alarms) == 1 else " need") + " you"
    return {
        "name": name if alarms else "all is well",
        "verdict": "failed" if blind else "warned" if errors else "done",
        "message": "",
        "errors": errors,
        "cohorts": told,
    }


def _of_runs(failed: Sequence[FailedRun], zone: ZoneInfo) -> list[Alarm]:
    """Return one alarm for each deployment of which runs failed, about the last of them."""
    last = {run.deployment: run for run in sorted(failed, key=lambda run: run.at)}
    return [
        Alarm(
            key=f"run-{run.deployment}",
            cause=f"a run of {run.deployment} {run.how}",
            what=f"A run of {run.deployment} {run.how} at {run.at.astimezone(zone):%H:%M}.",
            remedy="Its page on the dashboard says why; the next run does what was left.",
        )
        for _, run in sorted(last.items())
    ]


def _tell(
    office: Office, alarms: Sequence[Alarm], *, now: dt.datetime, zone: ZoneInfo, errors: list[str]
) -> list[str]:
    """Stage what operations have not been told today; return the cohorts where there is some."""
    codes = _sending(office)
    today = local_moment(now.astimezone(zone).date(), dt.time(), zone)
    told = []
    for alarm in alarms if codes else ():
        code = alarm.cohort or codes[0]  # what concerns all of them is told once
        try:
            if _stage(CohortNow(office, code, now), alarm, since=today):
                told.append(code)
        except AtsError as fault:
            errors.append(f"{code}: {fault}")
    return sorted(set(told))


def _sending(office: Office) -> list[str]:
    """Return the cohorts in trial or live, those that are live first."""
    c = m.Cohort
    sending = select(col(c.code)).where(col(c.status).in_(SENDING))
    with office.store.read() as session:
        found = session.execute(sending.order_by(col(c.status) != "live", col(c.code)))
        return list(found.scalars())


def _stage(at: CohortNow, alarm: Alarm, *, since: dt.datetime) -> bool:
    """Ask operations to act on it, unless they were asked since then; say whether mail waits."""
    about = f"watch/{alarm.key}"
    with at.office.store.write() as session:
        cohort = at.cohort(session, locked=True)
        if has_been_staged(session, cohort, about, since=since):
            return False
        may_go = cohort.status != "trial" or "operations" in at.reachable(session, cohort)
        stage_notice(
            session,
            cohort=cohort,
            step=ACTION,
            facts=_facts(alarm),
            now=at.now,
            domain=at.office.letterhead.domain,
            about=about,
            may_go=may_go,
        )
    return may_go


def _facts(alarm: Alarm) -> dict[str, object]:
    return {"cause": alarm.cause, "what": alarm.what, "remedy": alarm.remedy, "details": []}
