"""Notes: what staff wrote down about a participant. Staff read them, and nobody else."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import Refused
from ats.people.enrolled import Enrolled, standing
from ats.records import models as m
from ats.records.store import Store

LONGEST = 2000
Kind = Literal["call", "note"]


def take_note(
    store: Store, ref: str, text: str, kind: Kind, *, now: dt.datetime, by: str
) -> m.Note:
    """Write a note about a participant down. Raises NotFound, and as `write_down`."""
    with store.write() as session:
        return write_down(session, standing(session, ref), text, kind, now=now, by=by)


def write_down(
    session: Session,
    whose: Enrolled,
    text: str,
    kind: Kind,
    *,
    now: dt.datetime,
    by: str,
    case: int | None = None,
) -> m.Note:
    """Write a note down, perhaps about a case. Raises Refused for one that is empty or too long."""
    text = text.strip()
    if not text:
        raise Refused("The note is empty; write what is to be remembered.")
    if len(text) > LONGEST:
        raise Refused(f"The note has {len(text)} signs; {LONGEST} are the most.")
    assert whose.enrolment.id is not None
    note = m.Note(
        enrolment_id=whose.enrolment.id, case_id=case, kind=kind, at=now, by=by, text=text
    )
    session.add(note)
    session.flush()
    session.add(
        m.Audit(
            at=now,
            by=by,
            action=kind,
            cohort_id=whose.cohort.id,
            subject=whose.ref,
            after={"note": note.id, "case": case},  # its text stands in one place
        )
    )
    session.flush()
    session.refresh(note)
    session.expunge(note)
    return note


def notes(session: Session, enrolment_id: int) -> list[m.Note]:
    """Return the notes about an enrolment, oldest first."""
    mine = select(m.Note).where(col(m.Note.enrolment_id) == enrolment_id)
    found = session.execute(mine.order_by(col(m.Note.at), col(m.Note.id))).scalars()
    return list(found)


def told(note: m.Note, zone: ZoneInfo) -> dict[str, Any]:
    """Return a note as JSON tells it."""
    at = note.at.astimezone(zone).isoformat()
    return {
        "id": note.id,
        "case": note.case_id,
        "kind": note.kind,
        "at": at,
        "by": note.by,
        "text": note.text,
    }
