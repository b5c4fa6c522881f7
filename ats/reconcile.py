"""Reconciling, every night: does what the records say add up? Reports what is off, and mends
only caches.

Nothing here decides about mail: a stuck lease is freed by the next tick, a missing row is
written by it. What is found is a fault of ours, and a person hears of it.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlmodel import col

from ats.checks.findings import Report
from ats.checks.planned import Planned
from ats.checks.records import records
from ats.office import Office
from ats.outbox.cohort_now import CohortNow
from ats.outbox.notices import ACTION, has_been_staged, stage_notice
from ats.outbox.recovery import spent_journals
from ats.records import models as m

#: While nothing else is found, operations are not told again of the same for so long.
ONCE_IN = dt.timedelta(days=7)


def reconcile(office: Office, code: str, *, now: dt.datetime) -> Report:
    """Check one cohort, set `next_due_at` right, and ask operations to act if anything is off."""
    at, report = CohortNow(office, code, now), Report(code)
    with office.store.snapshot() as session:
        cohort = at.cohort(session)
        counted = select(func.count()).where(col(m.LedgerRow.cohort_id) == cohort.id)
        report.rows = session.execute(counted).scalar_one()
        report.add(records(session, cohort))
    report.add(Planned(at, report).findings())
    if report.findings:
        _tell(at, report)
    return report


def sweep_journals(office: Office) -> int:
    """Remove the journals of workers that have ended and left nothing to settle; return how many.

    Such a worker was killed after all that it had done was recorded.
    """
    if office.journals is None:
        return 0
    with office.store.read() as session:
        spent = spent_journals(session, office.journals)
    for journal in spent:
        journal.unlink(missing_ok=True)
    return len(spent)


def _tell(at: CohortNow, report: Report) -> None:
    """Ask operations to act, unless they were told of exactly this a short while ago."""
    about = f"records/{report.digest}"
    with at.office.store.write() as session:
        cohort = at.cohort(session, locked=True)
        if has_been_staged(session, cohort, about, since=at.now - ONCE_IN):
            return
        stage_notice(
            session,
            cohort=cohort,
            step=ACTION,
            facts=_facts(report),
            now=at.now,
            domain=at.office.letterhead.domain,
            about=about,
            may_go=cohort.status != "trial" or "operations" in at.reachable(session, cohort),
        )


def _facts(report: Report) -> dict[str, object]:
    return {
        "cause": "the nightly check found something",
        "what": f"The records do not add up ({report.line}).",
        "remedy": "Do what the list says of each; what is not mended is found again.",
        "details": [finding.sentence for finding in report.findings],
    }
