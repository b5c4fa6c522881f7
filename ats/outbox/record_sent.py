"""Recording what was sent: nearly everything, so in a handful of statements for all of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session

from ats.outbox import mentor_request
from ats.outbox.result import Stage
from ats.records import models as m

_MESSAGE: Any = m.Message.__table__  # type: ignore[attr-defined]
_ROW: Any = m.LedgerRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Written:
    """What a message was written as: provable later from its pinned context."""

    subject: str | None
    digest: str  # sha256 of the bytes handed over
    wording: str  # version of the templates


def record_sent(
    session: Session, sent: Mapping[int, tuple[Stage, Written | None]], *, now: dt.datetime
) -> Counter[str]:
    """Record these messages and their open rows as sent; return how many were sent and merged.

    Whoever holds a message: what was accepted has ended. What had ended before stays as it is. Of
    each message the first row, by due moment and key, becomes `sent`, the others `merged`.
    `written` is None where it is not known; then what the message holds of it stays.
    """
    if not sent:
        return Counter()
    session.flush()  # what others have changed in these comes first
    connection = session.connection()
    ids = connection.execute(_NOT_ENDED, {"ids": list(sent)}).scalars().all()
    if not ids:
        return Counter()
    connection.execute(_SENT, [_values(one, sent[one], now) for one in ids])
    outcomes = Counter({"sent": len(ids)})
    changes: list[dict[str, Any]] = []
    first: set[int] = set()
    rows: Sequence[Any] = connection.execute(_OPEN, {"ids": ids}).all()
    for row in rows:
        outcome = "merged" if row.message_id in first else "sent"
        outcomes["merged"] += row.message_id in first
        first.add(row.message_id)
        changes.append({"row": row.id, "ends": outcome, "now": now})
        if row.step == mentor_request.STEP:
            mentor_request.sent(session, row, now=now)
    if changes:
        connection.execute(_ENDS, changes)
    session.expire_all()  # whoever holds one of these reads it again
    return outcomes


def _values(message: int, how: tuple[Stage, Written | None], now: dt.datetime) -> dict[str, Any]:
    stage, written = how
    return {
        "message": message,
        "now": now,
        "reached": stage,
        "title": written.subject if written else None,
        "proof": written.digest if written else None,
        "wording": written.wording if written else None,
    }


_SENT = (
    update(_MESSAGE)
    .where(_MESSAGE.c.id == bindparam("message"))
    .values(
        status="sent",
        sent_at=bindparam("now"),
        stage=bindparam("reached"),
        attempts=_MESSAGE.c.attempts + 1,
        next_attempt_at=None,
        lease_owner=None,
        lease_until=None,
        subject=func.coalesce(bindparam("title"), _MESSAGE.c.subject),
        digest=func.coalesce(bindparam("proof"), _MESSAGE.c.digest),
        template_version=func.coalesce(bindparam("wording"), _MESSAGE.c.template_version),
    )
)
_NOT_ENDED = (
    select(_MESSAGE.c.id)
    .where(
        _MESSAGE.c.id.in_(bindparam("ids", expanding=True)),
        _MESSAGE.c.status.not_in(("sent", "failed")),
    )
    .order_by(_MESSAGE.c.id)
    .with_for_update()
)
_OPEN = (
    select(_ROW.c.id, _ROW.c.message_id, _ROW.c.step, _ROW.c.enrolment_id, _ROW.c.recipient)
    .where(_ROW.c.message_id.in_(bindparam("ids", expanding=True)), _ROW.c.outcome.in_(m.OPEN))
    .order_by(_ROW.c.due_at, _ROW.c.key)
)
_ENDS = (
    update(_ROW)
    .where(_ROW.c.id == bindparam("row"))
    .values(
        outcome=bindparam("ends"),
        reason=None,
        until=None,
        sent_at=bindparam("now"),
        decided_at=bindparam("now"),
    )
)
