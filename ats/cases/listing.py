"""The cases of cohorts, as `ats case list` tells them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from ats.records import models as m


def cases(
    session: Session,
    cohorts: Sequence[str],
    *,
    zone: ZoneInfo,
    person: str | None = None,
    state: str | None = None,
) -> list[dict[str, Any]]:
    """Return the cases of these cohorts, oldest first; of one participant or in one state only."""
    case = m.Case
    query = (
        select(case, col(m.Role.ref), col(m.Cohort.code))
        .join(m.Enrolment, col(m.Enrolment.id) == col(case.enrolment_id))
        .join(m.Role, col(m.Role.id) == col(m.Enrolment.role_id))
        .join(m.Cohort, col(m.Cohort.id) == col(case.cohort_id))
        .where(col(m.Cohort.code).in_(cohorts))
        .order_by(col(case.opened_at), col(case.id))
    )
    if person is not None:
        query = query.where(col(m.Role.ref) == person)
    if state is not None:
        query = query.where(col(case.state) == state)
    found = session.execute(query).all()
    signals = _signals(session, [one.id for one, *_ in found])
    agreed = adjustments(session, [one.enrolment_id for one, *_ in found])
    return [
        {
            "id": one.id,
            "cohort": code,
            "person": ref,
            "kind": one.kind,
            "state": one.state,
            "opened_at": one.opened_at.astimezone(zone).isoformat(),
            "closed_at": one.closed_at.astimezone(zone).isoformat() if one.closed_at else None,
            "closed_because": one.closed_because,
            "owner": one.owner,
            "signals": signals[one.id],
            "adjustments": agreed.get(one.enrolment_id, []),
        }
        for one, ref, code in found
    ]


def adjustments(session: Session, enrolments: Sequence[int]) -> dict[int, list[str]]:
    """Return by enrolment what was agreed about how somebody is reached; never why."""
    o = m.Overlay
    standing = (
        select(col(o.enrolment_id), col(o.adjustment))
        .where(
            col(o.enrolment_id).in_(set(enrolments)),
            col(o.kind) == "adjustment",
            col(o.revoked_at).is_(None),
        )
        .order_by(col(o.adjustment))
    )
    found: dict[int, list[str]] = defaultdict(list)
    for enrolment, adjustment in session.execute(standing):
        found[enrolment].append(str(adjustment))
    return found


def _signals(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    signal = m.CaseSignal
    for case_id, text in session.execute(
        select(col(signal.case_id), col(signal.signal))
        .where(col(signal.case_id).in_(ids))
        .order_by(col(signal.id))
    ):
        found[case_id].append(text)
    return found
