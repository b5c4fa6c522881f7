"""Waking: which cohorts have work at a moment, found at once for all of them.

A tick costs what is due: a cohort in which nothing is costs an index probe or two, no lease and
no transaction of its own. Whatever is asked here is the truth in the records, or a cache that is
never later than it; a cohort that is woken for nothing does nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, false, func, select, true
from sqlmodel import Session, col

from ats.office import Office
from ats.outbox import leases, notices
from ats.records import gather
from ats.records import models as m

SENDING = ("trial", "live")


class Standing(NamedTuple):
    """How a cohort stands before a tick: whether there is work, and the rows that wait."""

    code: str
    has_work: bool
    queued: int
    held: int


def standing(
    office: Office, codes: Sequence[str] | None, *, now: dt.datetime, planning: bool = True
) -> list[Standing]:
    """Return how these cohorts stand (None: all in trial or live), without those closed.

    Without *planning* only mail counts as work. Raises NotFound for a code that is not in the
    records.
    """
    with office.store.read() as session:
        found = session.execute(_cohorts(codes, now, planning=planning)).all()
        for code in set(codes or ()).difference(one.code for one in found):
            gather.cohort_named(session, code)  # it is closed, else there is none: that is raised
        busy = _with_mail(session, now) | _leased(session, found)
        refused = {one.id: one.failed_at for one in found}
        busy |= notices.untold(session, refused, now=now)
    dates = _Dates(office)
    standing = [
        Standing(
            one.code,
            bool(one.due) or one.id in busy or dates[one.programme, one.starts] != one.planned_by,
            one.queued,
            one.held,
        )
        for one in found
    ]
    if codes is None:
        return standing
    by_code = {one.code: one for one in standing}
    return [by_code[code] for code in codes if code in by_code]


def _cohorts(codes: Collection[str] | None, now: dt.datetime, *, planning: bool) -> Any:
    """Return a query for the cohorts, each with what an index tells about its people and rows."""
    c, e, row = m.Cohort, m.Enrolment, m.LedgerRow
    # Scalar and limited, so that every database probes the index once for each cohort.
    due = select(true()).where(col(e.cohort_id) == col(c.id), col(e.next_due_at) <= now).limit(1)
    staff_mail = func.coalesce(col(c.next_due_at) <= now, false())
    mine = col(row.cohort_id) == col(c.id)
    wanted = col(c.status).in_(SENDING) if codes is None else col(c.code).in_(codes)
    return (
        select(
            col(c.id),
            col(c.code),
            col(c.programme),
            col(c.starts),
            col(c.planned_by),
            (
                staff_mail | func.coalesce(due.scalar_subquery(), false()) if planning else false()
            ).label("due"),
            notices.last_refusal(mine).scalar_subquery().label("failed_at"),
            _number(mine, "queued"),
            _number(mine, "held"),
        )
        .where(wanted, col(c.status) != "closed")
        .order_by(col(c.code))
    )


def _number(mine: ColumnElement[bool], outcome: str) -> Any:
    rows = select(func.count()).where(mine, col(m.LedgerRow.outcome) == outcome)
    return rows.scalar_subquery().label(outcome)


def _with_mail(session: Session, now: dt.datetime) -> set[int]:
    """Return the cohorts with mail that may go now, waits from another day, or was claimed."""
    msg = m.Message
    next_at = col(msg.next_attempt_at)
    may_go = next_at.is_(None) | (next_at <= now) | (col(msg.attempts) == 0)
    queued = (col(msg.status) == "queued") & may_go
    with_mail = select(col(msg.cohort_id)).where(queued | (col(msg.status) == "claimed")).distinct()
    return set(session.execute(with_mail).scalars())


def _leased(session: Session, cohorts: Sequence[Any]) -> set[int]:
    """Return the cohorts at which another tick is at work, or was when it died."""
    names = set(session.execute(select(col(m.Lease.name))).scalars())
    return {one.id for one in cohorts if leases.planning(one.code) in names} if names else set()


class _Dates(dict[tuple[str, dt.date], str]):
    """What all dates of a programme depend on, by programme and start; asked once of each.

    Empty for a programme that cannot be read, as no cohort's is: its tick tells.
    """

    def __init__(self, office: Office) -> None:
        super().__init__()
        self._office = office

    def __missing__(self, known: tuple[str, dt.date]) -> str | None:
        name, starts = known
        try:
            found = self._office.fingerprint(self._office.programme_named(name), starts)
        except Exception:  # noqa: BLE001 (one cohort's fault never stops the others)
            found = ""
        self[known] = found
        return found
