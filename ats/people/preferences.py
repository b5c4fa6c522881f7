"""Which e-mails somebody gets: classes that may be switched off, and on again, by their role.

The programme's send policy says which classes those are. A choice holds for a ref in all its
cohorts; somebody who is participant and mentor chooses for each role.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, delete, select
from sqlmodel import Session, col

from ats.people.enrolled import Known, known
from ats.planning.rules import rules_of
from ats.records import models as m
from ats.records.due import look_again_about
from config.programme import MessageClass, Programme

#: Who the audit trail says it was: whoever holds the link, and nobody is asked to log in.
BY = "the recipient, by link"

#: What may come without a rule of the programme: news of a change.
_NEWS: MessageClass = "urgent"

ProgrammeNamed = Callable[[str], Programme]


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one ref gets in its role, by class of message, in the order of the send policy."""

    ref: str
    role: Literal["participant", "mentor"]
    programmes: tuple[str, ...]  # their titles; none: the ref is enrolled nowhere
    optional: tuple[MessageClass, ...]  # may be switched off
    always: tuple[MessageClass, ...]  # may not
    off: frozenset[MessageClass]  # of the optional ones


def preferences(session: Session, ref: str, *, programme_named: ProgrammeNamed) -> Preferences:
    """Return how things stand for this ref. Writes nothing. Raises NotFound."""
    return _standing(session, known(session, ref), programme_named)


def choose(
    session: Session,
    ref: str,
    wanted: Mapping[str, bool],
    *,
    programme_named: ProgrammeNamed,
    action: Literal["unsubscribe", "preferences"],
    now: dt.datetime,
) -> Preferences:
    """Switch classes off (False) or on again (True), and return how things stand then.

    Classes that may not be switched off stay on, whatever is wanted. What is so already is no
    change and leaves no trace; any change is in the audit trail under *action*, and everything
    open for the people concerned is looked at again. The caller's transaction commits it.
    Raises NotFound.
    """
    who = known(session, ref)
    lock = select(col(m.Role.id)).where(col(m.Role.id) == who.role_id).with_for_update()
    session.execute(lock)  # two clicks at once: the second waits, and finds it done
    before = _standing(session, who, programme_named)
    refused = {class_ for class_ in before.optional if not wanted.get(class_, True)}
    granted = {class_ for class_ in before.optional if wanted.get(class_, False)}
    if not (refused - before.off or granted & before.off):
        return before
    _write(session, who, off=refused - before.off, on=granted & before.off, now=now)
    after = _standing(session, who, programme_named)
    trail = [{"off": sorted(one.off)} for one in (before, after)]
    audit = m.Audit(at=now, by=BY, action=action, subject=who.ref, before=trail[0], after=trail[1])
    session.add(audit)
    look_again_about(session, [who.role_id])
    return after


def _standing(session: Session, who: Known, programme_named: ProgrammeNamed) -> Preferences:
    role: Literal["participant", "mentor"] = "mentor" if who.kind == "mentor" else "participant"
    programmes = [programme_named(name) for name in _programmes(session, who)]
    optional: dict[MessageClass, None] = {}
    always: dict[MessageClass, None] = {}
    for programme in programmes:
        reached = {r.class_ for r in rules_of(programme) if r.to == role and r.case is None}
        for class_, policy in programme.send_policy.classes.items():
            if class_ in reached or class_ == _NEWS:
                (optional if policy.may_be_switched_off else always)[class_] = None
    rows = select(col(m.OptOut.class_)).where(col(m.OptOut.role_id) == who.role_id)
    off = set(session.execute(rows).scalars())
    return Preferences(
        ref=who.ref,
        role=role,
        programmes=tuple(programme.title for programme in programmes),
        optional=tuple(optional),
        always=tuple(class_ for class_ in always if class_ not in optional),
        off=frozenset(class_ for class_ in optional if class_ in off),
    )


def _programmes(session: Session, who: Known) -> list[str]:
    """Return the names of the programmes that this role is or was in, the newest cohort's first."""
    cohorts = (
        select(col(m.Cohort.programme))
        .where(col(m.Cohort.id).in_(select(col(m.Enrolment.cohort_id)).where(_concerned(who))))
        .order_by(col(m.Cohort.starts).desc(), col(m.Cohort.code))
    )
    return list(dict.fromkeys(session.execute(cohorts).scalars()))


def _write(
    session: Session,
    who: Known,
    *,
    off: set[MessageClass],
    on: set[MessageClass],
    now: dt.datetime,
) -> None:
    mine = col(m.OptOut.role_id) == who.role_id
    session.execute(delete(m.OptOut).where(mine, col(m.OptOut.class_).in_(on)))
    session.add_all(m.OptOut(role_id=who.role_id, class_=c, since=now) for c in sorted(off))
    session.flush()


def _concerned(who: Known) -> ColumnElement[bool]:
    """Return what selects the participant's enrolments, or the mentor's mentees', past or not."""
    if who.kind == "participant":
        return col(m.Enrolment.role_id) == who.role_id
    mentored = select(col(m.Mentorship.enrolment_id)).where(
        col(m.Mentorship.role_id) == who.role_id
    )
    return col(m.Enrolment.id).in_(mentored)
