"""A year as a story: the clock goes from one due moment to the next, and the ledger is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from small_cohort import CODE, ZONE, SmallCohort, at
from sqlalchemy import func, select
from sqlmodel import col

from ats import engine
from ats.records import models as m

TICK = dt.timedelta(minutes=10)
EXPORT_AT = dt.time(7, 30)


def walk(
    cohort: SmallCohort, begins: str, ends: str, *, portfolio: Sequence[str] | None = None
) -> None:
    """Tick at every moment from *begins* to *ends* at which something falls due or may go.

    With a *portfolio* ("P0001,pdp,complete,2026-12-04") there is an export every Monday at 07:30,
    which shows what had been done by then.
    """
    now, last = at(begins), at(ends)
    exports = [] if portfolio is None else [day for day in _days(now, last) if day.weekday() == 0]
    while now <= last:
        if exports and now >= _export_at(exports[0]):
            day = exports.pop(0).isoformat()
            cohort.export(day, *_shown(portfolio or (), day), now=f"{now:%Y-%m-%d %H:%M}")
        engine.tick(cohort.office, [CODE], now=now)
        due = next_due(cohort) or last + TICK
        now = max(due.astimezone(ZONE), now + TICK)
        now = min([now, *map(_export_at, exports[:1])])


def _shown(portfolio: Sequence[str], day: str) -> list[str]:
    """Return what stands in an export of this day: of each section the last that was done."""
    rows = sorted(portfolio, key=lambda row: row.rpartition(",")[2])
    before = (row for row in rows if row.rpartition(",")[2] < day)
    return list({tuple(row.split(",")[:2]): row for row in before}.values())


def _days(first: dt.datetime, last: dt.datetime) -> list[dt.date]:
    return [first.date() + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def _export_at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, EXPORT_AT, ZONE)


def next_due(cohort: SmallCohort) -> dt.datetime | None:
    """Return the next moment at which a tick may find something to do; None: by itself never."""
    moments = (
        col(m.Enrolment.next_due_at),
        col(m.Cohort.next_due_at),
        col(m.Message.next_attempt_at),
    )
    with cohort.store.read() as session:
        earliest = [session.execute(select(func.min(moment))).scalar() for moment in moments]
    return min((moment for moment in earliest if moment is not None), default=None)


def story(cohort: SmallCohort, ref: str, *, since: str = "", to: str = "") -> list[str]:
    """Return what fell due to and about a participant, a line each, in the order of time.

    "2026-11-24 09:00 pdp-tip sent": the moment is when it was sent or, of what was not, when it
    was due. The occurrence stands behind the step where there can be several, the recipient
    where it is somebody else: "2026-10-07 09:00 mentor-request M0001/1 to M0001 sent". *since*
    leaves out what is older, *to* narrows it to one recipient.
    """
    lines = sorted(_line(row, ref) for row in _rows(cohort, ref) if to in ("", row.recipient))
    return [line for line in lines if line >= since]


def _rows(cohort: SmallCohort, ref: str) -> list[m.LedgerRow]:
    row, enrolment, role = m.LedgerRow, m.Enrolment, m.Role
    query = (
        select(row)
        .join(enrolment, col(enrolment.id) == col(row.enrolment_id))
        .join(role, col(role.id) == col(enrolment.role_id))
        .where(col(role.ref) == ref)
    )
    with cohort.store.read() as session:
        return list(session.execute(query).scalars())


def _line(row: m.LedgerRow, ref: str) -> str:
    when = f"{(row.sent_at or row.due_at).astimezone(ZONE):%Y-%m-%d %H:%M}"
    occurrence = "" if row.occurrence == "1" else row.occurrence
    recipient = "" if row.recipient == ref else f"to {row.recipient}"
    outcome = f"{row.outcome}: {row.reason}" if row.reason else row.outcome
    return " ".join(part for part in (when, row.step, occurrence, recipient, outcome) if part)
