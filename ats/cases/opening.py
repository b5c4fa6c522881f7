"""Opening cases, adding signals to open ones, waking those that rest, and closing them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, select, update
from sqlmodel import Session, col

from ats.records import models as m


def open_case(
    session: Session,
    *,
    cohort_id: int,
    enrolment_id: int,
    kind: str,
    owner: str,
    signal: str,
    now: dt.datetime,
) -> bool:
    """Open a case, or add the signal to the one that is open. Return whether it was opened."""
    case = session.execute(
        select(m.Case).where(
            col(m.Case.enrolment_id) == enrolment_id,
            col(m.Case.kind) == kind,
            col(m.Case.state) != "closed",
        )
    ).scalar()
    opened = case is None
    if case is None:
        case = m.Case(
            cohort_id=cohort_id, enrolment_id=enrolment_id, kind=kind, owner=owner, opened_at=now
        )
        session.add(case)
        session.flush()
    assert case.id is not None
    known = session.execute(
        select(col(m.CaseSignal.id)).where(
            col(m.CaseSignal.case_id) == case.id, col(m.CaseSignal.signal) == signal
        )
    ).scalar()
    if known is None:
        session.add(m.CaseSignal(case_id=case.id, at=now, signal=signal))
        session.flush()
    return opened


def close_cases(
    session: Session, *mine: ColumnElement[bool], now: dt.datetime, because: str
) -> tuple[int, ...]:
    """Close the open cases of which all of this holds; return their numbers, the oldest first."""
    found = session.execute(
        select(m.Case).where(col(m.Case.state) != "closed", *mine).order_by(col(m.Case.id))
    ).scalars()
    closed = []
    for case in found:
        close_case(case, now=now, because=because)
        closed.append(case.id or 0)
    session.flush()
    return tuple(closed)


def close_case(case: m.Case, *, now: dt.datetime, because: str) -> None:
    """Close a case; `because` is a word that staff read."""
    case.state, case.closed_at, case.closed_because = "closed", now, because
    case.snoozed_until = None


def wake(case: m.Case, *, now: dt.datetime) -> None:
    """Have a case wait for its owner again; once it had ended, until a person ends it."""
    if case.state == "closed":
        case.reopened_at = now
    case.state, case.snoozed_until = "open", None
    case.closed_at = case.closed_because = case.decision = case.decided_by = None


def wake_rested(session: Session, cohort_id: int, today: dt.date) -> None:
    """Open the cases of a cohort that rested until today."""
    case = m.Case
    session.execute(
        update(case)
        .where(
            col(case.cohort_id) == cohort_id,
            col(case.state) == "snoozed",
            col(case.snoozed_until) <= today,
        )
        .values(state="open", snoozed_until=None)
        .execution_options(synchronize_session=False)
    )
