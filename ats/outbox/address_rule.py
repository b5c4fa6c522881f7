"""The rule of new addresses: no sign-off's link goes to one that staff have not confirmed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.opening import open_case
from ats.people.confirmed import CONFIRM
from ats.planning.timeline import Occurrence
from ats.records import models as m


def ask_to_confirm(
    session: Session,
    occurrence: Occurrence,
    *,
    cohort_id: int,
    enrolment_id: int,
    changed_at: dt.datetime,
    now: dt.datetime,
) -> None:
    """Ask operations to confirm a mentor's address that changed then, once for each change."""
    asked = select(col(m.Case.id)).where(
        col(m.Case.enrolment_id) == enrolment_id,
        col(m.Case.kind) == CONFIRM,
        col(m.Case.opened_at) >= changed_at,
    )
    if session.execute(asked).first() is None:
        open_case(
            session,
            cohort_id=cohort_id,
            enrolment_id=enrolment_id,
            kind=CONFIRM,
            owner="operations",
            signal=f"{occurrence.rule.step} {occurrence.recipient}/{occurrence.occurrence}",
            now=now,
        )
