"""What the owners of cases are told once a day: new, due and closed, by ref and first name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from ats.people.contacts import contacts
from ats.planning.workdays import Workdays
from ats.records import models as m

DUE_AFTER = 5  # working days after its opening a case is due to be decided


def digest(
    session: Session,
    *,
    cohort: m.Cohort,
    owner: str,
    since: dt.datetime,
    until: dt.datetime,
    workdays: Workdays,
    titles: Mapping[str, str],
) -> dict[str, Any] | None:
    """Return the lines of one owner's digest over [since, until), or None when there are none.

    A case is due on the fifth working day after it was opened. `releases` are e-mails that wait
    for the PXM's word.
    """
    cases = _cases(session, cohort, owner)
    new = [c for c in cases if since <= c.opened_at < until and c.state != "closed"]
    closed = [
        c for c in cases if c.closed_at and since <= c.closed_at < until and c.opened_at < since
    ]
    due = [c for c in cases if c.state == "open" and _is_due(c, since, until, workdays)]
    releases = _releases(session, cohort, since, until) if owner == "pxm" else []
    if not (new or due or closed or releases):
        return None
    refs = _refs(session, cohort)
    known = contacts(session, refs.values())
    signals = _signals(session, [*new, *due, *closed])

    def line(case: m.Case) -> dict[str, Any]:
        ref = refs[case.enrolment_id]
        return {
            "id": case.id,
            "ref": ref,
            "given_name": known[ref].given_name,
            "kind": case.kind,
            "title": titles.get(case.kind, case.kind),
            "opened_on": case.opened_at.date().isoformat(),
            "signal": signals.get(case.id or 0, ""),
        }

    return {
        "cases_new": [line(c) for c in new],
        "cases_due": [line(c) for c in due],
        "cases_closed": [line(c) for c in closed],
        "releases": [
            {
                "id": row.id,
                "ref": refs[row.enrolment_id or 0],
                "given_name": known[refs[row.enrolment_id or 0]].given_name,
                "kind": row.step,
                "title": f"the e-mail {row.step}",
                "opened_on": row.due_at.date().isoformat(),
                "signal": "",
            }
            for row in releases
        ],
    }


def _cases(session: Session, cohort: m.Cohort, owner: str) -> list[m.Case]:
    return list(
        session.execute(
            select(m.Case)
            .where(col(m.Case.cohort_id) == cohort.id, col(m.Case.owner) == owner)
            .order_by(col(m.Case.id))
        ).scalars()
    )


def _is_due(case: m.Case, since: dt.datetime, until: dt.datetime, workdays: Workdays) -> bool:
    day = workdays.shift(case.opened_at.date(), DUE_AFTER, away_counts=True)
    return since.date() < day <= until.date()


def _releases(
    session: Session, cohort: m.Cohort, since: dt.datetime, until: dt.datetime
) -> list[m.LedgerRow]:
    row = m.LedgerRow
    return list(
        session.execute(
            select(row)
            .where(
                col(row.cohort_id) == cohort.id,
                col(row.outcome) == "held",
                col(row.reason) == "release",
                col(row.decided_at) >= since,
                col(row.decided_at) < until,
            )
            .order_by(col(row.key))
        ).scalars()
    )


def _refs(session: Session, cohort: m.Cohort) -> dict[int, str]:
    rows = session.execute(
        select(col(m.Enrolment.id), col(m.Role.ref))
        .join(m.Role, col(m.Role.id) == col(m.Enrolment.role_id))
        .where(col(m.Enrolment.cohort_id) == cohort.id)
    )
    return {row.id: row.ref for row in rows}


def _signals(session: Session, cases: list[m.Case]) -> dict[int, str]:
    rows = session.execute(
        select(col(m.CaseSignal.case_id), col(m.CaseSignal.signal))
        .where(col(m.CaseSignal.case_id).in_([case.id for case in cases]))
        .order_by(col(m.CaseSignal.id))
    )
    found: dict[int, str] = {}
    for case_id, signal in rows:
        found.setdefault(case_id, signal)
    return found
