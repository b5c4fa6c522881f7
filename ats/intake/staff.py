"""What staff decided, which no file overwrites.

Whoever changes a value by hand writes an audit row whose action is `mend:` and the field, and
whose subject is the ref: `mend:email`, `mend:joined_on`, `mend:status:pdp` (a section's status).
"""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session

from ats.intake.relations import AUDIT, ENROLMENT, PROGRESS, ROLE, TABLES

MEND = "mend:"


class Decisions:
    """Every mend that is in the audit trail."""

    def __init__(self, session: Session) -> None:
        rows = session.connection().execute(
            select(AUDIT.c.subject, AUDIT.c.action).where(AUDIT.c.action.startswith(MEND))
        )
        self._mended = {(str(ref), str(action).removeprefix(MEND)) for ref, action in rows}

    def __bool__(self) -> bool:
        return bool(self._mended)

    def hold(self, ref: str, field: str) -> bool:
        """Tell whether staff set this field of the person or enrolment known by this ref."""
        return (ref, field) in self._mended


def staff_decided(session: Session, entity: str, entity_id: int, field: str) -> bool:
    """Tell whether staff set this value. `entity` is a table name."""
    decisions = Decisions(session)
    if entity == "progress":
        found = session.connection().execute(
            select(PROGRESS.c.section).where(PROGRESS.c.id == entity_id)
        )
        field = f"{field}:{found.scalar_one_or_none()}"
    return any(decisions.hold(ref, field) for ref in refs_of(session, entity, entity_id))


def refs_of(session: Session, entity: str, entity_id: int) -> list[str]:
    """Return the refs by which the owner of a record is known, sorted; none for other records."""
    refs = select(ROLE.c.ref).order_by(ROLE.c.ref)
    if entity == "person":
        query = refs.where(ROLE.c.person_id == entity_id)
    elif entity == "role":
        query = refs.where(ROLE.c.id == entity_id)
    elif entity == "enrolment":
        query = refs.join(ENROLMENT, ENROLMENT.c.role_id == ROLE.c.id)
        query = query.where(ENROLMENT.c.id == entity_id)
    elif entity in ("progress", "mentorship", "overlay"):
        of = TABLES[entity]
        query = refs.join(ENROLMENT, ENROLMENT.c.role_id == ROLE.c.id)
        query = query.join(of, of.c.enrolment_id == ENROLMENT.c.id).where(of.c.id == entity_id)
    else:
        return []
    return list(session.connection().scalars(query))
