"""What is vital goes again, once, to somebody whose address works again: what did not arrive.

That is what is essential or urgent and failed, came back, or was not sent since the address failed.
Each gets a row of its own (`ats.planning.again`), planned like any other: what is of no use any
more ends there. Tips, reminders and chasers of the past stay what they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from itertools import groupby

from sqlalchemy import select, update
from sqlmodel import Session, col

from ats.cases.opening import close_cases
from ats.people.dead_addresses import EPISODE, stands_for
from ats.planning.again import AGAIN, original, times
from ats.records import models as m
from ats.records.due import look_again_about

VITAL = ("essential", "urgent")
#: The task for operations that ends as soon as an address works.
TASK = "mentor-unreachable"


def mended(session: Session, person: int, *, now: dt.datetime, by: str) -> list[m.LedgerRow]:
    """Have what is vital go again to somebody who has another address, and return its rows.

    To be called in the transaction of the change, whoever made it. Nothing is done where the
    address before did work, or the new one does not.
    """
    session.flush()
    s = m.Suppression
    theirs = select(s).where(col(s.person_id) == person, col(s.lifted_at).is_(None))
    key = select(col(m.Person.email_key)).where(col(m.Person.id) == person).scalar_subquery()
    session.execute(update(s).where(col(s.email_key) == key).values(replaced_at=None))
    if stands_for(session, person) is not None:
        return []
    former = list(session.execute(theirs.where(col(s.replaced_at).is_(None))).scalars())
    if not former:
        return []
    for one in former:
        one.replaced_at = now
    rows = send_again(session, person, since=min(one.at for one in former), now=now)
    refs = _roles(session, person).values()
    session.add_all(
        m.Audit(at=now, by=by, action="contact-mended", subject=ref, after=told(rows, ref))
        for ref in sorted(refs)
    )
    return rows


def told(rows: Iterable[m.LedgerRow], ref: str) -> dict[str, list[str]]:
    """Return for the audit trail what goes again to a ref."""
    return {"again": [f"{row.step} {row.occurrence}" for row in rows if row.recipient == ref]}


def send_again(
    session: Session, person: int, *, since: dt.datetime, now: dt.datetime
) -> list[m.LedgerRow]:
    """Write a row for each vital item that somebody missed, and close the tasks about the address.

    `since` is when the address failed.
    """
    rows = [_again(row, now) for row in missed(session, person, since) if row.class_ in VITAL]
    session.add_all(rows)
    roles = list(_roles(session, person))
    _close_tasks(session, roles, now=now)
    look_again_about(session, roles)
    session.flush()
    return rows


def missed(session: Session, person: int, since: dt.datetime) -> list[m.LedgerRow]:
    """Return what has not reached somebody since then: of each item its last row, by due moment.

    Nothing of cohorts that are closed.
    """
    row, roles = m.LedgerRow, _roles(session, person)
    own = select(col(m.Enrolment.id)).where(col(m.Enrolment.role_id).in_(roles))
    mentored = select(col(m.Mentorship.enrolment_id)).where(col(m.Mentorship.role_id).in_(roles))
    theirs = (
        select(row)
        .join(m.Cohort, col(m.Cohort.id) == col(row.cohort_id))
        .where(
            col(row.enrolment_id).in_(own.union(mentored)),
            col(row.recipient).in_(roles.values()),
            col(m.Cohort.status) != "closed",
        )
    )
    rows = sorted(session.execute(theirs).scalars(), key=lambda one: (*_item(one), _number(one)))
    last = [list(several)[-1] for _, several in groupby(rows, key=_item)]
    back = _came_back(session, [one.message_id for one in last if one.message_id], since)
    found = [one for one in last if one.message_id in back or _did_not_go(one, since)]
    return sorted(found, key=lambda one: (one.due_at, one.key))


def _item(row: m.LedgerRow) -> tuple[int, str, str, str]:
    return (row.enrolment_id or 0, row.step, original(row.occurrence), row.recipient)


def _number(row: m.LedgerRow) -> int:
    return times(row.occurrence)


def _did_not_go(row: m.LedgerRow, since: dt.datetime) -> bool:
    if row.outcome == "failed":
        return row.decided_at >= since - EPISODE
    return row.reason == "suppressed" and row.decided_at >= since


def _came_back(session: Session, messages: Collection[int], since: dt.datetime) -> set[int]:
    """Return which of these messages came back shortly before the address failed, or since."""
    b = m.Bounce
    found = session.execute(
        select(col(b.message_id)).where(
            col(b.message_id).in_(messages),
            col(b.kind).in_(("soft", "hard")),
            col(b.at) >= since - EPISODE,
        )
    )
    return set(found.scalars())


def _again(row: m.LedgerRow, now: dt.datetime) -> m.LedgerRow:
    occurrence = f"{original(row.occurrence)}{AGAIN}{_number(row) + 1}"
    head = row.key.removesuffix(f"/{row.step}/{row.occurrence}/{row.recipient}")
    return m.LedgerRow(
        key=f"{head}/{row.step}/{occurrence}/{row.recipient}",
        cohort_id=row.cohort_id,
        enrolment_id=row.enrolment_id,
        step=row.step,
        occurrence=occurrence,
        recipient=row.recipient,
        role=row.role,
        class_=row.class_,
        due_at=row.due_at,
        outcome="held",
        reason="window",
        until=now,
        decided_at=now,
    )


def _roles(session: Session, person: int) -> dict[int, str]:
    roles = select(col(m.Role.id), col(m.Role.ref)).where(col(m.Role.person_id) == person)
    return {role: ref for role, ref in session.execute(roles) if role is not None}


def _close_tasks(session: Session, roles: Collection[int], *, now: dt.datetime) -> None:
    mentored = select(col(m.Mentorship.enrolment_id)).where(
        col(m.Mentorship.role_id).in_(roles), col(m.Mentorship.ended_at).is_(None)
    )
    tasks = (col(m.Case.kind) == TASK, col(m.Case.enrolment_id).in_(mentored))
    close_cases(session, *tasks, now=now, because="address mended")
