"""Who was deferred and waits for a cohort: the list on which nobody is lost."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from ats.people.restarts import later_cohorts
from ats.records import models as m


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody between two cohorts. `later`: those in which they could begin, the next first."""

    ref: str
    cohort: str  # that they left
    since: dt.datetime
    sections: tuple[str, ...]  # finished, and kept
    later: tuple[str, ...]
    enrolled_in: str | None  # by a roster: `restart` brings their sections there

    def document(self, zone: ZoneInfo) -> dict[str, Any]:
        """Return this as JSON tells it."""
        return {
            "ref": self.ref,
            "cohort": self.cohort,
            "since": self.since.astimezone(zone).isoformat(),
            "sections": list(self.sections),
            "later": list(self.later),
            "enrolled_in": self.enrolled_in,
        }


def waiting(
    session: Session, *, cohort: str | None = None, ref: str | None = None
) -> list[Waiting]:
    """Return who waits, those who have waited longest first; of one cohort, or one ref.

    Nobody whom staff have silenced is on it.
    """
    e = m.Enrolment
    query = (
        select(m.Role, e, m.Cohort)
        .join(e, col(e.role_id) == col(m.Role.id))
        .join(m.Cohort, col(m.Cohort.id) == col(e.cohort_id))
        .where(col(e.status) == "deferred", col(m.Role.silenced_at).is_(None))
        .where(~_gone_on(), ~_ended_later(), ~_silenced())
        .order_by(col(e.left_at), col(m.Role.ref))
    )
    if cohort is not None:
        query = query.where(col(m.Cohort.code) == cohort)
    if ref is not None:
        query = query.where(col(m.Role.ref) == ref)
    found = session.execute(query).all()
    sections = _finished(session, [enrolment.id for _, enrolment, _ in found])
    return [
        Waiting(
            ref=role.ref,
            cohort=left.code,
            since=enrolment.left_at,
            sections=tuple(sections[enrolment.id]),
            later=tuple(later_cohorts(session, left)),
            enrolled_in=_enrolled_in(session, enrolment, left),
        )
        for role, enrolment, left in found
    ]


def waiting_for(session: Session, cohort: m.Cohort) -> list[Waiting]:
    """Return who waits and could begin in this cohort."""
    return [one for one in waiting(session) if cohort.code in one.later]


def _gone_on() -> Any:
    c = m.EnrolmentChange
    theirs = (col(c.enrolment_id) == col(m.Enrolment.id), col(c.kind) == "restarted")
    return select(col(c.id)).where(*theirs).exists()


def _ended_later() -> Any:
    """Select whoever took part in a later cohort since, and ended that, too."""
    other, theirs = aliased(m.Enrolment), aliased(m.Cohort)
    return (
        select(col(other.id))
        .join(theirs, col(theirs.id) == col(other.cohort_id))
        .where(
            col(other.role_id) == col(m.Enrolment.role_id),
            col(other.status) != "active",
            col(theirs.starts) > col(m.Cohort.starts),
        )
        .exists()
    )


def _silenced() -> Any:
    o = m.Overlay
    mine = (col(o.enrolment_id) == col(m.Enrolment.id), col(o.kind) == "silence")
    return select(col(o.id)).where(*mine, col(o.revoked_at).is_(None)).exists()


def _enrolled_in(session: Session, left: m.Enrolment, cohort: m.Cohort) -> str | None:
    found: str | None = session.execute(
        select(col(m.Cohort.code))
        .join(m.Enrolment, col(m.Enrolment.cohort_id) == col(m.Cohort.id))
        .where(
            col(m.Enrolment.role_id) == left.role_id,
            col(m.Enrolment.status) == "active",
            col(m.Cohort.starts) > cohort.starts,
            col(m.Cohort.status) != "closed",
        )
        .order_by(col(m.Cohort.starts))
    ).scalar()
    return found


def _finished(session: Session, enrolments: Sequence[int | None]) -> dict[int | None, list[str]]:
    p, found = m.Progress, defaultdict[int | None, list[str]](list)
    rows = session.execute(
        select(col(p.enrolment_id), col(p.section))
        .where(col(p.enrolment_id).in_(enrolments), col(p.status) == "complete")
        .order_by(col(p.id))
    )
    for enrolment, section in rows:
        found[enrolment].append(section)
    return found
