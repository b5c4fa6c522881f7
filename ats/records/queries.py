"""What is asked of the records about people, by the ids of their enrolments (`ids`).

Each tick asks it of each cohort, and so each query is put together once.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

from sqlalchemy import Text, bindparam, case, cast, exists, func, null, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from ats.records import models as m

#: Between the parts of a row's name, and between names; neither occurs in a ref or key.
PART_ENDS, ROW_ENDS = "\x1f", "\x1e"
#: Before the moment at which a row that was not sent was decided.
UNSENT = "-"

#: The case that asks a person to speak with the mentor of somebody who was silenced.
SILENCED_PARTICIPANT = "silenced-participant"

_IDS: Any = bindparam("ids", expanding=True)

# Who gets invitations: few, and the index finds that somebody is none of them.
_INVITED: Any = (col(m.Feed.role_id) == col(m.Role.id)) & (col(m.Feed.mode) == "invitations")


def _silenced() -> Any:
    """Return whether nothing goes to the person, in whichever role they were silenced."""
    any_of_theirs = aliased(m.Role)
    return exists().where(
        col(any_of_theirs.person_id) == col(m.Person.id),
        col(any_of_theirs.silenced_at).is_not(None),
    )


def _beside_silence() -> Any:
    """Return whether a case says that another participant of this mentor was silenced."""
    other = aliased(m.Mentorship)
    return exists().where(
        col(other.role_id) == col(m.Role.id),
        col(other.ended_at).is_(None),
        col(m.Case.enrolment_id) == col(other.enrolment_id),
        col(m.Case.kind) == SILENCED_PARTICIPANT,
        col(m.Case.state) != "closed",
    )


ENROLLED: Any = (
    select(
        col(m.Enrolment.id),
        col(m.Role.ref),
        col(m.Person.nation),
        col(m.Person.organisation),
        col(m.Enrolment.joined_on),
        col(m.Enrolment.accepted_at),
        col(m.Enrolment.status),
        col(m.Enrolment.left_at),
        col(m.Feed.mode_since),
        _silenced().label("silenced"),
    )
    .join(m.Role, col(m.Role.id) == col(m.Enrolment.role_id))
    .join(m.Person, col(m.Person.id) == col(m.Role.person_id))
    .outerjoin(m.Feed, _INVITED)
    .where(col(m.Enrolment.id).in_(_IDS))
    .order_by(col(m.Role.ref))
)

PROGRESS: Any = select(
    col(m.Progress.enrolment_id),
    col(m.Progress.section),
    col(m.Progress.status),
    col(m.Progress.updated_on),
    col(m.Progress.complete_seen_at),
).where(col(m.Progress.enrolment_id).in_(_IDS))

MENTORSHIPS: Any = (
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
        col(m.Feed.mode_since),
        col(m.Mentorship.ended_because),
        col(m.Mentorship.sign_off_round),
        col(m.Mentorship.sign_off_revoked_at),
        col(m.Mentorship.sign_off_reopened_at),
        case(
            (
                col(m.Person.email_confirmed_at) >= col(m.Person.email_changed_at),
                null(),
            ),
            else_=col(m.Person.email_changed_at),
        ),
        _silenced(),
        col(m.Mentorship.id),
        _beside_silence(),
    )
    .join(m.Role, col(m.Role.id) == col(m.Mentorship.role_id))
    .join(m.Person, col(m.Person.id) == col(m.Role.person_id))
    .outerjoin(m.Feed, _INVITED)
    .where(col(m.Mentorship.enrolment_id).in_(_IDS))
    .order_by(col(m.Mentorship.id))
)


def _told_beside() -> Any:
    e, s, r = m.Enrolment, m.Mentorship, m.LedgerRow
    return (
        select(
            col(s.enrolment_id),
            col(r.step),
            col(r.occurrence),
            col(r.recipient),
            func.max(col(r.sent_at)),
        )
        .join(e, col(e.id) == col(s.enrolment_id))
        .join(m.Role, col(m.Role.id) == col(s.role_id))
        .join(m.Feed, _INVITED)
        .join(
            r,
            (col(r.recipient) == col(m.Role.ref))
            & (col(r.cohort_id) == col(e.cohort_id))
            & (col(r.enrolment_id) != col(e.id)),
        )
        .where(col(s.enrolment_id).in_(_IDS), col(r.sent_at).is_not(None))
        .group_by(col(s.enrolment_id), col(r.step), col(r.occurrence), col(r.recipient))
    )


#: (enrolment, step, occurrence, ref, last sent) of what mentors who get invitations were sent
#: about others whom they mentor in the same cohort. Asked where there is such a mentor.
TOLD_BESIDE: Any = _told_beside()

OVERLAYS: Any = (
    select(
        col(m.Overlay.enrolment_id),
        col(m.Overlay.kind),
        col(m.Overlay.milestone),
        col(m.Overlay.due_at),
        col(m.Overlay.from_on),
        col(m.Overlay.until_on),
        col(m.Overlay.adjustment),
        col(m.Overlay.recorded_at),
        col(m.Overlay.revoked_at),
    )
    .where(col(m.Overlay.enrolment_id).in_(_IDS))
    .order_by(col(m.Overlay.id))
)

#: Whose year went on in another one: (old enrolment, new enrolment, when settled, cohort, from).
RESTARTS: Any = (
    select(
        col(m.EnrolmentChange.enrolment_id),
        col(m.EnrolmentChange.other_id),
        col(m.EnrolmentChange.at),
        col(m.Cohort.code),
        col(m.Enrolment.joined_on),
    )
    .join(m.Enrolment, col(m.Enrolment.id) == col(m.EnrolmentChange.other_id))
    .join(m.Cohort, col(m.Cohort.id) == col(m.Enrolment.cohort_id))
    .where(
        col(m.EnrolmentChange.enrolment_id).in_(_IDS) | col(m.EnrolmentChange.other_id).in_(_IDS)
    )
)

OPEN_CASES: Any = select(col(m.Case.enrolment_id), col(m.Case.kind), col(m.Case.opened_at)).where(
    col(m.Case.enrolment_id).in_(_IDS), col(m.Case.state) != "closed"
)


def _roles() -> Any:
    """Return a query for (enrolment, role) of the participants and all their mentors."""
    e, s = m.Enrolment, m.Mentorship
    own: Any = select(col(e.id).label("enrolment_id"), col(e.role_id)).where(col(e.id).in_(_IDS))
    mentors = select(col(s.enrolment_id), col(s.role_id)).where(col(s.enrolment_id).in_(_IDS))
    return own.union(mentors).subquery()


_ROLES = _roles()

#: Joins a person to the suppression that stands for the address they have now.
SUPPRESSION_STANDS: Any = (col(m.Suppression.email_key) == col(m.Person.email_key)) & col(
    m.Suppression.lifted_at
).is_(None)

#: (enrolment, ref, since) whose address does not work: the participant's, a mentor's.
SUPPRESSED: Any = (
    select(_ROLES.c.enrolment_id, col(m.Role.ref), col(m.Suppression.at))
    .join(m.Role, col(m.Role.id) == _ROLES.c.role_id)
    .join(m.Person, col(m.Person.id) == col(m.Role.person_id))
    .join(m.Suppression, SUPPRESSION_STANDS)
)

#: (enrolment, ref, since, until) when mail to the participant or a mentor did not get through.
MENDED: Any = (
    select(
        _ROLES.c.enrolment_id,
        col(m.Role.ref),
        col(m.Suppression.at),
        func.coalesce(col(m.Suppression.lifted_at), col(m.Suppression.replaced_at)),
    )
    .join(m.Role, col(m.Role.id) == _ROLES.c.role_id)
    .join(m.Suppression, col(m.Suppression.person_id) == col(m.Role.person_id))
    .where(col(m.Suppression.lifted_at).is_not(None) | col(m.Suppression.replaced_at).is_not(None))
    .order_by(col(m.Suppression.at), col(m.Suppression.id))
)


def _welcoming() -> Any:
    s, w, row, other = m.Mentorship, m.Welcomed, m.LedgerRow, aliased(m.Mentorship)
    asked = (
        select(col(row.id))
        .join(other, col(other.enrolment_id) == col(row.enrolment_id))
        .where(
            col(other.role_id) == col(s.role_id),
            col(row.step) == "register-invitation",
            col(row.recipient) == col(m.Role.ref),
            col(row.sent_at) > col(w.since),
            col(row.enrolment_id) != col(s.enrolment_id),
        )
    )
    entry = m.RegisterMentor
    return (
        select(col(s.enrolment_id), col(m.Role.ref))
        .join(m.Role, col(m.Role.id) == col(s.role_id))
        .join(w, (col(w.role_id) == col(s.role_id)) & (col(w.topic) == "register"))
        .outerjoin(entry, (col(entry.role_id) == col(s.role_id)) & col(entry.left_at).is_(None))
        .where(col(s.enrolment_id).in_(_IDS), col(entry.role_id).is_(None), ~asked.exists())
    )


#: (enrolment, ref) of mentors who agreed to be asked onto the register, are not on it, and were
#: not asked about somebody else whom they mentor.
WELCOMING: Any = _welcoming()

#: (enrolment, ref, class) that the participant or a mentor has switched off.
OPTED_OUT: Any = (
    select(_ROLES.c.enrolment_id, col(m.Role.ref), col(m.OptOut.class_))
    .join(m.Role, col(m.Role.id) == _ROLES.c.role_id)
    .join(m.OptOut, col(m.OptOut.role_id) == _ROLES.c.role_id)
)

_THEIRS = col(m.LedgerRow.enrolment_id).in_(_IDS)
_OPEN = col(m.LedgerRow.outcome).in_(m.OPEN)

OPEN_ROWS: Any = select(
    col(m.LedgerRow.enrolment_id),
    col(m.LedgerRow.step),
    col(m.LedgerRow.occurrence),
    col(m.LedgerRow.recipient),
    col(m.LedgerRow.outcome),
    col(m.LedgerRow.sent_at),
    col(m.LedgerRow.due_at),
    col(m.LedgerRow.reason),
    col(m.LedgerRow.until),
    col(m.LedgerRow.id),
    col(m.LedgerRow.message_id).is_not(None),
    col(m.LedgerRow.decided_at),
).where(_THEIRS, _OPEN)


def _final_rows() -> Any:
    r = m.LedgerRow
    ended = func.coalesce(cast(col(r.sent_at), Text), UNSENT + cast(col(r.decided_at), Text))
    parts = (col(r.step), col(r.occurrence), col(r.recipient), ended)
    row = reduce(lambda row, part: row + PART_ENDS + part, parts)
    return (
        select(col(r.enrolment_id), col(r.outcome), func.aggregate_strings(row, ROW_ENDS))
        .where(_THEIRS, ~_OPEN)
        .group_by(col(r.enrolment_id), col(r.outcome))
    )


#: (enrolment, outcome, rows in one text): most rows, in few results.
FINAL_ROWS: Any = _final_rows()
