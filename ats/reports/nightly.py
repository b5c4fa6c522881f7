"""What runs beside the year, as the dashboard tells it: bounces, and the nightly check."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ats import unexpected
from ats.checks.findings import Report
from ats.engine import working_cohorts
from ats.errors import AtsError, DatabaseFault
from ats.office import Office
from ats.outbox import leases
from ats.outbox.bounce_mailbox import open_mailbox
from ats.outbox.bounces import BounceReader
from ats.reconcile import reconcile, sweep_journals
from ats.reports.markdown import bullets, plain
from ats.reports.rounds import busy, refused
from ats.reports.timeline import artifact_key

_NO_MAILBOX = "ATS_BOUNCE_MAILBOX is not set, so nobody reads what comes back; set it."
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
        return _done("no mailbox for bounces", _NO_MAILBOX)
    if office.bounces is None:
        return refused(["ATS_SECRET_KEY is not set, so no bounce names its message; set it."])
    reader = BounceReader(office.store, office.bounces, now)
    with leases.lease(office.store, "bounces") as ours:
        if not ours:
            return busy()
        with open_mailbox(mailbox) as opened:
            counts = reader.read_all(opened)
    said = [f"{counts[kind]} {words}" for kind, words in _KINDS.items() if counts[kind]]
    return {
        **_done(", ".join(said) or "nothing came back", ""),
        "verdict": "warned" if reader.faults else "done",
        "errors": reader.faults,
        "counts": {kind: counts[kind] for kind in (*_KINDS, "suppressed", "known")},
    }


def run_reconcile(office: Office, cohort: str, *, now: dt.datetime) -> dict[str, Any]:
    """Check the cohorts ('' for all in trial or live), one after the other; as a run's JSON.

    `cohorts` are those where something is off: an e-mail to operations waits there; `pages` and
    `checked` say of each cohort what was looked at. A run that a fault stopped is named after it.
    Raises NotFound for an unknown cohort.
    """
    try:
        codes = working_cohorts(office, [cohort] if cohort else None)
    except DatabaseFault as fault:
        return refused([str(fault)]) | {"name": _short(str(fault))}
    reports, errors, lines = [], [], []
    for code in codes:
        try:
            report = reconcile(office, code, now=now)
        except AtsError as fault:
            told = str(fault)
        except Exception as fault:  # noqa: BLE001 (rule 14: one cohort never stops the others)
            told = unexpected.told(fault)
        else:
            reports.append(report)
            lines.append(f"{code} · {report.line}")
            continue
        errors.append(f"{code}: {told}")
        lines.append(f"{code} · {_short(told)}")
    try:
        sweep_journals(office)
    except DatabaseFault as fault:
        errors.append(str(fault))
    errors += [f"{one.code}: {found.sentence}" for one in reports for found in one.findings]
    return {
        "name": " | ".join(lines) or "no cohort in trial or live",
        "verdict": "warned" if errors else "done",
        "message": "",
        "errors": errors,
        "cohorts": [one.code for one in reports if one.findings],
        "pages": [_page(one) for one in reports],
        "checked": [
            {
                "code": one.code,
                "people": one.people,
                "rows": one.rows,
                "findings": [found.sentence for found in one.findings],
            }
            for one in reports
        ],
    }


def _short(fault: str) -> str:
    """Return what a fault is called in the name of a run: its sentence without the remedy."""
    return fault.partition(";")[0]


def _page(report: Report) -> dict[str, str]:
    """Return the page of the nightly check of one cohort, as the values that are published."""
    found = bullets(plain(one.sentence) for one in report.findings)
    return {
        "key": artifact_key("records", report.code),
        "description": f"Cohort {report.code}: do the records add up? {report.line}",
        "markdown": f"# Nightly check of {plain(report.code)}\n\n{report.line}\n\n"
        + (found or "Every message has its row, and everything planned is accounted for."),
    }


def _done(name: str, message: str) -> dict[str, Any]:
    return {"name": name, "verdict": "done", "message": message, "errors": []}
