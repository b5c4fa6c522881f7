"""From the records to the clash check: the year of a cohort, its people, the cohorts beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import Session, col

from ats.clashes import Finding, Neighbour, check, year_of
from ats.errors import AtsError
from ats.office import Office
from ats.planning.timeline import Timeline
from ats.published import on_time
from ats.records import gather
from ats.records import models as m


def findings(office: Office, code: str, *, now: dt.datetime) -> list[Finding]:
    """Return what clashes in the dates of a cohort from now on. Writes nothing.

    Raises NotFound, and ProgrammeFault for a faulty file.
    """
    with office.store.read() as session:
        cohort = gather.cohort_named(session, code)
        programme = office.programme_named(cohort.programme)
        timeline = office.timeline(programme, gather.cohort_facts(session, cohort))
        people = gather.everybody(session, timeline.cohort.id, col(m.Enrolment.status) == "active")
        others = list(neighbours(session, office, cohort))
    return check(year_of(timeline, people, now=now, neighbours=others))


def neighbours(session: Session, office: Office, cohort: m.Cohort) -> Iterator[Neighbour]:
    """Yield the other cohorts that are not closed, but for those whose dates cannot be read."""
    others = select(m.Cohort).where(col(m.Cohort.id) != cohort.id, col(m.Cohort.status) != "closed")
    for other in session.execute(others.order_by(col(m.Cohort.code))).scalars():
        try:
            programme = office.programme_named(other.programme)
            facts = gather.cohort_facts(session, other)
            timeline = Timeline(programme, facts, office.workdays(other.starts))
            due = timeline.submission_due(on_time(timeline))
        except (AtsError, ArithmeticError, LookupError, ValueError):
            continue  # its own check tells what is wrong with it
        if due is not None:
            day = timeline.local_date(due)
            yield Neighbour(other.code, programme.programme, other.starts, day, other.status)
