"""Publishing of calendars, as the dashboard tells it: codes and counts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from ats import unexpected
from ats.engine import working_cohorts
from ats.errors import AtsError
from ats.feeds.publishing import Published, publish
from ats.office import Office
from ats.reports.timeline import counted


def run_publish(office: Office, folder: Path, cohort: str, *, now: dt.datetime) -> dict[str, Any]:
    """Publish what has changed, cohort by cohort ('' for all in trial or live); as a run's JSON.

    What goes wrong in one cohort does not stop the others. Without links there is nothing to
    publish. Raises NotFound for an unknown cohort.
    """
    code = cohort.strip()
    codes = working_cohorts(office, [code] if code else None)
    if office.links is None:
        message = "Set ATS_PUBLIC_URL and ATS_SECRET_KEY, and calendars are published."
        return _run("no address for calendars", "done", message)
    lines, errors, done = [], [], Published()
    for one in codes:
        try:
            published = publish(office, folder, [one], now=now)
        except AtsError as fault:
            errors.append(f"{one}: {fault}")
        except Exception as fault:  # noqa: BLE001 (rule 14: one cohort never stops the others)
            errors.append(f"{one}: {unexpected.told(fault)}")
        else:
            done += published
            lines.append(f"{one} · {_line(published)}")
    if errors:
        lines.append(f"{counted(len(errors), 'cohort')} stopped")
    verdict = "done" if not errors else "warned" if done.feeds else "failed"
    counts = {"feeds": done.feeds, "written": done.written, "removed": done.removed}
    name = " | ".join(lines) or "no cohort in trial or live"
    return {**_run(name, verdict, f"This run: {_line(done)}."), "errors": errors, "counts": counts}


def _line(published: Published) -> str:
    said = f"{counted(published.feeds, 'calendar')}, {published.written} written"
    return f"{said}, {published.removed} taken away" if published.removed else said


def _run(name: str, verdict: str, message: str) -> dict[str, Any]:
    return {"name": name, "verdict": verdict, "message": message, "errors": []}
