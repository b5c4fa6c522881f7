"""From the records to the planner's frozen facts: a handful of queries for any number of people."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from ats.errors import NotFound
from ats.planning.facts import (
    CohortFacts,
    Key,
    Mentorship,
    Participant,
    PastRow,
    Pause,
    SectionState,
    WebinarFact,
)
from ats.planning.traffic import Inbox
from ats.records import models as m
from config.closures import calendar_name

#: Between the parts of a row's name, and between names; neither occurs in a ref or key.
PART_ENDS, ROW_ENDS = "\x1f", "\x1e"


def cohort_named(session: Session, code: str, *, locked: bool = False) -> m.Cohort:
    """Return the cohort, locked for this transaction if asked; NotFound names those there are."""
    query = select(m.Cohort).where(col(m.Cohort.code) == code)
    cohort: m.Cohort | None = session.execute(query.with_for_update() if locked else query).scalar()
    if cohort is None:
        codes = session.execute(select(col(m.Cohort.code)).order_by(col(m.Cohort.code))).scalars()
        known = ", ".join(codes) or "none; launch one with `ats cohort launch`"
        raise NotFound(f"There is no cohort {code}; the records hold: {known}.")
    return cohort


def lock(session: Session, enrolments: Sequence[int]) -> None:
    """Let nobody reset the next due moments of these before this transaction has set them.

    Whoever changes a fact resets them in the same transaction, and so waits for this one.
    """
    e = m.Enrolment
    mine = select(col(e.id)).where(col(e.id).in_(enrolments)).order_by(col(e.id))
    session.execute(mine.with_for_update())


def exports(session: Session, cohort_id: int) -> tuple[tuple[dt.datetime, dt.date], ...]:
    """Return (applied at, as of) of each progress export that is not undone, in that order."""
    standing = session.execute(
        select(col(m.Import.applied_at), col(m.Import.as_of))
        .where(
            col(m.Import.cohort_id) == cohort_id,
            col(m.Import.kind) == "progress",
            col(m.Import.undone_at).is_(None),
        )
        .order_by(col(m.Import.id))
    )
    return tuple((applied, as_of) for applied, as_of in standing if as_of is not None)


def cohort_facts(session: Session, cohort: m.Cohort) -> CohortFacts:
    """Return what all people of a cohort share."""
    assert cohort.id is not None
    webinars = session.execute(
        select(m.Webinar)
        .where(col(m.Webinar.cohort_id) == cohort.id)
        .order_by(col(m.Webinar.starts_at), col(m.Webinar.key))
    ).scalars()
    known = exports(session, cohort.id)
    return CohortFacts(
        id=cohort.id,
        code=cohort.code,
        starts=cohort.starts,
        status=cohort.status,
        webinars=tuple(
            WebinarFact(w.key, w.audience, w.starts_at, w.minutes, w.status, w.join_url)
            for w in webinars
        ),
        as_of=max((as_of for _, as_of in known), default=None),
        exports=known,
    )


def everybody(
    session: Session, cohort_id: int, *narrowed: ColumnElement[bool]
) -> list[Participant]:
    """Return the participants of a cohort, in order of ref; `narrowed` to some enrolments."""
    mine = select(col(m.Enrolment.id)).where(col(m.Enrolment.cohort_id) == cohort_id, *narrowed)
    return participants(session, [i for i in session.execute(mine).scalars() if i is not None])


def participants(session: Session, enrolments: Sequence[int]) -> list[Participant]:
    """Return these enrolments with all that their year depends on, in order of ref."""
    wanted = set(enrolments)
    if not wanted:
        return []
    sections = _sections(session, wanted)
    mentorships = _mentorships(session, wanted)
    overlays = _overlays(session, wanted)
    cases = _open_cases(session, wanted)
    past = _past(session, wanted)
    people = []
    for row in session.connection().execute(_enrolled(col(m.Enrolment.id).in_(wanted))):
        mine = overlays.get(row.id, [])
        people.append(
            Participant(
                id=row.id,
                ref=row.ref,
                nation=calendar_name(row.nation, row.organisation),
                joined_on=row.joined_on,
                accepted_at=row.accepted_at,
                status=row.status,
                sections=sections.get(row.id, {}),
                mentorships=tuple(mentorships.get(row.id, ())),
                extensions={o.milestone: o.due_at for o in mine if o.milestone and o.due_at},
                pauses=tuple(Pause(o.from_on, o.until_on) for o in mine if o.from_on),
                parked=any(o.kind == "parked" for o in mine),
                silenced=any(o.kind == "silence" for o in mine),
                cases=cases.get(row.id, {}),
                past=past.get(row.id, {}),
            )
        )
    return people


def _enrolled(where: ColumnElement[bool]) -> Any:
    return (
        select(
            col(m.Enrolment.id),
            col(m.Role.ref),
            col(m.Person.nation),
            col(m.Person.organisation),
            col(m.Enrolment.joined_on),
            col(m.Enrolment.accepted_at),
            col(m.Enrolment.status),
        )
        .join(m.Role, col(m.Role.id) == col(m.Enrolment.role_id))
        .join(m.Person, col(m.Person.id) == col(m.Role.person_id))
        .where(where)
        .order_by(col(m.Role.ref))
    )


def _sections(session: Session, ids: set[int]) -> Mapping[int, dict[str, SectionState]]:
    found: dict[int, dict[str, SectionState]] = defaultdict(dict)
    p = m.Progress
    for enrolment, section, status, updated, seen in session.connection().execute(
        select(
            col(p.enrolment_id),
            col(p.section),
            col(p.status),
            col(p.updated_on),
            col(p.complete_seen_at),
        ).where(col(p.enrolment_id).in_(ids))
    ):
        found[enrolment][section] = SectionState(status == "complete", updated, seen)
    return found


def _mentorships(session: Session, ids: set[int]) -> Mapping[int, list[Mentorship]]:
    found: dict[int, list[Mentorship]] = defaultdict(list)
    for row in session.connection().execute(
        select(
            col(m.Mentorship.enrolment_id),
            col(m.Role.ref),
            col(m.Person.nation),
            col(m.Person.organisation),
            col(m.Mentorship.named_at),
            col(m.Mentorship.request_sent_at),
            col(m.Mentorship.accepted_at),
            col(m.Mentorship.declined_at),
            col(m.Mentorship.signed_off_at),
            col(m.Mentorship.ended_at),
        )
        .join(m.Role, col(m.Role.id) == col(m.Mentorship.role_id))
        .join(m.Person, col(m.Person.id) == col(m.Role.person_id))
        .where(col(m.Mentorship.enrolment_id).in_(ids))
        .order_by(col(m.Mentorship.id))
    ):
        enrolment, ref, nation, organisation, *moments = row
        found[enrolment].append(Mentorship(ref, calendar_name(nation, organisation), *moments))
    return found


def _overlays(session: Session, ids: set[int]) -> Mapping[int, list[m.Overlay]]:
    found: dict[int, list[m.Overlay]] = defaultdict(list)
    for overlay in session.execute(
        select(m.Overlay)
        .where(col(m.Overlay.enrolment_id).in_(ids), col(m.Overlay.revoked_at).is_(None))
        .order_by(col(m.Overlay.id))
    ).scalars():
        found[overlay.enrolment_id].append(overlay)
    return found


def _open_cases(session: Session, ids: set[int]) -> Mapping[int, dict[str, dt.datetime]]:
    found: dict[int, dict[str, dt.datetime]] = defaultdict(dict)
    for enrolment, kind, opened in session.connection().execute(
        select(col(m.Case.enrolment_id), col(m.Case.kind), col(m.Case.opened_at)).where(
            col(m.Case.enrolment_id).in_(ids), col(m.Case.state) != "closed"
        )
    ):
        found[enrolment][kind] = opened
    return found


def _past(session: Session, ids: set[int]) -> Mapping[int, dict[Key, PastRow]]:
    """Return the rows of these enrolments; of final ones, the many, only what is asked of them."""
    found: dict[int, dict[Key, PastRow]] = defaultdict(dict)
    r = m.LedgerRow
    mine, standing = col(r.enrolment_id).in_(ids), col(r.outcome).in_(m.OPEN)
    connection = session.connection()
    for enrolment, outcome, names in connection.execute(_unsent_finals(mine, standing)).all():
        row = PastRow(outcome)
        past = found[enrolment]
        for name in names.split(ROW_ENDS):
            step, occurrence, recipient = name.split(PART_ENDS)
            past[(step, occurrence, recipient)] = row
    named = (col(r.enrolment_id), col(r.step), col(r.occurrence), col(r.recipient))
    sent = select(*named, col(r.outcome), col(r.sent_at)).where(mine, col(r.sent_at).is_not(None))
    for enrolment, step, occurrence, recipient, outcome, sent_at in connection.execute(sent).all():
        found[enrolment or 0][(step, occurrence, recipient)] = PastRow(outcome, sent_at)
    details = (col(r.outcome), col(r.sent_at), col(r.due_at), col(r.reason), col(r.until))
    opens = select(*named, *details, col(r.id)).where(mine, standing)
    for enrolment, step, occurrence, recipient, *facts in connection.execute(opens).all():
        found[enrolment or 0][(step, occurrence, recipient)] = PastRow(*facts)
    return found


def _unsent_finals(mine: Any, standing: Any) -> Any:
    """Return a query for (enrolment, outcome, names in one text): most rows, in few results."""
    r = m.LedgerRow
    name = col(r.step) + PART_ENDS + col(r.occurrence) + PART_ENDS + col(r.recipient)
    return (
        select(col(r.enrolment_id), col(r.outcome), func.aggregate_strings(name, ROW_ENDS))
        .where(mine, ~standing, col(r.sent_at).is_(None))
        .group_by(col(r.enrolment_id), col(r.outcome))
    )


def inboxes(
    session: Session,
    recipients: Iterable[tuple[str, str]],
    *,
    cohort_id: int,
    today: dt.date,
    week: tuple[dt.datetime, dt.datetime],
) -> dict[tuple[str, str], Inbox]:
    """Return what these (recipient, role) have had in the week [from, to), over all cohorts.

    Queued and claimed messages count as had; the gap looks back one week. Messages to share
    are this cohort's alone.
    """
    wanted = set(recipients)
    found = {key: Inbox() for key in wanted}
    msg = m.Message
    rows: Any = session.connection().execute(
        select(
            col(msg.cohort_id),
            col(msg.recipient),
            col(msg.role),
            col(msg.status),
            col(msg.class_).label("class_"),  # the column is called "class"
            col(msg.counts),
            col(msg.sent_at),
            col(msg.send_on),
            col(msg.bundle),
            col(msg.date),
            col(msg.has_chaser),
            col(msg.has_tip),
        ).where(
            col(msg.recipient).in_({ref for ref, _ in wanted}),
            (col(msg.sent_at) >= week[0] - dt.timedelta(days=7))
            | col(msg.status).in_(("queued", "claimed")),
        )
    )
    for row in rows:
        inbox = found.get((row.recipient, row.role))
        if inbox is None:
            continue
        at = row.sent_at or row.date
        if row.counts and (row.sent_at is None or week[0] <= row.sent_at < week[1]):
            inbox.counted += 1
        if row.has_chaser and (inbox.last_chaser is None or at > inbox.last_chaser):
            inbox.last_chaser = at
        here = row.cohort_id == cohort_id and row.send_on == today
        if row.status == "queued" and here:
            classes = {row.class_}
            classes |= {"chaser"} if row.has_chaser else set()
            classes |= {"tip"} if row.has_tip else set()
            inbox.bundles[row.bundle] = classes
    return found
