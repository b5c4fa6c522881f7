"""What staff do with one case: let it rest, write something down about it, open it again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.opening import wake
from ats.errors import NotFound, Refused
from ats.people.enrolled import Enrolled
from ats.records import models as m
from ats.records.due import look_again
from ats.records.store import Store

LONGEST_REST = dt.timedelta(weeks=8)
LONGEST_TEXT = 500  # characters


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
    """Return the case of this number, *locked* for this transaction. Raises NotFound."""
    query = (
        select(m.Case, col(m.Role.ref), m.Enrolment, m.Cohort)
        .join(m.Enrolment, col(m.Enrolment.id) == col(m.Case.enrolment_id))
        .join(m.Role, col(m.Role.id) == col(m.Enrolment.role_id))
        .join(m.Cohort, col(m.Cohort.id) == col(m.Case.cohort_id))
        .where(col(m.Case.id) == number)
    )
    if locked:
        query = query.with_for_update(of=m.Case)
    found = session.execute(query).first()
    if found is None:
        raise NotFound(f"There is no case {number}; see them all with `ats case list`.")
    case, ref, enrolment, cohort = found
    return OnDesk(case, Enrolled(ref, enrolment, cohort))


def snooze(
    store: Store, number: int, until: dt.date, why: str, *, now: dt.datetime, by: str
) -> OnDesk:
    """Let a case rest until a day; then its owner is told of it again.

    Raises NotFound, and Refused for a closed case, a day that is not ahead or too far, and
    without a reason.
    """
    why = _told(why, "a reason, in a few words")
    with store.write() as session:
        one = on_desk(session, number, locked=True)
        _refuse_closed(one)
        today = now.date()
        if not today < until <= today + LONGEST_REST:
            raise Refused(
                f"Case {number} can rest from tomorrow until {today + LONGEST_REST} at most, and "
                f"{until} is not within that; give another day."
            )
        one.audit(session, "case-snoozed", now=now, by=by, reason=why, until=until.isoformat())
        one.case.state, one.case.snoozed_until = "snoozed", until
        session.add(one.case)
        _look_again(session, one)
        return one


def reopen(store: Store, number: int, why: str, *, now: dt.datetime, by: str) -> OnDesk:
    """Open a closed case again, or wake one that rests.

    Raises NotFound, and Refused for one that is open, for one whose place another has taken, for
    somebody who has left, and without a reason.
    """
    why = _told(why, "a reason, in a few words")
    with store.write() as session:
        one = on_desk(session, number, locked=True)
        if one.case.state == "open":
            raise Refused(f"Case {number} is open already.")
        if one.whose.enrolment.status != "active":
            raise Refused(
                f"{one.whose.ref} has {one.whose.enrolment.status}, so case {number} stays closed."
            )
        _refuse_twin(session, one)
        one.audit(session, "case-reopened", now=now, by=by, reason=why, state="open")
        wake(one.case)
        session.add(one.case)
        _look_again(session, one)
        return one


def note(store: Store, number: int, text: str, *, call: bool, now: dt.datetime, by: str) -> OnDesk:
    """Write down what was said or done about a case, a *call* among them.

    Raises NotFound, and Refused without a text.
    """
    text = _told(text, "what you want to write down")
    with store.write() as session:
        one = on_desk(session, number, locked=True)
        kind = "call" if call else "note"
        session.add(
            m.Note(
                enrolment_id=one.case.enrolment_id,
                case_id=number,
                kind=kind,
                at=now,
                by=by,
                text=text,
            )
        )
        one.audit(session, f"case-{kind}", now=now, by=by)
        return one


def _told(text: str, what: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise Refused(f"Say {what}.")
    if len(text) > LONGEST_TEXT:
        raise Refused(f"That is longer than {LONGEST_TEXT} characters; say it shorter.")
    return text


def _refuse_closed(one: OnDesk) -> None:
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


def _look_again(session: Session, one: OnDesk) -> None:
    look_again(session, one.case.enrolment_id)
    one.whose.cohort.next_due_at = m.EPOCH
    session.add(one.whose.cohort)
