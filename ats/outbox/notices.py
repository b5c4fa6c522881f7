"""Notices to operations about something that happened, which no step of the programme foresees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats.outbox.stage import insert_message, rfc_id
from ats.records import models as m

TO = "operations"
#: The step and template that asks operations to act.
ACTION = "ops-action-needed"
#: Their bundles begin so; nothing plans a notice anew, hence it is never dissolved to be planned.
BUNDLE = "notice/"
LOOK_AGAIN = dt.timedelta(hours=1)  # while its cohort is paused


def stage_notice(
    session: Session,
    *,
    cohort: m.Cohort,
    step: str,
    facts: Mapping[str, Any],
    now: dt.datetime,
    domain: str,
    about: str = "",
    may_go: bool = True,
) -> None:
    """Queue a message to operations with its ledger row, the next of its step in this cohort.

    `step` is the template; `facts` are its fields, pinned here; `about` is the subject of its
    occurrence. Where mail may not go (a trial without operations on its allow-list) only the row
    is written, as skipped.
    """
    assert cohort.id is not None
    row = m.LedgerRow
    told = select(func.count()).where(col(row.cohort_id) == cohort.id, col(row.step) == step)
    occurrence = "/".join(filter(None, (about, str(session.execute(told).scalar_one() + 1))))
    key = (step, occurrence, TO)
    message = None
    if may_go:
        message = insert_message(
            session,
            {
                "rfc_id": rfc_id(cohort.code, key, now, domain),
                "cohort_id": cohort.id,
                "recipient": TO,
                "role": TO,
                "send_on": now.date(),
                "bundle": f"{BUNDLE}{step}/{occurrence}",
                "class_": "internal",
                "date": now,
                "context": {"facts": dict(facts)},
            },
        )
    session.add(
        m.LedgerRow(
            key=f"{cohort.code}/-/{step}/{occurrence}/{TO}",
            cohort_id=cohort.id,
            step=step,
            occurrence=occurrence,
            recipient=TO,
            role=TO,
            class_="internal",
            due_at=now,
            outcome="queued" if may_go else "skipped",
            reason=None if may_go else "trial",
            decided_at=now,
            message_id=message,
        )
    )
    session.flush()


def unreachable_since_told(session: Session, cohort: m.Cohort, *, now: dt.datetime) -> list[str]:
    """Return whose addresses were refused, or came back, since operations were last asked to act.

    Nobody within a day of that: they are asked once a day at most, then about all of them.
    """
    failed = [*_refused(session, cohort), *_came_back(session, cohort)]
    if not failed:
        return []
    row = m.LedgerRow
    last = session.execute(
        select(func.max(col(row.due_at))).where(
            col(row.cohort_id) == cohort.id,
            col(row.enrolment_id).is_(None),
            col(row.step) == ACTION,
            col(row.outcome) != "failed",
            ~col(row.occurrence).contains("/"),
        )
    ).scalar()
    if last is not None and last > now - dt.timedelta(days=1):
        return []
    return sorted({recipient for recipient, at in failed if last is None or at > last})


def _refused(session: Session, cohort: m.Cohort) -> Iterator[tuple[str, dt.datetime]]:
    row = m.LedgerRow
    found = session.execute(
        select(col(row.recipient), func.max(col(row.decided_at)))
        .where(
            col(row.cohort_id) == cohort.id, col(row.outcome) == "failed", col(row.recipient) != TO
        )
        .group_by(col(row.recipient))
    )
    return ((recipient, at) for recipient, at in found)


def _came_back(session: Session, cohort: m.Cohort) -> Iterator[tuple[str, dt.datetime]]:
    """Yield whose mail came back from the address that they still have."""
    msg, s = m.Message, m.Suppression
    found = session.execute(
        select(col(msg.recipient), col(s.at))
        .join(s, col(s.message_id) == col(msg.id))
        .join(m.Role, col(m.Role.ref) == col(msg.recipient))
        .join(m.Person, col(m.Person.id) == col(m.Role.person_id))
        .where(
            col(msg.cohort_id) == cohort.id,
            col(s.reason) == "bounced",
            col(s.lifted_at).is_(None),
            col(s.email_key) == col(m.Person.email_key),
        )
    )
    return ((recipient, at) for recipient, at in found)
