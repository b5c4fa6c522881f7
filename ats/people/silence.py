"""Silence: at once, nothing goes to or about somebody any more, and nobody is told.

For a death, a dismissal, a safeguarding matter. It holds for the person in every role and cohort,
whatever a roster says later. What comes next a person decides, so operations get cases: mail to
the mentor of a silenced participant, and to a silenced mentor's mentees what speaks of a mentor,
waits until these are closed. None of them tells why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.opening import close_cases, open_case
from ats.errors import Refused
from ats.office import Office
from ats.people.all_roles import enrolled, mentored, standing_mentors
from ats.people.changing import Decision, outlook, transact
from ats.people.effects import Effect, effect
from ats.people.enrolled import Enrolled, known
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again_about
from ats.records.queries import SILENCED_PARTICIPANT

MENTOR_SILENCED = "mentor-silenced"
#: Cases about a mentor to whom nobody shall speak now.
_ABOUT_MENTOR = ("call-mentor", "replace-mentor", "mentor-unreachable", "call-mentor-sign-off")
_LIFTED = "silence lifted"


@dataclass(frozen=True, slots=True)
class Silenced:
    """What was done, or would be: the refs, what it means for whom, and the cases."""

    refs: tuple[str, ...]
    is_silenced: bool  # False: it was lifted
    effects: tuple[tuple[str, str, Effect], ...]  # (participant, cohort, effect)
    cases_opened: tuple[tuple[str, str], ...]  # (participant, kind)
    cases_closed: tuple[int, ...]
    applied: bool
    zone: ZoneInfo

    def document(self) -> dict[str, Any]:
        """Return this as JSON tells it."""
        return {
            "refs": list(self.refs),
            "silenced": self.is_silenced,
            "applied": self.applied,
            "enrolments": [
                {"person": ref, "cohort": code, **told.document(self.zone)}
                for ref, code, told in self.effects
            ],
            "cases_opened": [
                {"person": ref, "kind": kind, "owner": "operations"}
                for ref, kind in self.cases_opened
            ],
            "cases_closed": list(self.cases_closed),
        }


def silence(office: Office, ref: str, decision: Decision, *, preview: bool) -> Silenced:
    """Stop everything to and about a participant or mentor. Raises NotFound, and Refused twice."""

    def action(change: _Change) -> None:
        if change.is_silenced:
            raise Refused(
                f"{ref} is silenced already; `ats person silence {ref} --end` would lift it."
            )
        for role in change.roles:
            role.silenced_at = decision.now
            change.session.add(role)
        for mine in change.own:
            change.close(mine, None, "silenced")
            change.open(mine, SILENCED_PARTICIPANT, change.mentor_of(mine))
        for whose, mentorship, mentor in change.mentored:
            if mentorship.signed_off_at is None:  # what was signed stays signed
                mentorship.ended_at, mentorship.ended_because = decision.now, "silenced"
                change.session.add(mentorship)
            change.close(whose, _ABOUT_MENTOR, "silenced")
            change.open(whose, MENTOR_SILENCED, mentor)
        change.audit("silence")

    return _changed(office, ref, decision, action, preview=preview)


def lift(office: Office, ref: str, decision: Decision, *, preview: bool) -> Silenced:
    """Let mail go to and about somebody again; a mentorship that was ended stays ended.

    Raises NotFound, and Refused for somebody who is not silenced.
    """

    def action(change: _Change) -> None:
        if not change.is_silenced:
            raise Refused(f"{ref} is not silenced, so there is nothing to lift.")
        for role in change.roles:
            role.silenced_at = None
            change.session.add(role)
        for overlay in change.overlays():
            overlay.revoked_at = decision.now
            change.session.add(overlay)
        for mine in change.own:
            change.close(mine, (SILENCED_PARTICIPANT,), _LIFTED)
        change.close_about_mentors(_LIFTED)
        change.audit("silence-lifted")

    return _changed(office, ref, decision, action, preview=preview)


@dataclass(slots=True)
class _Change:
    """Somebody in all their roles, while they are silenced or the silence is lifted."""

    session: Session
    decision: Decision
    roles: Sequence[m.Role]
    own: Sequence[Enrolled]
    mentored: Sequence[tuple[Enrolled, m.Mentorship, str]]
    opened: list[tuple[str, str]] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)

    @property
    def is_silenced(self) -> bool:
        return any(role.silenced_at for role in self.roles) or bool(self.overlays())

    @property
    def concerned(self) -> list[Enrolled]:
        """The enrolments that this changes, each once."""
        found = {whose.enrolment.id: whose for whose in self.own}
        found |= {whose.enrolment.id: whose for whose, _, _ in self.mentored}
        return list(found.values())

    def overlays(self) -> list[m.Overlay]:
        """Return what silences single enrolments of theirs."""
        o = m.Overlay
        mine = (
            select(o)
            .join(m.Enrolment, col(m.Enrolment.id) == col(o.enrolment_id))
            .where(
                col(m.Enrolment.role_id).in_([role.id for role in self.roles]),
                col(o.kind) == "silence",
                col(o.revoked_at).is_(None),
            )
        )
        return list(self.session.execute(mine).scalars())

    def mentor_of(self, whose: Enrolled) -> str | None:
        """Return the ref of the mentor who stands, if one does."""
        mentor: str | None = self.session.execute(
            select(col(m.Role.ref))
            .join(m.Mentorship, col(m.Mentorship.role_id) == col(m.Role.id))
            .where(
                col(m.Mentorship.enrolment_id) == whose.enrolment.id,
                col(m.Mentorship.ended_at).is_(None),
            )
        ).scalar()
        return mentor

    def open(self, whose: Enrolled, kind: str, mentor: str | None) -> None:
        """Open a case for operations; its signal names the mentor whom it is about."""
        enrolment, cohort = whose.enrolment.id, whose.cohort.id
        assert enrolment is not None
        assert cohort is not None
        open_case(
            self.session,
            cohort_id=cohort,
            enrolment_id=enrolment,
            kind=kind,
            owner="operations",
            signal=_signal(mentor),
            now=self.decision.now,
        )
        self.opened.append((whose.ref, kind))

    def close(self, whose: Enrolled, kinds: Sequence[str] | None, because: str) -> None:
        """Close the open cases of an enrolment, of some kinds only if they are given."""
        mine = [col(m.Case.enrolment_id) == whose.enrolment.id]
        if kinds is not None:
            mine.append(col(m.Case.kind).in_(kinds))
        self.closed += close_cases(self.session, *mine, now=self.decision.now, because=because)

    def close_about_mentors(self, because: str) -> None:
        """Close the open cases that wait because one of these roles is a silenced mentor's."""
        signal = m.CaseSignal
        theirs = select(col(signal.case_id)).where(
            col(signal.signal).in_([_signal(role.ref) for role in self.roles])
        )
        mine = (col(m.Case.kind) == MENTOR_SILENCED, col(m.Case.id).in_(theirs))
        self.closed += close_cases(self.session, *mine, now=self.decision.now, because=because)

    def audit(self, action: str) -> None:
        """Add a line to the audit trail for each ref."""
        decision = self.decision
        for role in self.roles:
            self.session.add(
                m.Audit(
                    at=decision.now,
                    by=decision.by,
                    action=action,
                    subject=role.ref,
                    after={
                        "cases_opened": [f"{ref} {kind}" for ref, kind in self.opened],
                        "cases_closed": self.closed,
                    },
                    reason=decision.reason,
                    restricted=True,  # that there is a reason to be silent is enough to know
                )
            )


