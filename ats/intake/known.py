"""Whom the records know of those whom a roster names, and of its cohort."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlmodel import Session

from ats.intake.relations import (
    ENROLMENT,
    IMPORT,
    IMPORT_CHANGE,
    MENTORSHIP,
    OVERLAY,
    PERSON,
    ROLE,
    rows_where,
)
from ats.intake.writing import as_json

PARKED = "import-undone"  # the reason of the overlay that an undone import leaves


@dataclass(frozen=True, slots=True)
class KnownPerson:
    id: int
    given_name: str
    family_name: str
    email: str
    email_key: str
    nation: str
    organisation: str
    email_changed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class KnownRole:
    id: int
    person_id: int
    kind: str
    ref: str
    silenced_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class KnownEnrolment:
    id: int
    joined_on: dt.date
    status: str


@dataclass(frozen=True, slots=True)
class KnownMentorship:
    id: int
    role_id: int
    stands: bool
    settled: bool  # asked, answered, or named by staff: no file replaces it
    agreed: bool
    ended_by_staff: bool


class Known:
    """Records by id, ref and address; enrolments and mentorships of the one cohort only."""

    def __init__(
        self, session: Session, cohort_id: int, *, refs: Iterable[str], email_keys: Iterable[str]
    ) -> None:
        session.flush()
        connection = session.connection()
        ids = _people_of(connection, cohort_id, refs, email_keys)
        columns = (PERSON.c[name] for name in KnownPerson.__slots__)
        self.people = {
            row[0]: KnownPerson(*row)
            for row in rows_where(connection, select(*columns), PERSON.c.id, ids)
        }
        columns = (ROLE.c[name] for name in KnownRole.__slots__)
        roles = [
            KnownRole(*row)
            for row in rows_where(connection, select(*columns), ROLE.c.person_id, ids)
        ]
        self.role_of_id = {role.id: role for role in roles}
        self.role_of_ref = {role.ref.casefold(): role for role in roles}
        self.person_of_key = {person.email_key: person.id for person in self.people.values()}
        self.roles_of_person: dict[int, list[KnownRole]] = defaultdict(list)
        for role in sorted(roles, key=lambda role: role.id):
            self.roles_of_person[role.person_id].append(role)
        self.enrolments = _enrolments(connection, cohort_id)
        self.parked = _parked(connection, cohort_id)
        self.mentorships = _mentorships(connection, cohort_id)
        self.written = _written(connection)


def _people_of(
    connection: Connection, cohort_id: int, refs: Iterable[str], email_keys: Iterable[str]
) -> list[int]:
    """Return the ids of people of the cohort, their mentors, and whom the file names."""
    of_role = select(ROLE.c.person_id).distinct()
    enrolled = of_role.join(ENROLMENT, ENROLMENT.c.role_id == ROLE.c.id)
    mentors = of_role.join(MENTORSHIP, MENTORSHIP.c.role_id == ROLE.c.id).join(
        ENROLMENT, ENROLMENT.c.id == MENTORSHIP.c.enrolment_id
    )
    ids = set()
    for query in (enrolled, mentors):
        ids |= set(connection.scalars(query.where(ENROLMENT.c.cohort_id == cohort_id)))
    spellings = {spelling for ref in refs for spelling in (ref, ref.upper(), ref.lower())}
    named = rows_where(connection, of_role, ROLE.c.ref, sorted(spellings))
    addressed = rows_where(connection, select(PERSON.c.id), PERSON.c.email_key, sorted(email_keys))
    ids |= {row[0] for row in (*named, *addressed)}
    return sorted(ids)


def _enrolments(connection: Connection, cohort_id: int) -> dict[int, KnownEnrolment]:
    """Return the cohort's enrolments by role id."""
    rows = connection.execute(
        select(
            ENROLMENT.c.role_id, ENROLMENT.c.id, ENROLMENT.c.joined_on, ENROLMENT.c.status
        ).where(ENROLMENT.c.cohort_id == cohort_id)
    )
    return {role_id: KnownEnrolment(*values) for role_id, *values in rows}


def _parked(connection: Connection, cohort_id: int) -> dict[int, int]:
    """Return whom undone imports left behind: enrolment id → overlay id."""
    rows = connection.execute(
        select(OVERLAY.c.enrolment_id, OVERLAY.c.id)
        .join(ENROLMENT, ENROLMENT.c.id == OVERLAY.c.enrolment_id)
        .where(ENROLMENT.c.cohort_id == cohort_id)
        .where(OVERLAY.c.kind == "parked", OVERLAY.c.revoked_at.is_(None))
    )
    return {int(enrolment_id): int(overlay_id) for enrolment_id, overlay_id in rows}


def _mentorships(connection: Connection, cohort_id: int) -> dict[int, list[KnownMentorship]]:
    """Return the cohort's mentorships by enrolment id, the oldest first."""
    named_by_file, ended_by_file = _by_file(connection, cohort_id)
    found: dict[int, list[KnownMentorship]] = defaultdict(list)
    rows = connection.execute(
        select(
            MENTORSHIP.c.enrolment_id,
            MENTORSHIP.c.id,
            MENTORSHIP.c.role_id,
            MENTORSHIP.c.ended_at,
            MENTORSHIP.c.request_sent_at,
            MENTORSHIP.c.accepted_at,
            MENTORSHIP.c.declined_at,
            MENTORSHIP.c.signed_off_at,
        )
        .join(ENROLMENT, ENROLMENT.c.id == MENTORSHIP.c.enrolment_id)
        .where(ENROLMENT.c.cohort_id == cohort_id)
        .order_by(MENTORSHIP.c.id)
    )
    for enrolment_id, id_, role_id, ended_at, *settling in rows:
        ended_so = (id_, as_json(ended_at))
        found[enrolment_id].append(
            KnownMentorship(
                id=id_,
                role_id=role_id,
                stands=ended_at is None,
                settled=any(settling) or id_ not in named_by_file,
                agreed=settling[1] is not None,
                ended_by_staff=ended_at is not None and ended_so not in ended_by_file,
            )
        )
    return found


def _by_file(connection: Connection, cohort_id: int) -> tuple[set[int], set[tuple[int, str]]]:
    """Return the ids of mentorships that rosters named, and what they ended, with its moment.

    Undone rosters count too: what they leave is none of staff's doing.
    """
    rows = connection.execute(
        select(IMPORT_CHANGE.c.entity_id, IMPORT_CHANGE.c.field, IMPORT_CHANGE.c.after)
        .join(IMPORT, IMPORT.c.id == IMPORT_CHANGE.c.import_id)
        .where(IMPORT.c.cohort_id == cohort_id, IMPORT_CHANGE.c.entity == "mentorship")
    ).all()
    return (
        {id_ for id_, field, _ in rows if field is None},
        {(id_, after) for id_, field, after in rows if field == "ended_at"},
    )


def _written(connection: Connection) -> set[tuple[str, int, str]]:
    """Return the values that standing imports set in records that were there before."""
    rows = connection.execute(
        select(IMPORT_CHANGE.c.entity, IMPORT_CHANGE.c.entity_id, IMPORT_CHANGE.c.field)
        .join(IMPORT, IMPORT.c.id == IMPORT_CHANGE.c.import_id)
        .where(IMPORT.c.undone_at.is_(None), IMPORT_CHANGE.c.field.is_not(None))
        .where(IMPORT_CHANGE.c.entity.in_(("person", "enrolment")))
    )
    return {(entity, id_, field) for entity, id_, field in rows}
