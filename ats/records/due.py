"""Looking again: whatever may make something due earlier resets the cache that would hide it.

`next_due_at` of an enrolment, and of a cohort for its staff mail, is a promise that nothing falls
due before it; the epoch promises nothing. To be called in the transaction of the change.
"""

from __future__ import annotations

from sqlalchemy import update
from sqlmodel import Session, col

from ats.records import models as m


def look_again(session: Session, enrolment: int) -> None:
    """Have the next tick plan for this participant."""
    e = m.Enrolment
    session.execute(update(e).where(col(e.id) == enrolment).values(next_due_at=m.EPOCH))


def look_again_at_all(session: Session, cohort: m.Cohort) -> None:
    """Have the next tick plan for everybody of this cohort, and its staff mail."""
    cohort.next_due_at = m.EPOCH
    mine = col(m.Enrolment.cohort_id) == cohort.id
    session.execute(update(m.Enrolment).where(mine).values(next_due_at=m.EPOCH))
