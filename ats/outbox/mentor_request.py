"""The request to a mentor: its sending starts a clock, and where it cannot arrive a person acts."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlmodel import Session, col

from ats.cases.opening import open_case
from ats.records import models as m
from ats.records.due import look_again

#: The step whose sending starts the mentor's ladder ("request-sent").
STEP = "mentor-request"
UNREACHABLE = "mentor-unreachable"


def sent(session: Session, row: m.LedgerRow, *, now: dt.datetime) -> None:
    """Start the clock of the mentor's ladder: the request was accepted by the mail server."""
    _set_clock(session, row, now)


def bounced(session: Session, row: m.LedgerRow, *, now: dt.datetime) -> None:
    """Stop the clock, and ask operations to act: the request never reached the mentor."""
    _set_clock(session, row, None)
    unreachable(
        session,
        cohort_id=row.cohort_id,
        enrolment_id=row.enrolment_id,
        occurrence=row.occurrence,
        now=now,
    )


def unreachable(
    session: Session,
    *,
    cohort_id: int,
    enrolment_id: int | None,
    occurrence: str,
    now: dt.datetime,
) -> None:
    """Ask operations for an address of this participant's mentor that works."""
    if enrolment_id is not None:
        open_case(
            session,
            cohort_id=cohort_id,
            enrolment_id=enrolment_id,
            kind=UNREACHABLE,
            owner="operations",
            signal=f"{STEP} {occurrence}",
            now=now,
        )


def _set_clock(session: Session, row: m.LedgerRow, at: dt.datetime | None) -> None:
    runs = col(m.Mentorship.request_sent_at).is_not(None)
    role = select(col(m.Role.id)).where(col(m.Role.ref) == row.recipient).scalar_subquery()
    session.execute(
        update(m.Mentorship)
        .where(
            col(m.Mentorship.enrolment_id) == row.enrolment_id,
            col(m.Mentorship.role_id) == role,
            col(m.Mentorship.ended_at).is_(None),
            runs if at is None else ~runs,
        )
        .values(request_sent_at=at)
    )
    if row.enrolment_id is not None:
        look_again(session, row.enrolment_id)
