"""Looking again: whatever may make something due earlier resets the cache that would hide it.

`next_due_at` of an enrolment, and of a cohort for its staff mail, is a promise that nothing falls
due before it; the epoch promises nothing. To be called in the transaction of the change.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
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


def look_again_about(session: Session, roles: Sequence[int]) -> None:
    """Have everything open for these participants, and for these mentors' mentees, judged anew."""
    e = m.Enrolment
    mentored = select(col(m.Mentorship.enrolment_id)).where(col(m.Mentorship.role_id).in_(roles))
    concerned = col(e.role_id).in_(roles) | col(e.id).in_(mentored)
    enrolments = select(col(e.id)).where(concerned)
    cohorts = select(col(e.cohort_id)).where(concerned)
    for table, ids in ((e, enrolments), (m.Cohort, cohorts)):
        session.execute(
            update(table)
            .where(col(table.id).in_(ids))
            .values(next_due_at=m.EPOCH)
            .execution_options(synchronize_session=False)
        )
