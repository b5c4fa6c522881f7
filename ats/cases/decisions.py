"""How the PXM decides a case: the decision carries itself out, and the case is closed with it.

One transaction does both, and a preview is that transaction taken back (`ats.people.changing`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.desk import OnDesk, look_again, on_desk, refuse_closed
from ats.cases.opening import close_case
from ats.cases.rung import Rung
from ats.errors import Refused
from ats.office import Office
from ats.people.changing import (
    Action,
    Change,
    Changed,
    Decision,
    changed_within,
    transacted,
)
from ats.people.participants import deferring, extending, withdrawing
from ats.people.restarts import Into
from ats.records import models as m

Kind = Literal["extend", "defer", "withdraw", "continue", "release"]
KINDS: tuple[Kind, ...] = get_args(Kind)

#: Why a case is closed, where what was decided does not say so itself.
CLOSED_BECAUSE: Mapping[Kind, str] = {
    "extend": "given more time",
    "defer": "deferred",
    "withdraw": "withdrawn",
    "continue": "goes on as before",
    "release": "the e-mail about it was released",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What is decided; `milestone` and `to` belong to more time, `into` to a deferral."""

    kind: Kind
    milestone: str | None = None
    to: dt.date | None = None
    into: Into | None = None

    def __post_init__(self) -> None:
        if self.kind == "extend" and self.to is None:
            raise Refused("More time needs the new day: add --to DATE.")
        if self.kind != "extend" and (self.to or self.milestone):
            raise Refused(f"A milestone and a day belong to extend, not to {self.kind}.")
        if self.kind != "defer" and self.into:
            raise Refused(f"A later cohort belongs to defer, not to {self.kind}.")


@dataclass(frozen=True, slots=True)
class Decided:
    """A case that was decided, or would be, with what that changes."""

    case: int
    kind: Kind
    changed: Changed

    def document(self) -> dict[str, Any]:
        """Return this as JSON tells it."""
        return {"case": self.case, "decision": self.kind, **self.changed.document()}

    def as_preview(self) -> Decided:
        """Return the same, not applied."""
        return Decided(self.case, self.kind, self.changed.as_preview())


def decide(
    office: Office, number: int, choice: Choice, decision: Decision, *, preview: bool
) -> Decided:
    """Decide a case and carry that out; with *preview* show what it would do.

    Raises NotFound, and Refused for a closed case, for somebody who has left, and for what the
    decision itself refuses.
    """

    def work(session: Session) -> Decided:
        one = on_desk(session, number, locked=True)
        refuse_closed(one)
        if one.whose.enrolment.status != "active":
            raise Refused(
                f"{one.whose.ref} has {one.whose.enrolment.status} already, so nothing is left to "
                f"decide; close it with `ats case close {number}`."
            )
        action = _closing(one, choice, _action(office, session, one, choice))
        done = changed_within(office, session, one.whose, choice.kind, action, decision)
        look_again(session, one)
        return Decided(number, choice.kind, done)

    return transacted(office, work, preview=preview)


def choices(session: Session, one: OnDesk) -> list[Kind]:
    """Return how an open case may be decided now."""
    is_waiting = _waits_for_release(session, one)
    return [kind for kind in KINDS if kind != "release" or is_waiting]


def _action(office: Office, session: Session, one: OnDesk, choice: Choice) -> Action:
    """Return what carries a choice out."""
    if choice.kind == "extend":
        assert choice.to is not None
        return extending(choice.milestone or _milestone(session, one, office), choice.to)
    actions: Mapping[Kind, Callable[[], Action]] = {
        "defer": lambda: deferring(office, choice.into),
        "withdraw": withdrawing,
        "release": lambda: _releasing(session, one),
        "continue": lambda: _nothing,
    }
    return actions[choice.kind]()


def _nothing(change: Change) -> None:
    """Leave the year as it is; reminders about what is still open go on."""


def _closing(one: OnDesk, choice: Choice, action: Action) -> Action:
    """Return the action that closes the case, too, and says in the trail who decided it."""

    def both(change: Change) -> None:
        decision, before = change.decision, one.case.state
        action(change)
        case = one.case
        if case.state != "closed":
            close_case(case, now=decision.now, because=CLOSED_BECAUSE[choice.kind])
            change.cases_closed.append(one.number)
        case.decision, case.decided_by = choice.kind, decision.by
        change.session.add(case)
        after = {"case": one.number, "decision": choice.kind, "because": case.closed_because}
        change.audit("case-decided", {"case": one.number, "state": before}, after)

    return both


def _releasing(session: Session, one: OnDesk) -> Action:
    if not _waits_for_release(session, one):
        raise Refused(
            f"No e-mail about {one.whose.ref} waits for a release; decide otherwise, or see "
            f"`ats why {one.whose.ref}`."
        )

    def action(change: Change) -> None:
        rules = change.outlook.timeline.rules
        for milestone in sorted({rule.anchor for rule in rules if rule.release and rule.anchor}):
            change.add("release", milestone=milestone)
            kinds = tuple(change.outlook.person.cases)
            change.close_cases(kinds, CLOSED_BECAUSE["release"], about=milestone)

    return action


def _waits_for_release(session: Session, one: OnDesk) -> bool:
    row = m.LedgerRow
    waiting = select(col(row.id)).where(
        col(row.enrolment_id) == one.case.enrolment_id,
        col(row.outcome) == "held",
        col(row.reason) == "release",
        col(row.until).is_(None),  # an address that staff have to confirm gives a day
    )
    return session.execute(waiting.limit(1)).scalar() is not None


def _milestone(session: Session, one: OnDesk, office: Office) -> str:
    """Return the one milestone that a case is about. Raises Refused for none, or several."""
    programme = office.programme_named(one.whose.cohort.programme)
    signal = m.CaseSignal
    texts = session.execute(select(col(signal.signal)).where(col(signal.case_id) == one.number))
    chased = {Rung.of(text).milestone(programme) for text in texts.scalars()}
    found = [
        each.key
        for each in programme.milestones
        if each.key in chased and each.whose == "participant"
    ]
    if len(found) == 1:
        return found[0]
    about = f"is about {' and '.join(found)}" if found else "is about no single milestone"
    raise Refused(f"Case {one.number} {about}; say which gets more time with --milestone KEY.")
