"""The rows of the ledger, as `ats ledger` tells them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from ats.records import models as m


def rows(
    session: Session,
    cohorts: Sequence[str] | None,
    *,
    zone: ZoneInfo,
    person: str | None = None,
    step: str | None = None,
) -> list[dict[str, Any]]:
    """Return one document per occurrence reached, in order of due moment and key.

    `cohorts` None: of all of them. `person` narrows to rows about a participant and rows to a
    participant or mentor; `step` to one step or ladder.
    """
    query = _query()
    if cohorts is not None:
        query = query.where(col(m.Cohort.code).in_(cohorts))
    if person is not None:
        query = query.where((col(m.Role.ref) == person) | (col(m.LedgerRow.recipient) == person))
    if step is not None:
        query = query.where(col(m.LedgerRow.step) == step)
    found = session.execute(query)
    return [_document(row, ref, code, rfc_id, zone) for row, ref, code, rfc_id in found]


def _query() -> Select[Any]:
    row, message = m.LedgerRow, aliased(m.Message)
    return (
        select(row, col(m.Role.ref), col(m.Cohort.code), col(message.rfc_id))
        .join(m.Cohort, col(m.Cohort.id) == col(row.cohort_id))
        .outerjoin(m.Enrolment, col(m.Enrolment.id) == col(row.enrolment_id))
        .outerjoin(m.Role, col(m.Role.id) == col(m.Enrolment.role_id))
        .outerjoin(message, col(message.id) == col(row.message_id))
        .order_by(col(row.due_at), col(row.key))
    )


def _document(
    row: m.LedgerRow, ref: str | None, cohort: str, rfc_id: str | None, zone: ZoneInfo
) -> dict[str, Any]:
    def told(moment: dt.datetime | None) -> str | None:
        return moment.astimezone(zone).isoformat() if moment else None

    return {
        "cohort": cohort,
        "person": ref,
        "step": row.step,
        "occurrence": row.occurrence,
        "to": row.recipient,
        "role": row.role,
        "due_at": told(row.due_at),
        "outcome": row.outcome,
        "reason": row.reason,
        "until": told(row.until),
        "message_id": rfc_id,
        "sent_at": told(row.sent_at),
    }
