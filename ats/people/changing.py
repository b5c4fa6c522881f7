"""A change of one participant's year in one transaction: judged, shown, written, in the trail.

The preview of a change is the change itself, taken back before anybody sees it: it is refused
where the change would be, and shows what the change would do.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self, TypeVar

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.opening import close_cases
from ats.cases.rung import Rung
from ats.errors import Refused
from ats.office import Office
from ats.outbox.cohort_now import CohortNow
from ats.people.effects import Effect, Outlook, effect
from ats.people.enrolled import Enrolled, locked
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again_about
from ats.records.store import Store
from config.reasons import REASONS


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides, when, and why; `reason` is a code of `config.reasons`."""

    now: dt.datetime
    by: str
    reason: str
    approved_by: str | None = None

    def __post_init__(self) -> None:
        if self.reason not in REASONS:
            known = ", ".join(REASONS)
            raise Refused(f'There is no reason "{self.reason}"; give one of {known}.')
        if self.approved_by is not None and _folded(self.approved_by) == _folded(self.by):
            raise Refused(
                f"{self.approved_by.strip()} asks for this and cannot approve it, too; somebody "
                "else must."
            )

    @property
    def restricted(self) -> bool:
        """Say whether only few may see the reason."""
        return REASONS[self.reason].restricted

    def require_approval(self, what: str) -> None:
        """Raise Refused unless somebody else than whoever asks has approved."""
        if not (self.approved_by or "").strip():
            raise Refused(f"A {what} needs the name of whoever approves it: add --approved-by.")


@dataclass(frozen=True, slots=True)
class Changed:
    """What was done to somebody's year, or would be: `applied` is False of a preview."""

    action: str
    person: str
    cohort: str
    effect: Effect
    cases_closed: tuple[int, ...]
    remarks: tuple[str, ...]
    applied: bool
    timeline: Timeline
    next: Changed | None = None  # what it begins in another cohort

    def document(self) -> dict[str, Any]:
        """Return this as JSON tells it."""
        return {
            "action": self.action,
            "person": self.person,
            "cohort": self.cohort,
            "applied": self.applied,
            **self.effect.document(self.timeline.zone),
            "cases_closed": list(self.cases_closed),
            "remarks": list(self.remarks),
            "next": self.next and self.next.document(),
        }

    def as_preview(self) -> Changed:
        """Return the same, not applied."""
        after = self.next and self.next.as_preview()
        return replace(self, applied=False, next=after)


@dataclass(slots=True)
class Change:
    """One enrolment while it is changed. An action reads, refuses and writes through this."""

    session: Session
    whose: Enrolled
    outlook: Outlook
    decision: Decision
    remarks: list[str] = field(default_factory=list)
    cases_closed: list[int] = field(default_factory=list)
    next: Changed | None = None

    @property
    def enrolment_id(self) -> int:
        """The enrolment's key."""
        assert self.whose.enrolment.id is not None
        return self.whose.enrolment.id

    def overlays(self, kind: str) -> list[m.Overlay]:
        """Return the standing overlays of a kind, oldest first."""
        found = self.session.execute(
            select(m.Overlay)
            .where(
                col(m.Overlay.enrolment_id) == self.enrolment_id,
                col(m.Overlay.kind) == kind,
                col(m.Overlay.revoked_at).is_(None),
            )
            .order_by(col(m.Overlay.id))
        ).scalars()
        return list(found)

    def add(self, kind: str, **what: Any) -> None:
        """Lay something over the year of this person."""
        decision = self.decision
        overlay = m.Overlay(
            enrolment_id=self.enrolment_id,
            kind=kind,
            reason=decision.reason,
            recorded_at=decision.now,
            recorded_by=decision.by,
            **what,
        )
        self.session.add(overlay)

    def revoke(self, overlay: m.Overlay) -> None:
        """Take an overlay off; the records keep it."""
        overlay.revoked_at = self.decision.now
        self.session.add(overlay)

    def stand_down(self, because: str) -> None:
        """End the mentorship that stands, if one does."""
        standing = self.session.execute(
            select(m.Mentorship).where(
                col(m.Mentorship.enrolment_id) == self.enrolment_id,
                col(m.Mentorship.ended_at).is_(None),
            )
        ).scalar()
        if standing is not None:
            standing.ended_at, standing.ended_because = self.decision.now, because
            self.session.add(standing)

    def close_cases(self, kinds: tuple[str, ...], because: str, *, about: str = "") -> None:
        """Close open cases of these kinds; with *about*, those with a signal of that milestone."""
        mine = [col(m.Case.enrolment_id) == self.enrolment_id, col(m.Case.kind).in_(kinds)]
        if about:
            mine.append(col(m.Case.id).in_(self._cases_about(about)))
        now = self.decision.now
        self.cases_closed += close_cases(self.session, *mine, now=now, because=because)

    def _cases_about(self, milestone: str) -> list[int]:
        signals = self.session.execute(
            select(col(m.CaseSignal.case_id), col(m.CaseSignal.signal))
            .join(m.Case, col(m.Case.id) == col(m.CaseSignal.case_id))
            .where(col(m.Case.enrolment_id) == self.enrolment_id)
        )
        programme = self.outlook.timeline.programme
        return [
            case for case, signal in signals if Rung.of(signal).milestone(programme) == milestone
        ]

    def audit(self, action: str, before: object, after: object) -> None:
        """Add a line to the audit trail."""
        decision = self.decision
        self.session.add(
            m.Audit(
                at=decision.now,
                by=decision.by,
                action=action,
                cohort_id=self.whose.cohort.id,
                subject=self.whose.ref,
                before=before,
                after=after,
                reason=decision.reason,
                restricted=decision.restricted,
            )
        )


