"""What a mentor says of the register of mentors by their own link: that they join, or leave it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, select
from sqlmodel import Session, col

from ats.people.contacts import contacts
from ats.records import models as m
from ats.records.due import look_again_about

#: Who the audit trail says it was.
BY = "the mentor, by link"
LONGEST_SUBJECT = 80
CAPACITIES = (1, 2, 3, 4, 5)
TOPIC = "register"

Entry = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class OnTheRegister:
    """How a mentor stands to the register: on it, no longer, or not yet."""

    ref: str
    full_name: str
    status: Literal["on", "left", "not-on"]
    subject: str = ""
    capacity: int = 1
    since: dt.datetime | None = None
    may_be_asked: bool = False  # they agreed to be asked, and were not told otherwise since


def on_the_register(session: Session, ref: str) -> OnTheRegister | None:
    """Return how this mentor stands; None for whom we do not write to. Writes nothing."""
    role = _mentor(session, ref)
    if role is None:
        return None
    entry = session.get(m.RegisterMentor, role.id)
    name = contacts(session, [role.ref])[role.ref].full_name
    welcomed = _welcomed(session, role) is not None
    if entry is None:
        return OnTheRegister(role.ref, name, "not-on", may_be_asked=welcomed)
    return OnTheRegister(
        role.ref,
        name,
        "on" if entry.left_at is None else "left",
        entry.subject,
        entry.capacity,
        entry.joined_at,
        welcomed,
    )


def join(session: Session, ref: str, *, subject: str, capacity: int, now: dt.datetime) -> None:
    """Put this mentor on the register, or change what stands there. The caller commits it.

    What stands there already is no change. Raises ValueError for a subject or capacity that no
    form of ours sends.
    """
    subject = " ".join(subject.split())
    if not 0 < len(subject) <= LONGEST_SUBJECT or capacity not in CAPACITIES:
        raise ValueError("a subject of 1 to 80 letters and a capacity of 1 to 5 are needed")
    role = _mentor(session, ref, locked=True)
    if role is None or role.id is None:
        return
    entry = session.get(m.RegisterMentor, role.id)
    after: Entry = {"subject": subject, "capacity": capacity}
    before = _told(entry)
    if before == after:
        return
    if entry is None:
        entry = m.RegisterMentor(role_id=role.id, subject=subject, capacity=capacity, joined_at=now)
        session.add(entry)
    elif entry.left_at is not None:
        entry.joined_at, entry.left_at = now, None
    entry.subject, entry.capacity = subject, capacity
    action = "register-join" if before is None else "register-change"
    _record(session, role, action, before, after, now=now)


def leave(session: Session, ref: str, *, now: dt.datetime) -> None:
    """Take this mentor off the register, and ask them about it no more. The caller commits it."""
    role = _mentor(session, ref, locked=True)
    if role is None:
        return
    entry, welcomed = session.get(m.RegisterMentor, role.id), _welcomed(session, role)
    before = _told(entry)
    if before is None and welcomed is None:
        return
    if entry is not None and before is not None:
        entry.left_at = now
    topic = (col(m.Welcomed.role_id) == role.id) & (col(m.Welcomed.topic) == TOPIC)
    session.execute(delete(m.Welcomed).where(topic))
    action = "register-leave" if before is not None else "register-unwelcome"
    _record(session, role, action, before, None, now=now)


def _told(entry: m.RegisterMentor | None) -> Entry | None:
    if entry is None or entry.left_at is not None:
        return None
    return {"subject": entry.subject, "capacity": entry.capacity}


def _mentor(session: Session, ref: str, *, locked: bool = False) -> m.Role | None:
    mine = select(m.Role).where(
        col(m.Role.ref) == ref, col(m.Role.kind) == "mentor", col(m.Role.silenced_at).is_(None)
    )
    role: m.Role | None = session.execute(mine.with_for_update() if locked else mine).scalar()
    return role


def _welcomed(session: Session, role: m.Role) -> m.Welcomed | None:
    w = m.Welcomed
    mine = select(w).where(col(w.role_id) == role.id, col(w.topic) == TOPIC)
    found: m.Welcomed | None = session.execute(mine).scalar()
    return found


def _record(
    session: Session,
    role: m.Role,
    action: str,
    before: Entry | None,
    after: Entry | None,
    *,
    now: dt.datetime,
) -> None:
    session.add(m.Audit(at=now, by=BY, action=action, subject=role.ref, before=before, after=after))
    if role.id is not None:
        look_again_about(session, [role.id])
    session.flush()
