"""What the PXM is told of e-mails that waited for release in vain."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from ats.people.contacts import contacts
from ats.planning.timeline import Timeline
from ats.records import models as m


def lapsed(
    session: Session, timeline: Timeline, since: dt.datetime, until: dt.datetime
) -> list[dict[str, Any]]:
    """Return a line for each e-mail whose time for release ended in [since, until), by ref."""
    steps = {rule.step for rule in timeline.rules if rule.release}
    row = m.LedgerRow
    found = session.execute(
        select(col(m.Role.ref), col(row.step), col(row.decided_at))
        .join(m.Enrolment, col(m.Enrolment.id) == col(row.enrolment_id))
        .join(m.Role, col(m.Role.id) == col(m.Enrolment.role_id))
        .where(
            col(row.cohort_id) == timeline.cohort.id,
            col(row.step).in_(steps),
            col(row.outcome) == "expired",
            col(row.decided_at) >= since,
            col(row.decided_at) < until,
        )
        .order_by(col(m.Role.ref), col(row.step))
    ).all()
    known = contacts(session, {ref for ref, _, _ in found})
    return [
        {
            "ref": ref,
            "given_name": known[ref].given_name,
            "title": f"the e-mail {step}",
            "ended_on": timeline.local_date(ended).isoformat(),
        }
        for ref, step, ended in found
    ]
