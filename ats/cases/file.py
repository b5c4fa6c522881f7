"""All that is known about one case: why, since when, what was done, and what may be decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.by_age import due_on
from ats.cases.closing import closed_why
from ats.cases.decisions import choices
from ats.cases.desk import OnDesk, on_desk
from ats.cases.owners import pxm_on
from ats.cases.rung import Rung
from ats.cases.standing import in_words, standing_told
from ats.office import Office
from ats.people.contacts import contacts
from ats.people.notes import notes, told
from ats.planning import stall
from ats.planning.facts import Participant
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.records import models as m


def document(office: Office, number: int, *, now: dt.datetime, zone: ZoneInfo) -> dict[str, Any]:
    """Return all that `ats case show` tells. Raises NotFound."""
    with office.store.read() as session:
        one = on_desk(session, number)
        case, cohort = one.case, one.whose.cohort
        programme = office.programme_named(cohort.programme)
        timeline = office.timeline(programme, gather.cohort_facts(session, cohort))
        (person,) = gather.participants(session, [case.enrolment_id])
        known = contacts(session, {one.whose.ref})
        return {
            "id": one.number,
            "cohort": cohort.code,
            "person": one.whose.ref,
            "given_name": known[one.whose.ref].given_name,
            "kind": case.kind,
            "title": programme.cases.get(case.kind, case.kind),
            "state": case.state,
            "owner": case.owner,
            "owner_name": _owner_name(session, case, timeline.local_date(now)),
            "opened_at": case.opened_at.astimezone(zone).isoformat(),
            "due_on": due_on(case, timeline).isoformat(),
            "snoozed_until": case.snoozed_until and case.snoozed_until.isoformat(),
            "closed_at": case.closed_at and case.closed_at.astimezone(zone).isoformat(),
            "closed_because": case.closed_because,
            "closed_why": closed_why(case, programme) if case.closed_at else None,
            "decision": case.decision,
            "decided_by": case.decided_by,
            "signals": _signals(session, one, timeline, zone),
            "standing": _standing(timeline, person, now),
            "notes": [told(note, zone) for note in notes(session, case.enrolment_id)],
            "history": _history(session, one, zone),
            "choices": choices(session, one) if case.state != "closed" else [],
        }


def _owner_name(session: Session, case: m.Case, today: dt.date) -> str | None:
    owner = pxm_on(session, case.cohort_id, today) if case.owner == "pxm" else None
    return owner.name if owner else None


def _standing(timeline: Timeline, person: Participant, now: dt.datetime) -> Mapping[str, Any]:
    found = stall.standing(timeline, person, now)
    return standing_told(found, in_words(found.signals, timeline))


def _signals(
    session: Session, one: OnDesk, timeline: Timeline, zone: ZoneInfo
) -> list[dict[str, str]]:
    """Return the rungs that opened the case or were added to it, oldest first."""
    signal = m.CaseSignal
    rows = session.execute(
        select(col(signal.at), col(signal.signal))
        .where(col(signal.case_id) == one.number)
        .order_by(col(signal.id))
    )
    found = []
    for at, text in rows:
        rung = Rung.of(text)
        key = rung.milestone(timeline.programme)
        about = timeline.milestones_by_key[key].title if key else rung.subject
        found.append(
            {
                "at": at.astimezone(zone).isoformat(),
                "step": rung.step,
                "occurrence": rung.occurrence,
                "about": about,
            }
        )
    return found


def _history(session: Session, one: OnDesk, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return what staff did with the case, oldest first; reasons that are restricted stay away."""
    rows = session.execute(
        select(m.Audit)
        .where(col(m.Audit.subject) == one.whose.ref, col(m.Audit.action).like("case-%"))
        .order_by(col(m.Audit.id))
    ).scalars()
    return [
        {
            "at": line.at.astimezone(zone).isoformat(),
            "by": line.by,
            "action": line.action.removeprefix("case-"),
            "reason": "" if line.restricted else line.reason,
        }
        for line in rows
        if (line.after or {}).get("case") == one.number
    ]
