"""From the records to the planner's frozen facts: a handful of queries for any number of people."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, cast, func, select
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


#: Asked several times in each tick of each cohort, and so put together once.
_COHORT = select(m.Cohort).where(col(m.Cohort.code) == bindparam("code"))
_WEBINARS = (
    select(
        col(m.Webinar.key),
        col(m.Webinar.audience),
        col(m.Webinar.starts_at),
        col(m.Webinar.minutes),
        col(m.Webinar.status),
        col(m.Webinar.join_url),
    )
    .where(col(m.Webinar.cohort_id) == bindparam("cohort"))
    .order_by(col(m.Webinar.starts_at), col(m.Webinar.key))
)
_EXPORTS = (
    select(col(m.Import.applied_at), col(m.Import.as_of))
    .where(
        col(m.Import.cohort_id) == bindparam("cohort"),
        col(m.Import.kind) == "progress",
        col(m.Import.undone_at).is_(None),
        col(m.Import.as_of).is_not(None),
    )
    .order_by(col(m.Import.id))
)


def cohort_named(session: Session, code: str, *, locked: bool = False) -> m.Cohort:
    """Return the cohort, locked for this transaction if asked; NotFound names those there are."""
    query = _COHORT.with_for_update() if locked else _COHORT
    cohort: m.Cohort | None = session.execute(query, {"code": code}).scalar()
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
    standing = session.execute(_EXPORTS, {"cohort": cohort_id})
    return tuple((applied, as_of) for applied, as_of in standing)


def cohort_facts(session: Session, cohort: m.Cohort) -> CohortFacts:
    """Return what all people of a cohort share."""
    assert cohort.id is not None
    webinars = session.execute(_WEBINARS, {"cohort": cohort.id})
    known = exports(session, cohort.id)
    return CohortFacts(
        id=cohort.id,
        code=cohort.code,
        starts=cohort.starts,
        status=cohort.status,
        webinars=tuple(WebinarFact(*webinar) for webinar in webinars),
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
    suppressed = _suppressed(session, wanted)
    opted_out = _opted_out(session, wanted)
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
                suppressed=suppressed.get(row.id, frozenset()),
                opted_out=opted_out.get(row.id, frozenset()),
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


def _suppressed(session: Session, ids: set[int]) -> Mapping[int, frozenset[str]]:
    """Return by enrolment whose address does not work: the participant's, a mentor's."""
    found: dict[int, set[str]] = defaultdict(set)
    roles, s = _roles_of(ids), m.Suppression
    for enrolment, ref in session.connection().execute(
        select(roles.c.enrolment_id, col(m.Role.ref))
        .join(m.Role, col(m.Role.id) == roles.c.role_id)
        .join(m.Person, col(m.Person.id) == col(m.Role.person_id))
        .join(s, (col(s.email_key) == col(m.Person.email_key)) & col(s.lifted_at).is_(None))
    ):
        found[enrolment].add(ref)
    return {enrolment: frozenset(refs) for enrolment, refs in found.items()}


def _opted_out(session: Session, ids: set[int]) -> Mapping[int, frozenset[tuple[str, str]]]:
    """Return by enrolment (ref, class) that the participant or a mentor has switched off."""
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    roles = _roles_of(ids)
    for enrolment, ref, class_ in session.connection().execute(
        select(roles.c.enrolment_id, col(m.Role.ref), col(m.OptOut.class_))
        .join(m.Role, col(m.Role.id) == roles.c.role_id)
        .join(m.OptOut, col(m.OptOut.role_id) == roles.c.role_id)
    ):
        found[enrolment].add((ref, class_))
    return {enrolment: frozenset(pairs) for enrolment, pairs in found.items()}


def _roles_of(ids: set[int]) -> Any:
    """Return a query for (enrolment, role) of the participants and all their mentors."""
    e, s = m.Enrolment, m.Mentorship
    own: Any = select(col(e.id).label("enrolment_id"), col(e.role_id)).where(col(e.id).in_(ids))
    mentors = select(col(s.enrolment_id), col(s.role_id)).where(col(s.enrolment_id).in_(ids))
    return own.union(mentors).subquery()


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
    """Return the rows of these enrolments; of final ones, the many, only what is asked of them.

    Open ones are read first: what another worker records meanwhile is then met twice, not never.
    """
    found: dict[int, dict[Key, PastRow]] = defaultdict(dict)
    r = m.LedgerRow
    mine, standing = col(r.enrolment_id).in_(ids), col(r.outcome).in_(m.OPEN)
    connection = session.connection()
    named = (col(r.enrolment_id), col(r.step), col(r.occurrence), col(r.recipient))
    details = (col(r.outcome), col(r.sent_at), col(r.due_at), col(r.reason), col(r.until))
    in_message = col(r.message_id).is_not(None)
    opens = select(*named, *details, col(r.id), in_message).where(mine, standing)
    for enrolment, step, occurrence, recipient, *facts in connection.execute(opens).all():
        found[enrolment or 0][(step, occurrence, recipient)] = PastRow(*facts)
    known: dict[tuple[str, str], PastRow] = {}  # most rows have been sent with others
    for enrolment, outcome, rows in connection.execute(_finals(mine, standing)).all():
        past = found[enrolment]
        for row in rows.split(ROW_ENDS):
            step, occurrence, recipient, sent_at = row.split(PART_ENDS)
            if (outcome, sent_at) not in known:
                known[outcome, sent_at] = PastRow(outcome, _moment(sent_at))
            past[step, occurrence, recipient] = known[outcome, sent_at]
    return found


def _finals(mine: Any, standing: Any) -> Any:
    """Return a query for (enrolment, outcome, rows in one text): most rows, in few results."""
    r = m.LedgerRow
    sent_at = func.coalesce(cast(col(r.sent_at), Text), "")
    parts = (col(r.step), col(r.occurrence), col(r.recipient), sent_at)
    row = reduce(lambda row, part: row + PART_ENDS + part, parts)
    return (
        select(col(r.enrolment_id), col(r.outcome), func.aggregate_strings(row, ROW_ENDS))
        .where(mine, ~standing)
        .group_by(col(r.enrolment_id), col(r.outcome))
    )


def _moment(text: str) -> dt.datetime | None:
    """Return the moment that the database writes so: in UTC, or with its offset."""
    if not text:
        return None
    moment = dt.datetime.fromisoformat(text)
    return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


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
