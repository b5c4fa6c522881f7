"""Addresses that do not work: whose, since when, what the mail server said, and whom to ask."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from ats.records import models as m
from ats.records.queries import SUPPRESSION_STANDS

#: What happened to the e-mail, by the reason of the suppression.
HAPPENED = {"bounced": "came back", "refused": "was refused"}
#: What staff do about it, as sentences without the last full stop.
REMEDY = (
    "Import another one with the roster, or, if it works after all, let mail go there again with "
    "`ats contact lift {ref}`"
)


#: What came back longer before belongs to another episode.
EPISODE = dt.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class DeadAddress:
    """An address of somebody to which nothing goes, or went until it was lifted.

    `status` is of RFC 3463, `answer` the server's without addresses; either may be ''. `subject`
    is that of the e-mail which did not arrive.
    """

    ref: str
    role: str
    since: dt.datetime
    reason: str
    status: str
    answer: str
    subject: str | None
    person: int  # id
    is_theirs: bool = True  # False: another address has taken its place
    lifted_at: dt.datetime | None = None
    lifted_by: str | None = None

    @property
    def stands(self) -> bool:
        """Whether nothing goes to this person because of it."""
        return self.is_theirs and self.lifted_at is None

    @property
    def why(self) -> str:
        """'came back (550 5.1.1 no such user)'."""
        said = self.answer or self.status
        return HAPPENED[self.reason] + (f" ({said})" if said else "")


def stands_for(session: Session, person: int) -> m.Suppression | None:
    """Return why nothing goes to the address that somebody has now; None: mail goes there."""
    found: m.Suppression | None = session.execute(
        select(m.Suppression)
        .join(m.Person, SUPPRESSION_STANDS)
        .where(col(m.Person.id) == person)
        .with_for_update(of=m.Suppression)
    ).scalar()
    return found


def dead_addresses(session: Session, refs: Iterable[str]) -> list[DeadAddress]:
    """Return what stood or stands for the addresses of these people, then and now, by time."""
    s, msg, person = m.Suppression, m.Message, m.Person
    people = (
        select(
            col(m.Role.ref),
            col(m.Role.kind),
            col(person.id),
            col(person.email_key),
            s,
            col(msg.subject),
        )
        .join_from(m.Role, person, col(person.id) == col(m.Role.person_id))
        .where(col(m.Role.ref).in_(set(refs)))
    )
    theirs = people.join(s, col(s.email_key) == col(person.email_key)).outerjoin(
        msg, col(msg.id) == col(s.message_id)
    )
    former = (
        people.join(msg, col(msg.recipient) == col(m.Role.ref))
        .join(s, col(s.message_id) == col(msg.id))
        .where(col(s.email_key) != col(person.email_key))
    )
    rows = [*session.execute(theirs), *session.execute(former)]
    answers = _answers(session, [one for *_, one, _ in rows])
    found = [
        DeadAddress(
            ref=ref,
            role=kind,
            since=one.at,
            reason=one.reason,
            status=one.status,
            answer=answers.get(one.message_id, ""),
            subject=subject,
            person=person_id,
            is_theirs=one.email_key == key,
            lifted_at=one.lifted_at,
            lifted_by=one.lifted_by,
        )
        for ref, kind, person_id, key, one, subject in rows
    ]
    return sorted(found, key=lambda one: (one.since, one.ref))


def to_mend(session: Session, codes: Sequence[str]) -> list[tuple[DeadAddress, str]]:
    """Return who of these cohorts cannot be reached, the longest first, and whom to ask.

    For a mentor those are the participants, by ref; for a participant the mentor who has agreed, by
    ref, else the organisation, or the participant where the records know neither. Who has
    withdrawn, or mentors nobody any more, is not told.
    """
    mine = (
        col(m.Cohort.code).in_(codes),
        col(m.Enrolment.status) != "withdrawn",
        col(m.Role.silenced_at).is_(None),
    )
    asked = {**_participants(session, mine), **_mentors(session, mine)}
    standing = [one for one in dead_addresses(session, asked) if one.stands]
    return [(one, asked[one.ref]) for one in standing]


def _participants(session: Session, mine: Sequence[ColumnElement[bool]]) -> dict[str, str]:
    role, agreed = aliased(m.Role), m.Mentorship
    rows = session.execute(
        select(col(m.Role.ref), col(m.Person.organisation), col(role.ref))
        .join_from(m.Role, m.Person, col(m.Person.id) == col(m.Role.person_id))
        .join(m.Suppression, SUPPRESSION_STANDS)
        .join(m.Enrolment, col(m.Enrolment.role_id) == col(m.Role.id))
        .join(m.Cohort, col(m.Cohort.id) == col(m.Enrolment.cohort_id))
        .outerjoin(
            agreed,
            (col(agreed.enrolment_id) == col(m.Enrolment.id))
            & col(agreed.ended_at).is_(None)
            & col(agreed.accepted_at).is_not(None),
        )
        .outerjoin(role, col(role.id) == col(agreed.role_id))
        .where(*mine)
    )
    return {ref: mentor or organisation or ref for ref, organisation, mentor in rows}


def _mentors(session: Session, mine: Sequence[ColumnElement[bool]]) -> dict[str, str]:
    mentee = aliased(m.Role)
    rows = session.execute(
        select(col(m.Role.ref), col(mentee.ref))
        .join_from(m.Role, m.Person, col(m.Person.id) == col(m.Role.person_id))
        .join(m.Suppression, SUPPRESSION_STANDS)
        .join(m.Mentorship, col(m.Mentorship.role_id) == col(m.Role.id))
        .join(m.Enrolment, col(m.Enrolment.id) == col(m.Mentorship.enrolment_id))
        .join(m.Cohort, col(m.Cohort.id) == col(m.Enrolment.cohort_id))
        .join(mentee, col(mentee.id) == col(m.Enrolment.role_id))
        .where(col(m.Mentorship.ended_at).is_(None), *mine)
        .order_by(col(mentee.ref))
    )
    mentees: dict[str, dict[str, None]] = defaultdict(dict)
    for mentor, ref in rows:
        mentees[mentor][ref] = None
    return {mentor: ", ".join(refs) for mentor, refs in mentees.items()}


def _answers(session: Session, found: Sequence[m.Suppression]) -> dict[int | None, str]:
    """Return by message what the mail server said: at once, or when it sent the message back."""
    refused = [one.message_id for one in found if one.reason == "refused"]
    bounced = [one.message_id for one in found if one.reason == "bounced"]
    a, b = m.Attempt, m.Bounce
    at_once = session.execute(
        select(col(a.message_id), col(a.code), col(a.answer))
        .where(col(a.message_id).in_(refused))
        .order_by(col(a.id))
    )
    later = session.execute(
        select(col(b.message_id), col(b.answer))
        .where(col(b.message_id).in_(bounced), col(b.kind).in_(("soft", "hard")))
        .order_by(col(b.id))
    )
    said = {message: f"{code or ''} {answer}".strip() for message, code, answer in at_once}
    return said | {one.message_id: one.answer for one in later}