Action = Callable[[Change], None]
T = TypeVar("T")


def changed(
    office: Office, ref: str, name: str, action: Action, decision: Decision, *, preview: bool
) -> Changed:
    """Do an action to the standing enrolment of a ref, or with *preview* show what it would do.

    Raises NotFound, and Refused for what the action refuses.
    """

    def work(session: Session) -> Changed:
        return changed_within(office, session, locked(session, ref), name, action, decision)

    return transacted(office, work, preview=preview)


def changed_within(
    office: Office, session: Session, whose: Enrolled, name: str, action: Action, decision: Decision
) -> Changed:
    """Do an action to an enrolment that is locked, in the caller's transaction."""
    before = outlook(office, session, whose, decision.now)
    change = Change(session, whose, before, decision)
    action(change)
    look_again_about(session, [whose.enrolment.role_id])
    session.flush()
    after = outlook(office, session, whose, decision.now)
    return Changed(
        action=name,
        person=whose.ref,
        cohort=whose.cohort.code,
        effect=effect(before, after),
        cases_closed=tuple(change.cases_closed),
        remarks=tuple(change.remarks),
        applied=True,
        timeline=after.timeline,
        next=change.next,
    )


class Previewable(Protocol):
    """What was done, which can be told as what would be done."""

    def as_preview(self) -> Self: ...


Done = TypeVar("Done", bound=Previewable)


def transacted(office: Office, work: Callable[[Session], Done], *, preview: bool) -> Done:
    """Do the work in one transaction, or with *preview* take it back and show what it would do."""
    done = transact(office.store, work, preview=preview)
    return done.as_preview() if preview else done


def transact(store: Store, work: Callable[[Session], T], *, preview: bool) -> T:
    """Do the work in one transaction and return its result; a preview is taken back."""

    def tried(session: Session) -> T:
        done = work(session)
        if preview:
            raise _TakenBack(done)
        return done

    try:
        return store.transact(tried)
    except _TakenBack as shown:
        seen: T = shown.result
        return seen


class _TakenBack(Exception):
    """Ends the transaction of a preview."""

    def __init__(self, result: Any) -> None:
        self.result = result


def outlook(office: Office, session: Session, whose: Enrolled, now: dt.datetime) -> Outlook:
    """Return somebody's year in one cohort as it stands in this transaction."""
    at = CohortNow(office, whose.cohort.code, now)
    cohort = at.cohort(session)
    assert whose.enrolment.id is not None
    (person,) = gather.participants(session, [whose.enrolment.id])
    return Outlook(at.timeline(session, cohort), person, now, at.reachable(session, cohort))


def _folded(name: str) -> list[str]:
    """Return the words of a name, whatever their order, case, accents and signs between them."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(
        sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign)
    )
    return sorted(letters.split())
