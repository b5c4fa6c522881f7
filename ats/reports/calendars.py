"""Publishing of calendars, as the dashboard and the command tell it: codes, refs and counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ats import unexpected
from ats.engine import working_cohorts
from ats.errors import AtsError
from ats.feeds.folder import FolderUnusable
from ats.feeds.published import Published
from ats.feeds.publishing import Publisher
from ats.office import Office
from ats.reports.timeline import counted


@dataclass(frozen=True, slots=True)
class CalendarsNow:
    """How the folder of calendars stands: feeds, those out of date, files of nobody's, faults."""

    feeds: int
    stale: int
    foreign: int
    faults: tuple[str, ...]


def run_publish(office: Office, folder: Path, cohort: str, *, now: dt.datetime) -> dict[str, Any]:
    """Publish what has changed, cohort by cohort ('' for all that are not closed); as a run's JSON.

    What goes wrong for one cohort or person does not stop the others; where the folder cannot be
    used at all, that is said once. Without links there is nothing to publish. Raises NotFound for
    an unknown cohort.
    """
    codes = _published_cohorts(office, cohort)
    if office.links is None:
        message = "Set ATS_PUBLIC_URL and ATS_SECRET_KEY, and calendars are published."
        return _run("no address for calendars", "done", message)
    lines: list[str] = []
    errors: list[str] = []
    done = Published()
    try:
        publisher = Publisher(office, folder, now=now)
        for code in codes:
            published, fault = _publish(publisher, code)
            if published is None:
                errors.append(f"{code}: {fault}")
            else:
                done += published
                lines.append(f"{code} · {_line(published)}")
        done += publisher.sweep()
    except AtsError as fault_of_all:
        errors.append(str(fault_of_all))
    if missing := len(codes) - len(lines):
        lines.append(f"calendars of {counted(missing, 'cohort')} not published")
    errors += done.errors
    verdict = "done" if not errors else "warned" if done.feeds else "failed"
    counts = {"feeds": done.feeds, "written": done.written, "removed": done.removed}
    name = " | ".join(lines) or "no cohort in trial, live or paused"
    return {**_run(name, verdict, f"This run: {_line(done)}."), "errors": errors, "counts": counts}


def calendars_now(office: Office, folder: Path, *, now: dt.datetime) -> CalendarsNow:
    """Return how the calendars of all cohorts that are not closed stand. Writes nothing.

    Raises Refused without links, FolderUnusable and DatabaseFault.
    """
    publisher = Publisher(office, folder, now=now)
    feeds = stale = 0
    faults: list[str] = []
    for code in _published_cohorts(office, ""):
        look = publisher.look(code)
        feeds, stale = feeds + look.feeds, stale + len(look.stale)
        faults += look.faults
    return CalendarsNow(feeds, stale, publisher.foreign(), tuple(faults))


def _published_cohorts(office: Office, cohort: str) -> list[str]:
    code = cohort.strip()
    return working_cohorts(office, [code] if code else None, paused=True)


def _publish(publisher: Publisher, code: str) -> tuple[Published | None, str]:
    """Return what was published for a cohort, or why nothing could be."""
    try:
        return publisher.cohort(code), ""
    except FolderUnusable:
        raise
    except AtsError as fault:
        return None, str(fault)
    except Exception as fault:  # noqa: BLE001 (rule 14: one cohort never stops the others)
        return None, unexpected.told(fault)


def _line(published: Published) -> str:
    said = f"{counted(published.feeds, 'calendar')}, {published.written} written"
    if published.removed:
        said += f", {published.removed} taken away"
    failed = len(published.faults)
    return f"{said}, {failed} not published" if failed else said


def _run(name: str, verdict: str, message: str) -> dict[str, Any]:
    return {"name": name, "verdict": verdict, "message": message, "errors": []}
