"""What runs beside the year, as the dashboard tells it: bounces, and the nightly check."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ats import unexpected
from ats.engine import working_cohorts
from ats.errors import AtsError
from ats.office import Office
from ats.outbox.bounce_mailbox import open_mailbox
from ats.outbox.bounces import BounceReader
from ats.reconcile import Report, reconcile
from ats.reports.rounds import refused

_KINDS = {
    "hard": "addresses do not work",
    "soft": "put off",
    "delayed": "delayed",
    "delivered": "delivered after all",
    "reply": "replies",
    "other": "not about our mail",
}


def read_bounces(office: Office, mailbox: str | None, *, now: dt.datetime) -> dict[str, Any]:
    """Read what came back; return counts by kind as the JSON of a run.

    Without a mailbox there is nothing to read; without a key nobody can tell what it is about.
    """
    if mailbox is None:
        return _done("no mailbox for bounces", "ATS_BOUNCE_MAILBOX is not set: nobody reads them.")
    if office.bounces is None:
        return refused(["ATS_SECRET_KEY is not set, so no bounce names its message; set it."])
    reader = BounceReader(office.store, office.bounces, now)
    with open_mailbox(mailbox) as opened:
        counts = reader.read_all(opened)
    said = [f"{counts[kind]} {words}" for kind, words in _KINDS.items() if counts[kind]]
    return {
        **_done(", ".join(said) or "nothing came back", ""),
        "counts": {kind: counts[kind] for kind in (*_KINDS, "suppressed", "known")},
    }


def run_reconcile(office: Office, cohort: str, *, now: dt.datetime) -> dict[str, Any]:
    """Check the cohorts ('' for all in trial or live), one after the other; as a run's JSON.

    Raises NotFound for an unknown cohort.
    """
    reports, errors = [], []
    for code in working_cohorts(office, [cohort] if cohort else None):
        try:
            reports.append(reconcile(office, code, now=now))
        except AtsError as fault:
            errors.append(f"{code}: {fault}")
        except Exception as fault:  # noqa: BLE001 (rule 14: one cohort never stops the others)
            errors.append(f"{code}: {unexpected.told(fault)}")
    errors += [f"{one.code}: {sentence}" for one in reports for sentence in _sentences(one)]
    name = " | ".join(f"{one.code} · {one.line}" for one in reports)
    return {
        "name": name or "no cohort in trial or live",
        "verdict": "warned" if errors else "done",
        "message": "",
        "errors": errors,
        "cohorts": [one.code for one in reports],
    }


def _sentences(report: Report) -> list[str]:
    return [f"{one.what} ({', '.join(one.about)}) {one.remedy}" for one in report.findings]


def _done(name: str, message: str) -> dict[str, Any]:
    return {"name": name, "verdict": "done", "message": message, "errors": []}
