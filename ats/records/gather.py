"""From the records to the planner's frozen facts: a handful of queries for any number of people."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, select
from sqlmodel import Session, col

from ats.errors import NotFound
from ats.planning.facts import (
    AddressChange,
    CohortFacts,
    Key,
    Mentorship,
    NextCohort,
    Outage,
    Participant,
    PastRow,
    Pause,
    SectionState,
    WebinarChange,
    WebinarFact,
)
from ats.planning.traffic import Inbox
from ats.records import models as m
from ats.records import queries
from config.closures import calendar_name

#: The ids of enrolments, as `ats.records.queries` takes them.
Wanted = Mapping[str, Sequence[int]]

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
        col(m.Webinar.recording_url),
        col(m.Webinar.recorded_at),
        col(m.Webinar.recording_summary),
        col(m.Webinar.uid),
        col(m.Webinar.sequence),
        col(m.Webinar.revised_at),
    )
    .where(col(m.Webinar.cohort_id) == bindparam("cohort"))
    .order_by(col(m.Webinar.starts_at), col(m.Webinar.key))
)
_CHANGES = (
    select(
        col(m.Webinar.key),
        col(m.WebinarChange.at),
        col(m.WebinarChange.started_at),
        col(m.WebinarChange.starts_at),
        col(m.WebinarChange.note),
    )
    .join(m.Webinar, col(m.Webinar.id) == col(m.WebinarChange.webinar_id))
    .where(col(m.Webinar.cohort_id) == bindparam("cohort"))
    .order_by(col(m.WebinarChange.sequence))
)
_ADDRESSES = (
    select(col(m.Webinar.key), col(m.RecordingChange.at), col(m.RecordingChange.was_url))
    .join(m.Webinar, col(m.Webinar.id) == col(m.RecordingChange.webinar_id))
    .where(col(m.Webinar.cohort_id) == bindparam("cohort"))
    .order_by(col(m.RecordingChange.id))
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
        what = f"There is no cohort {code}" if code.strip() else "The cohort's code is missing"
        raise NotFound(f"{what}; the records hold: {known}.")
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
    changes: dict[str, list[WebinarChange]] = defaultdict(list)
    for key, *change in session.execute(_CHANGES, {"cohort": cohort.id}):
        changes[key].append(WebinarChange(*change))
    addresses: dict[str, list[AddressChange]] = defaultdict(list)
    for key, *address in session.execute(_ADDRESSES, {"cohort": cohort.id}):
        addresses[key].append(AddressChange(*address))
    webinars: Any = session.execute(_WEBINARS, {"cohort": cohort.id})
    known = exports(session, cohort.id)
    return CohortFacts(
        id=cohort.id,
        code=cohort.code,
        starts=cohort.starts,
        status=cohort.status,
        webinars=tuple(
            WebinarFact(
                **webinar._mapping,
                readdressed=tuple(addresses[webinar.key]),
                changes=tuple(changes[webinar.key]),
            )
            for webinar in webinars
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
    if not enrolments:
        return []
    wanted = {"ids": sorted(set(enrolments))}
    session.flush()  # what this transaction has changed is seen
    connection = session.connection()
    sections = _sections(connection, wanted)
    mentorships = _mentorships(connection, wanted)
    beside = _told_beside(connection, wanted, mentorships)
    overlays = _overlays(connection, wanted)
    next_cohorts, restarts = _restarts(connection, wanted)
    cases = _open_cases(connection, wanted)
    past = _past(connection, wanted)
    suppressed = _suppressed(connection, wanted)
    mended = _mended(connection, wanted)
    welcoming = _welcoming(connection, wanted)
    opted_out = _opted_out(connection, wanted)
    people = []
    for row in connection.execute(queries.ENROLLED, wanted):
        changed = overlays.get(row.id, [])
        mine = [overlay for overlay in changed if overlay.revoked_at is None]
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
                extended_at={o.milestone: o.recorded_at for o in mine if o.kind == "extension"},
                pauses=_pauses(changed),
                parked=any(o.kind == "parked" for o in mine),
                silenced=row.silenced or any(o.kind == "silence" for o in mine),
                left_at=row.left_at,
                next_cohort=next_cohorts.get(row.id),
                restarted_at=restarts.get(row.id),
                dates_changed=_dates_changed(changed),
                called_off_at=_called_off_at(changed),
                done={o.milestone: o.recorded_at for o in mine if o.kind == "done"},
                released=frozenset(o.milestone for o in mine if o.kind == "release"),
                adjustments=frozenset(o.adjustment for o in mine if o.adjustment),
                suppressed=suppressed.get(row.id, {}),
                mended=mended.get(row.id, {}),
                welcomes_register=welcoming.get(row.id, frozenset()),
                opted_out=opted_out.get(row.id, frozenset()),
                cases=cases.get(row.id, {}),
                past=past.get(row.id, {}),
                invited_since=row.mode_since,
                beside=beside.get(row.id, {}),
            )
        )
    return people


def _sections(connection: Connection, wanted: Wanted) -> Mapping[int, dict[str, SectionState]]:
    found: dict[int, dict[str, SectionState]] = defaultdict(dict)
    for enrolment, section, status, updated, seen in connection.execute(queries.PROGRESS, wanted):
        found[enrolment][section] = SectionState(status == "complete", updated, seen)
    return found


def _mentorships(connection: Connection, wanted: Wanted) -> Mapping[int, list[Mentorship]]:
    found: dict[int, list[Mentorship]] = defaultdict(list)
    for row in connection.execute(queries.MENTORSHIPS, wanted):
        enrolment, ref, nation, organisation, *moments = row
        found[enrolment].append(Mentorship(ref, calendar_name(nation, organisation), *moments))
    return found


def _told_beside(
    connection: Connection, wanted: Wanted, mentorships: Mapping[int, list[Mentorship]]
) -> Mapping[int, dict[Key, dt.datetime]]:
    found: dict[int, dict[Key, dt.datetime]] = defaultdict(dict)
    if any(m.invited_since for several in mentorships.values() for m in several):
        for enrolment, *key, sent_at in connection.execute(queries.TOLD_BESIDE, wanted):
            step, occurrence, recipient = key
            found[enrolment][step, occurrence, recipient] = sent_at
    return found


def _overlays(connection: Connection, wanted: Wanted) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for overlay in connection.execute(queries.OVERLAYS, wanted):
        found[overlay.enrolment_id].append(overlay)
    return found


def _restarts(
    connection: Connection, wanted: Wanted
) -> tuple[Mapping[int, NextCohort], Mapping[int, dt.datetime]]:
    """Return where those who left for another cohort go on, and since when others are back."""
    ahead: dict[int, NextCohort] = {}
    back: dict[int, dt.datetime] = {}
    for old, new, at, code, joined_on in connection.execute(queries.RESTARTS, wanted):
        ahead[old] = NextCohort(code, joined_on)
        back[new] = at
    return ahead, back


def _pauses(overlays: Iterable[Any]) -> tuple[Pause, ...]:
    """Return the standing breaks; one that was ended earlier is the one that was agreed."""
    breaks = [overlay for overlay in overlays if overlay.from_on is not None]
    agreed: dict[dt.date, dt.datetime] = {}
    for one in breaks:
        agreed[one.from_on] = min(one.recorded_at, agreed.get(one.from_on, one.recorded_at))
    return tuple(
        Pause(one.from_on, one.until_on, one.recorded_at, agreed[one.from_on])
        for one in breaks
        if one.revoked_at is None
    )


def _dates_changed(overlays: Iterable[Any]) -> tuple[dt.datetime, ...]:
    """Return the moments at which these moved dates, or stopped doing so."""
    moving = (overlay for overlay in overlays if overlay.kind in ("extension", "pause"))
    moments = {at for one in moving for at in (one.recorded_at, one.revoked_at) if at is not None}
    return tuple(sorted(moments))


def _called_off_at(overlays: Iterable[Any]) -> dt.datetime | None:
    """Return when a break was taken back last, and nothing put in its place."""
    breaks = [overlay for overlay in overlays if overlay.kind == "pause"]
    settled = {overlay.recorded_at for overlay in breaks}
    taken_back = (overlay.revoked_at for overlay in breaks if overlay.revoked_at is not None)
    return max((at for at in taken_back if at not in settled), default=None)


def _suppressed(connection: Connection, wanted: Wanted) -> Mapping[int, Mapping[str, dt.datetime]]:
    """Return by enrolment whose address does not work, a participant's or mentor's, since when."""
    found: dict[int, dict[str, dt.datetime]] = defaultdict(dict)
    for enrolment, ref, since in connection.execute(queries.SUPPRESSED, wanted):
        found[enrolment][ref] = since
    return found


def _mended(
    connection: Connection, wanted: Wanted
) -> Mapping[int, Mapping[str, tuple[Outage, ...]]]:
    """Return by enrolment when mail to the participant or a mentor did not get through."""
    found: dict[int, dict[str, tuple[Outage, ...]]] = defaultdict(dict)
    for enrolment, ref, since, until in connection.execute(queries.MENDED, wanted):
        found[enrolment][ref] = (*found[enrolment].get(ref, ()), (since, until))
    return found


def _welcoming(connection: Connection, wanted: Wanted) -> Mapping[int, frozenset[str]]:
    """Return by enrolment the mentors who agreed to be asked onto the register, once."""
    found: dict[int, frozenset[str]] = defaultdict(frozenset)
    for enrolment, ref in connection.execute(queries.WELCOMING, wanted):
        found[enrolment] |= {ref}
    return found


def _opted_out(connection: Connection, wanted: Wanted) -> Mapping[int, frozenset[tuple[str, str]]]:
    """Return by enrolment (ref, class) that the participant or a mentor has switched off."""
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for enrolment, ref, class_ in connection.execute(queries.OPTED_OUT, wanted):
        found[enrolment].add((ref, class_))
    return {enrolment: frozenset(pairs) for enrolment, pairs in found.items()}


def _open_cases(connection: Connection, wanted: Wanted) -> Mapping[int, dict[str, dt.datetime]]:
    found: dict[int, dict[str, dt.datetime]] = defaultdict(dict)
    for enrolment, kind, opened in connection.execute(queries.OPEN_CASES, wanted):
        found[enrolment][kind] = opened
    return found


def _past(connection: Connection, wanted: Wanted) -> Mapping[int, dict[Key, PastRow]]:
    """Return the rows of these enrolments; of final ones, the many, only what is asked of them.

    Open ones are read first: what another worker records meanwhile is then met twice, not never.
    """
    found: dict[int, dict[Key, PastRow]] = defaultdict(dict)
    for enrolment, step, occurrence, recipient, *facts in connection.execute(
        queries.OPEN_ROWS, wanted
    ).all():
        found[enrolment or 0][(step, occurrence, recipient)] = PastRow(*facts)
    known: dict[tuple[str, str], PastRow] = {}  # most rows have been sent with others
    for enrolment, outcome, rows in connection.execute(queries.FINAL_ROWS, wanted).all():
        past = found[enrolment]
        for row in rows.split(queries.ROW_ENDS):
            step, occurrence, recipient, ended = row.split(queries.PART_ENDS)
            if (outcome, ended) not in known:
                known[outcome, ended] = _ended(outcome, ended)
            past[step, occurrence, recipient] = known[outcome, ended]
    return found


def _ended(outcome: str, ended: str) -> PastRow:
    """Return a final row: when it was sent or, unsent, decided."""
    if ended.startswith(queries.UNSENT):
        return PastRow(outcome, decided_at=_moment(ended.removeprefix(queries.UNSENT)))
    return PastRow(outcome, _moment(ended))


def _moment(text: str) -> dt.datetime:
    """Return the moment that the database writes so: in UTC, or with its offset."""
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
