"""Was e-mail to go today, and did none go? By the planner itself, on the facts there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlmodel import Session, col

from ats.outbox.cohort_now import CohortNow
from ats.planning.facts import Participant
from ats.planning.forecast import Coming, coming
from ats.planning.planner import Planner
from ats.planning.timeline import Timeline
from ats.planning.workdays import local_moment
from ats.records import gather
from ats.records import models as m

TO_PEOPLE = ("participant", "mentor")


def missing_today(
    session: Session, at: CohortNow, *, until: dt.datetime, lately: dt.datetime
) -> list[Coming]:
    """Return the e-mails to people that were to go today by *until*, oldest first.

    None as soon as one has been tried today, whatever was answered. Whom something has changed
    about since *lately* is looked at by the next tick, and left out until then.
    """
    cohort = at.cohort(session)
    timeline = at.timeline(session, cohort)
    midnight = local_moment(timeline.local_date(at.now), dt.time(), timeline.zone)
    if until <= midnight or _tried_since(session, cohort, midnight):
        return []
    assert cohort.id is not None
    narrowed = [col(m.Enrolment.next_due_at) != m.EPOCH] if _changed(session, lately) else []
    people = gather.everybody(session, cohort.id, *narrowed)
    return sorted(_missing(timeline, people, midnight, until), key=lambda one: one.goes_at)


def _missing(
    timeline: Timeline, people: Iterable[Participant], midnight: dt.datetime, until: dt.datetime
) -> Iterator[Coming]:
    """Yield what the planner would have queued at its moment; what it holds then is not missed."""
    planners: dict[dt.datetime, Planner] = {}
    for one in coming(timeline, people, now=midnight, until=until):
        if one.occurrence.role not in TO_PEOPLE:
            continue
        planner = planners.setdefault(one.goes_at, Planner(timeline, now=one.goes_at))
        row = one.person.past.get(one.occurrence.key)
        if planner.verdict(one.occurrence, one.person, row).outcome == "queued":
            yield one


def _tried_since(session: Session, cohort: m.Cohort, moment: dt.datetime) -> bool:
    """Say whether a mail server has answered since then about an e-mail of this cohort's people."""
    msg, attempt = m.Message, m.Attempt
    newest = (
        select(col(attempt.at))
        .join(msg, col(msg.id) == col(attempt.message_id))
        .where(col(msg.cohort_id) == cohort.id, col(msg.role).in_(TO_PEOPLE))
        .order_by(col(attempt.id).desc())
        .limit(1)
    )
    last: dt.datetime | None = session.execute(newest).scalar()
    return last is not None and last >= moment


def _changed(session: Session, lately: dt.datetime) -> bool:
    """Say whether facts have changed since then: by staff, on a page, by a file or a bounce."""
    audit, file, dead = m.Audit, m.Import, m.Suppression
    changes = (
        select(col(audit.id)).where(col(audit.at) > lately),
        select(col(file.id)).where(
            (col(file.applied_at) > lately) | (col(file.undone_at) > lately)
        ),
        select(col(dead.id)).where((col(dead.at) > lately) | (col(dead.lifted_at) > lately)),
    )
    return any(session.execute(change.limit(1)).first() is not None for change in changes)
