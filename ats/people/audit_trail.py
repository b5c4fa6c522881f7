"""The audit trail: who did what, when, before and after, and why.

A restricted reason is told only to who asks for it, and that is a line of the trail itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session, col

from ats.intake.imports import IMPORTED
from ats.intake.undone import UNDONE
from ats.office import Office
from ats.people.enrolled import known
from ats.records import gather
from ats.records import models as m
from config.reasons import RESTRICTED

SHOWN = "audit-restricted-shown"


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the trail somebody wants to see: the newest `limit` lines of these."""

    person: str | None = None
    cohort: str | None = None
    since: dt.datetime | None = None
    limit: int | None = None


def audit_trail(office: Office, asked: Asked, *, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return the lines, oldest first, without restricted reasons. Raises NotFound."""
    with office.store.read() as session:
        return [_told(*line, zone=zone) for line in _lines(session, asked)]


def whole_audit_trail(
    office: Office, asked: Asked, *, now: dt.datetime, by: str, zone: ZoneInfo
) -> list[dict[str, Any]]:
    """Return the lines with their restricted reasons, and record that these were shown to whom.

    Raises NotFound.
    """
    with office.store.write() as session:
        lines = [_told(*line, zone=zone, whole=True) for line in _lines(session, asked)]
        cohort = gather.cohort_named(session, asked.cohort) if asked.cohort else None
        session.add(
            m.Audit(
                at=now,
                by=by,
                action=SHOWN,
                cohort_id=cohort.id if cohort else None,
                subject=known(session, asked.person).ref if asked.person else None,
                after={"lines": len(lines)},
            )
        )
        return lines


def _lines(session: Session, asked: Asked) -> list[tuple[m.Audit, str | None]]:
    query = select(m.Audit, col(m.Cohort.code)).outerjoin(
        m.Cohort, col(m.Cohort.id) == col(m.Audit.cohort_id)
    )
    if asked.person is not None:
        query = query.where(_about(session, asked.person))
    if asked.cohort is not None:
        query = query.where(col(m.Audit.cohort_id) == gather.cohort_named(session, asked.cohort).id)
    if asked.since is not None:
        query = query.where(col(m.Audit.at) >= asked.since)
    newest = query.order_by(col(m.Audit.at).desc(), col(m.Audit.id).desc()).limit(asked.limit)
    return list(reversed(session.execute(newest).tuples().all()))


def _about(session: Session, ref: str) -> ColumnElement[bool]:
    """Return what selects the lines about somebody, by any ref of theirs, and of imports."""
    person = known(session, ref).person_id
    refs = select(col(m.Role.ref)).where(col(m.Role.person_id) == person)
    imports = _imports(session, person)
    files = select(col(m.Audit.id), col(m.Audit.after)).where(
        col(m.Audit.action).in_([*IMPORTED.values(), UNDONE])
    )
    lines = [id_ for id_, after in session.execute(files) if _import_of(after) in imports]
    return or_(col(m.Audit.subject).in_(refs), col(m.Audit.id).in_(lines))


def _imports(session: Session, person: int) -> set[int]:
    """Return the imports that made or changed a record of this person."""
    roles = select(col(m.Role.id)).where(col(m.Role.person_id) == person)
    mine = select(col(m.Enrolment.id)).where(col(m.Enrolment.role_id).in_(roles))
    records: Sequence[tuple[str, Any]] = (
        ("person", [person]),
        ("role", roles),
        ("enrolment", mine),
        ("progress", select(col(m.Progress.id)).where(col(m.Progress.enrolment_id).in_(mine))),
        (
            "mentorship",
            select(col(m.Mentorship.id)).where(
                or_(col(m.Mentorship.enrolment_id).in_(mine), col(m.Mentorship.role_id).in_(roles))
            ),
        ),
    )
    change = m.ImportChange
    theirs = or_(
        *((col(change.entity) == name) & col(change.entity_id).in_(ids) for name, ids in records)
    )
    return set(session.execute(select(col(change.import_id)).where(theirs).distinct()).scalars())


def _import_of(after: object) -> object:
    return after.get("import") if isinstance(after, dict) else None


def _told(
    line: m.Audit, cohort: str | None, *, zone: ZoneInfo, whole: bool = False
) -> dict[str, Any]:
    return {
        "at": line.at.astimezone(zone).isoformat(),
        "by": line.by,
        "action": line.action,
        "cohort": cohort,
        "subject": line.subject,
        "before": line.before,
        "after": line.after,
        "reason": RESTRICTED if line.restricted and line.reason and not whole else line.reason,
        "restricted": line.restricted,
    }