def _changed(
    office: Office,
    ref: str,
    decision: Decision,
    action: Callable[[_Change], None],
    *,
    preview: bool,
) -> Silenced:
    def work(session: Session) -> Silenced:
        change = _of(session, ref, decision)
        before = [outlook(office, session, one, decision.now) for one in change.concerned]
        action(change)
        session.flush()
        mentors = standing_mentors(session, change.own)
        look_again_about(session, [*(role.id or 0 for role in change.roles), *mentors])
        after = [outlook(office, session, one, decision.now) for one in change.concerned]
        return Silenced(
            refs=tuple(role.ref for role in change.roles),
            is_silenced=any(role.silenced_at for role in change.roles),
            effects=tuple(
                (whose.ref, whose.cohort.code, effect(was, is_))
                for whose, was, is_ in zip(change.concerned, before, after, strict=True)
            ),
            cases_opened=tuple(change.opened),
            cases_closed=tuple(change.closed),
            applied=not preview,
            zone=ZoneInfo("Europe/London") if not after else after[0].timeline.zone,
        )

    return transact(office.store, work, preview=preview)


def _of(session: Session, ref: str, decision: Decision) -> _Change:
    """Return somebody in all their roles; nobody else changes these before the end."""
    who = known(session, ref)
    roles = (
        session.execute(
            select(m.Role)
            .where(col(m.Role.person_id) == who.person_id)
            .order_by(col(m.Role.id))
            .with_for_update()
        )
        .scalars()
        .all()
    )
    ids = [role.id or 0 for role in roles]
    own, mentees = list(enrolled(session, ids)), list(mentored(session, ids))
    locked = [one.enrolment.id or 0 for one in (*own, *(whose for whose, _, _ in mentees))]
    gather.lock(session, locked)
    return _Change(session, decision, roles, own, mentees)


def _signal(mentor: str | None) -> str:
    return f"silence {mentor}/1" if mentor else "silence"
