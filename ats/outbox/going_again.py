"""What goes again to somebody whose address works again, as the planner sees it now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from ats.office import Office
from ats.outbox.cohort_now import CohortNow
from ats.planning.again import AGAIN
from ats.records import gather
from ats.records import models as m


@dataclass(frozen=True, slots=True)
class GoesAgain:
    """One item that goes once more. `about` is the participant's ref; `goes_at` None: not known."""

    to: str
    about: str
    step: str
    occurrence: str
    goes_at: dt.datetime | None


def going_again(
    office: Office, session: Session, person: int, *, now: dt.datetime
) -> list[GoesAgain]:
    """Return what waits to go again to this person and will, by due moment.

    What is of no use any more is left out: its row ends with the next tick.
    """
    row = m.LedgerRow
    rows = session.execute(
        select(row, col(m.Cohort.code))
        .join(m.Role, col(m.Role.ref) == col(row.recipient))
        .join(m.Cohort, col(m.Cohort.id) == col(row.cohort_id))
        .where(
            col(m.Role.person_id) == person,
            col(row.outcome) == "held",
            col(row.occurrence).contains(AGAIN),
        )
        .order_by(col(row.due_at), col(row.key))
    )
    found = (_outlook(office, session, one, code, now) for one, code in rows)
    return [one for one in found if one is not None]


def _outlook(
    office: Office, session: Session, row: m.LedgerRow, code: str, now: dt.datetime
) -> GoesAgain | None:
    at = CohortNow(office, code, now)
    planner = at.planner(session, at.cohort(session))
    (person,) = gather.participants(session, [row.enrolment_id or 0])
    key = (row.step, row.occurrence, row.recipient)
    decision = planner.decisions(person, row.step).get(key)
    if decision is None or decision.verdict.outcome not in ("queued", "held"):
        return None
    verdict = decision.verdict
    goes_at = now if verdict.outcome == "queued" else verdict.until
    return GoesAgain(row.recipient, person.ref, row.step, row.occurrence, goes_at)
