"""One person as the records know them: enrolments, milestones, mentor, cases, last e-mails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.listing import cases
from ats.office import Office
from ats.outbox.messages import listed
from ats.people.all_roles import silenced_since
from ats.people.contacts import contacts
from ats.people.dead_addresses import dead_addresses
from ats.people.enrolled import Enrolled, Known, enrolments, known
from ats.people.notes import notes
from ats.people.notes import told as told_note
from ats.people.parked import BECAUSE, UNTIL, parked_since
from ats.people.waiting import waiting
from ats.planning import stall
from ats.planning.facts import Mentorship, Participant
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.records import models as m
from config.programme import Milestone

LAST = 5  # messages


def document(office: Office, ref: str, *, now: dt.datetime, zone: ZoneInfo) -> dict[str, Any]:
    """Return all that `ats person show` tells about one ref. Raises NotFound."""
    with office.store.read() as session:
        who = known(session, ref)
        person = session.get_one(m.Person, who.person_id)
        told: dict[str, Any] = {
            "ref": who.ref,
            "kind": who.kind,
            "also": _other_refs(session, who),
            "given_name": person.given_name,
            "family_name": person.family_name,
            "email": person.email,
            "suppressed": _suppressed(session, who.ref, zone),
            "silenced_at": _local(silenced_since(session, who.person_id), zone),
            "organisation": person.organisation,
            "nation": person.nation,
            "enrolments": [],
            "mentees": [],
        }
        if who.kind == "participant":
            told["enrolments"] = [
                _enrolment(office, session, enrolled, now=now)
                for enrolled in enrolments(session, who.ref)
            ]
        else:
            told["mentees"] = _mentees(session, who, zone)
        told["messages"] = listed(
            session, office.renderer, to=who.ref, limit=LAST, zone=zone, cohorts=None
        )
        return told


def _other_refs(session: Session, who: Known) -> list[str]:
    mine = (col(m.Role.person_id) == who.person_id, col(m.Role.id) != who.role_id)
    return list(session.execute(select(col(m.Role.ref)).where(*mine)).scalars())


def _enrolment(
    office: Office, session: Session, enrolled: Enrolled, *, now: dt.datetime
) -> dict[str, Any]:
    cohort, enrolment = enrolled.cohort, enrolled.enrolment
    timeline = office.timeline(
        office.programme_named(cohort.programme), gather.cohort_facts(session, cohort)
    )
    assert enrolment.id is not None
    person = gather.participants(session, [enrolment.id])[0]
    as_of = timeline.cohort.as_of
    return {
        "cohort": cohort.code,
        "cohort_status": cohort.status,
        "status": enrolment.status,
        "joined_on": person.joined_on.isoformat(),
        "late_joiner": timeline.is_late_joiner(person),
        "paused": any(pause.until_on is None for pause in person.pauses),
        "silenced": person.silenced,
        "adjustments": sorted(person.adjustments),
        "parked": _parked(session, enrolment.id, timeline.zone),
        **_between(session, enrolled, person, timeline.zone),
        "as_of": as_of.isoformat() if as_of else None,
        "milestones": [
            _milestone(milestone, person, timeline, now)
            for milestone in timeline.programme.milestones
        ],
        "mentor": _mentor(session, person.mentorship, timeline.zone),
        "cases": cases(session, [cohort.code], zone=timeline.zone, person=enrolled.ref),
        "notes": [told_note(one, timeline.zone) for one in notes(session, enrolment.id)],
    }


def _between(
    session: Session, enrolled: Enrolled, person: Participant, zone: ZoneInfo
) -> dict[str, Any]:
    """Return where somebody who left goes on, and how they wait for a cohort if they do."""
    waits = waiting(session, cohort=enrolled.cohort.code, ref=enrolled.ref)
    return {
        "goes_on_in": person.next_cohort and person.next_cohort.code,
        "waits": waits[0].document(zone) if waits else None,
    }


def _local(moment: dt.datetime | None, zone: ZoneInfo) -> str | None:
    return moment.astimezone(zone).isoformat() if moment else None


def _parked(session: Session, enrolment_id: int, zone: ZoneInfo) -> dict[str, str] | None:
    since = parked_since(session, enrolment_id)
    if since is None:
        return None
    since = since.astimezone(zone)
    return {"since": since.isoformat(), "because": BECAUSE, "until": UNTIL}


def _milestone(
    milestone: Milestone, person: Participant, timeline: Timeline, now: dt.datetime
) -> dict[str, Any]:
    due, said = timeline.due(milestone.key, person), person.done.get(milestone.key)
    if is_met(milestone, person):
        state = "met"
    elif due is None:
        state = "paused"
    else:
        state = "overdue" if due <= now else "open"
    return {
        "key": milestone.key,
        "title": milestone.title,
        "due": _local(due, timeline.zone),
        "extended": milestone.key in person.extensions,
        "said_done_at": _local(said, timeline.zone) if said and state != "met" else None,
        "state": state,
    }


def is_met(milestone: Milestone, person: Participant) -> bool:
    """Say whether a milestone is met, as the records and the newest export show it."""
    if milestone.mentor is None:
        return stall.is_met(person, milestone.complete, milestone.started)
    mentorship = person.mentorship
    reached: Mapping[str, object] = {
        "named": mentorship,
        "accepted": mentorship and mentorship.accepted_at,
        "signed-off": mentorship and mentorship.signed_off_at,
    }
    return bool(reached[milestone.mentor])


def _mentor(
    session: Session, mentorship: Mentorship | None, zone: ZoneInfo
) -> dict[str, Any] | None:
    if mentorship is None:
        return None
    contact = contacts(session, [mentorship.ref])[mentorship.ref]
    return {
        "ref": mentorship.ref,
        "given_name": contact.given_name,
        "family_name": contact.family_name,
        "email": contact.email,
        "suppressed": _suppressed(session, mentorship.ref, zone),
        **{
            name: moment.astimezone(zone).isoformat() if moment else None
            for name, moment in (
                ("named_at", mentorship.named_at),
                ("request_sent_at", mentorship.request_sent_at),
                ("accepted_at", mentorship.accepted_at),
                ("signed_off_at", mentorship.signed_off_at),
            )
        },
    }


def _suppressed(session: Session, ref: str, zone: ZoneInfo) -> dict[str, str] | None:
    """Return why nothing goes to the address of this ref; None where mail goes there."""
    for one in dead_addresses(session, [ref]):
        if one.stands:
            return {
                "since": one.since.astimezone(zone).isoformat(),
                "reason": one.reason,
                "status": one.status,
                "answer": one.answer,
                "why": one.why,
            }
    return None


def _mentees(session: Session, who: Known, zone: ZoneInfo) -> list[dict[str, Any]]:
    rows = session.execute(
        select(col(m.Role.ref), col(m.Cohort.code), m.Mentorship)
        .join(m.Enrolment, col(m.Enrolment.id) == col(m.Mentorship.enrolment_id))
        .join(m.Role, col(m.Role.id) == col(m.Enrolment.role_id))
        .join(m.Cohort, col(m.Cohort.id) == col(m.Enrolment.cohort_id))
        .where(col(m.Mentorship.role_id) == who.role_id)
        .order_by(col(m.Role.ref), col(m.Mentorship.id))
    )
    told = []
    for ref, code, mentorship in rows:
        reached = {
            "ended": mentorship.ended_at,
            "signed-off": mentorship.signed_off_at,
            "accepted": mentorship.accepted_at,
            "asked": mentorship.request_sent_at,
            "named": mentorship.named_at,
        }
        state, at = next((name, at) for name, at in reached.items() if at is not None)
        at = at.astimezone(zone).isoformat()
        told.append({"person": ref, "cohort": code, "state": state, "since": at})
    return told
