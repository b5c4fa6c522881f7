"""What staff do with one case: let it rest, write something down about it, close or reopen it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.opening import close_case, wake
from ats.errors import NotFound, Refused
from ats.people.enrolled import Enrolled
from ats.people.notes import Kind, write_down
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again_about
from ats.records.store import Store

LONGEST_REST = dt.timedelta(weeks=8)
LONGEST_REASON = 500  # characters
SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class OnDesk:
    """A case with the enrolment that it is about."""

    case: m.Case
    whose: Enrolled

    @property
    def number(self) -> int:
        """The case's id."""
        assert self.case.id is not None
        return self.case.id

    def audit(
        self,
        session: Session,
        action: str,
        *,
        now: dt.datetime,
        by: str,
        reason: str = "",
        **after: Any,
    ) -> None:
        """Add a line about this case to the audit trail."""
        session.add(
            m.Audit(
                at=now,
                by=by,
                action=action,
                cohort_id=self.case.cohort_id,
                subject=self.whose.ref,
                before={"case": self.number, "state": self.case.state},
                after={"case": self.number, **after},
                reason=reason,
            )
        )


def on_desk(session: Session, number: int, *, locked: bool = False) -> OnDesk:
    """Return the case of this number; *locked*: nobody changes it, or the enrolment, meanwhile.

    Raises NotFound.
    """
    query = (
        select(m.Case, col(m.Role.ref), m.Enrolment, m.Cohort)
        .join(m.Enrolment, col(m.Enrolment.id) == col(m.Case.enrolment_id))
        .join(m.Role, col(m.Role.id) == col(m.Enrolment.role_id))
        .join(m.Cohort, col(m.Cohort.id) == col(m.Case.cohort_id))
        .where(col(m.Case.id) == number)
    )
    found = session.execute(query).first()
    if found is None:
        raise NotFound(f"There is no case {number}; see them all with `ats case list`.")
    case, ref, enrolment, cohort = found
    if locked:
        gather.lock(session, [case.enrolment_id])  # first, as a tick does
        session.refresh(case)
        session.refresh(enrolment)
    return OnDesk(case, Enrolled(ref, enrolment, cohort))


def snooze(
    store: Store, number: int, until: dt.date, why: str, *, now: dt.datetime, by: str
) -> None:
    """Let a case rest until a day; then its owner is told of it again.

    Raises NotFound, and Refused for a closed case, a day that is not ahead or too far, and
    without a reason.
    """
    why = _in_words(why)

    def rest(session: Session, one: OnDesk) -> None:
        refuse_closed(one)
        today = now.date()
        if not today < until <= today + LONGEST_REST:
            raise Refused(
                f"Case {number} can rest from tomorrow until {today + LONGEST_REST} at most, and "
                f"{until} is not within that; give another day."
            )
        one.audit(session, "case-snoozed", now=now, by=by, reason=why, until=until.isoformat())
        one.case.state, one.case.snoozed_until = "snoozed", until

    _handle(store, number, rest)


def reopen(store: Store, number: int, why: str, *, now: dt.datetime, by: str) -> None:
    """Open a closed case again, or wake one that rests.

    What staff open again stays open until a person ends it. Raises NotFound, and Refused for one
    that is open, for one whose place another has taken, for somebody who has left, and without a
    reason.
    """
    why = _in_words(why)

    def open_again(session: Session, one: OnDesk) -> None:
        if one.case.state == "open":
            raise Refused(f"Case {number} is open already.")
        if one.whose.enrolment.status != "active":
            raise Refused(
                f"{one.whose.ref} has {one.whose.enrolment.status}, so case {number} stays closed."
            )
        _refuse_twin(session, one)
        one.audit(session, "case-reopened", now=now, by=by, reason=why)
        wake(one.case, now=now)

    _handle(store, number, open_again)


def close(store: Store, number: int, *, now: dt.datetime, by: str) -> None:
    """Close a case that somebody has seen to; what waits for it goes from the next tick on.

    Raises NotFound, and Refused for one that is closed.
    """

    def settle(session: Session, one: OnDesk) -> None:
        if one.case.state == "closed":
            raise Refused(f"Case {number} is closed already ({one.case.closed_because}).")
        one.audit(session, "case-closed", now=now, by=by, kind=one.case.kind, because=SETTLED)
        close_case(one.case, now=now, because=SETTLED)

    _handle(store, number, settle)


def _handle(store: Store, number: int, act: Callable[[Session, OnDesk], None]) -> None:
    def work(session: Session) -> None:
        one = on_desk(session, number, locked=True)
        act(session, one)
        look_again(session, one)

    store.transact(work)


def note(store: Store, number: int, text: str, kind: Kind, *, now: dt.datetime, by: str) -> m.Note:
    """Write down what was said or done about a case. Raises as `ats.people.notes.write_down`."""
    with store.write() as session:
        one = on_desk(session, number)
        return write_down(session, one.whose, text, kind, now=now, by=by, case=number)


def _in_words(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise Refused("Say why, in a few words.")
    if len(text) > LONGEST_REASON:
        raise Refused(f"That is longer than {LONGEST_REASON} characters; say it shorter.")
    return text


def refuse_closed(one: OnDesk) -> None:
    """Raise Refused for a case that is closed."""
    if one.case.state == "closed":
        raise Refused(
            f"Case {one.number} is closed ({one.case.closed_because}); "
            f"open it again with `ats case reopen {one.number}`."
        )


def _refuse_twin(session: Session, one: OnDesk) -> None:
    """Raise Refused while another case of this kind is open about the same person."""
    twin = session.execute(
        select(col(m.Case.id)).where(
            col(m.Case.enrolment_id) == one.case.enrolment_id,
            col(m.Case.kind) == one.case.kind,
            col(m.Case.state) != "closed",
            col(m.Case.id) != one.number,
        )
    ).scalar()
    if twin is not None:
        raise Refused(f"Case {twin} of the same kind is open about {one.whose.ref}; use that one.")


def look_again(session: Session, one: OnDesk) -> None:
    """Have the next tick judge what waits for this case, to the participant or their mentors."""
    mentors = session.execute(
        select(col(m.Mentorship.role_id)).where(
            col(m.Mentorship.enrolment_id) == one.case.enrolment_id,
            col(m.Mentorship.ended_at).is_(None),
        )
    ).scalars()
    look_again_about(session, [one.whose.enrolment.role_id, *mentors])
