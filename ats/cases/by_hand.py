"""Closing a case by hand: somebody has seen to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.opening import close_case
from ats.errors import NotFound, Refused
from ats.records import models as m
from ats.records.due import look_again_about
from ats.records.store import Store

SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Closed:
    """The case that was closed."""

    id: int
    person: str
    kind: str
    at: dt.datetime


def close_by_hand(store: Store, number: int, *, now: dt.datetime, by: str) -> Closed:
    """Close a case; what waits for it goes from the next tick on. Raises NotFound and Refused."""

    def work(session: Session) -> Closed:
        case = session.get(m.Case, number, with_for_update=True)
        if case is None:
            raise NotFound(f"There is no case {number}; see `ats case list`.")
        if case.state == "closed":
            raise Refused(f"Case {number} is closed already ({case.closed_because}).")
        before = case.state
        close_case(case, now=now, because=SETTLED)
        enrolment = session.get_one(m.Enrolment, case.enrolment_id)
        role = session.get_one(m.Role, enrolment.role_id)
        mentors = session.execute(
            select(col(m.Mentorship.role_id)).where(
                col(m.Mentorship.enrolment_id) == enrolment.id,
                col(m.Mentorship.ended_at).is_(None),
            )
        ).scalars()
        look_again_about(session, [enrolment.role_id, *mentors])
        session.add(
            m.Audit(
                at=now,
                by=by,
                action="case-closed",
                cohort_id=case.cohort_id,
                subject=role.ref,
                before={"case": case.id, "kind": case.kind, "state": before},
                after={"state": "closed", "because": SETTLED},
            )
        )
        return Closed(number, role.ref, case.kind, now)

    return store.transact(work)
