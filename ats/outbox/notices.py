"""Notices to operations about something that happened, which no step of the programme foresees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlmodel import Session, col

from ats.outbox.stage import insert_message, rfc_id
from ats.records import models as m
from ats.records.queries import SUPPRESSION_STANDS

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


def has_been_staged(
    session: Session, cohort: m.Cohort, about: str, *, since: dt.datetime | None = None
) -> bool:
    """Say whether operations were asked to act about this (*since* then), and it did not fail."""
    row = m.LedgerRow
    asked = select(col(row.id)).where(
        col(row.cohort_id) == cohort.id,
        col(row.step) == ACTION,
        col(row.occurrence).startswith(f"{about}/"),
        col(row.outcome) != "failed",
    )
    if since is not None:
        asked = asked.where(col(row.due_at) > since)
    return session.execute(asked.limit(1)).first() is not None


def unreachable_since_told(session: Session, cohort: m.Cohort, *, now: dt.datetime) -> list[str]:
    """Return whose addresses were refused, or came back, since operations were last asked to act.

    Nobody within a day of that: they are asked once a day at most, then about all of them.
    """
    failed = [*_refused(session, cohort), *_came_back(session, cohort)]
    if not failed:
        return []
    row = m.LedgerRow
    last = session.execute(
        select(func.max(col(row.due_at))).where(col(row.cohort_id) == cohort.id, *_TOLD)
    ).scalar()
    if last is not None and not _may_be_told_again(last, now):
        return []
    return sorted({recipient for recipient, at in failed if last is None or at > last})


def _refused(session: Session, cohort: m.Cohort) -> Iterable[Row[tuple[str, dt.datetime]]]:
    row = m.LedgerRow
    return session.execute(
        select(col(row.recipient), func.max(col(row.decided_at)))
        .where(col(row.cohort_id) == cohort.id, *_REFUSED)
        .group_by(col(row.recipient))
    )


def _came_back(session: Session, cohort: m.Cohort) -> Iterable[Row[tuple[str, dt.datetime]]]:
    found = _bounced(col(m.Message.recipient), col(m.Suppression.at))
    return session.execute(found.where(col(m.Message.cohort_id) == cohort.id))


def _bounced(*columns: Any) -> Any:
    """Return a query about mail that came back from the address that its recipient still has."""
    msg, s = m.Message, m.Suppression
    return (
        select(*columns)
        .join_from(msg, s, col(s.message_id) == col(msg.id))
        .join(m.Role, col(m.Role.ref) == col(msg.recipient))
        .join(m.Person, col(m.Person.id) == col(m.Role.person_id))
        .where(col(s.reason) == "bounced", SUPPRESSION_STANDS)
    )


def last_refusal(mine: ColumnElement[bool]) -> Any:
    """Return a query for when an address failed last in the ledger rows of some cohort."""
    return select(func.max(col(m.LedgerRow.decided_at))).where(mine, *_REFUSED)


def untold(
    session: Session, refused: Mapping[int, dt.datetime | None], *, now: dt.datetime
) -> set[int]:
    """Return the cohorts whose operations are to be told of an address, given the last refusals."""
    cohort = col(m.Message.cohort_id)
    bounced = session.execute(_bounced(cohort, func.max(col(m.Suppression.at))).group_by(cohort))
    failed = [*refused.items(), *((key, at) for key, at in bounced if key in refused)]
    if not any(at for _, at in failed):
        return set()
    row = m.LedgerRow
    asked = select(col(row.cohort_id), func.max(col(row.due_at))).where(*_TOLD)
    told = dict(tuple(one) for one in session.execute(asked.group_by(col(row.cohort_id))))
    return {
        key
        for key, at in failed
        if at is not None
        and (key not in told or (at > told[key] and _may_be_told_again(told[key], now)))
    }


def _may_be_told_again(last: dt.datetime, now: dt.datetime) -> bool:
    return last <= now - dt.timedelta(days=1)


#: Rows of people whose address failed, and of requests to operations to mend such addresses.
_REFUSED = (col(m.LedgerRow.outcome) == "failed", col(m.LedgerRow.recipient) != TO)
_TOLD = (
    col(m.LedgerRow.enrolment_id).is_(None),
    col(m.LedgerRow.step) == ACTION,
    col(m.LedgerRow.outcome) != "failed",
    ~col(m.LedgerRow.occurrence).contains("/"),
)
