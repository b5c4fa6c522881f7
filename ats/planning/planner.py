"""The planner: programme, cohort, people and *now* in; decisions out. Writes nothing.

`plan` decides about everything that has fallen due and is not final. The same code is asked
again inside the claim, just before sending, so a decision is never older than its e-mail.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ats.planning.again import as_arrived, repeats
from ats.planning.facts import Key, Participant, PastRow
from ats.planning.rules import INVITATIONS_CHOSEN
from ats.planning.timeline import Occurrence
from ats.planning.traffic import Inbox
from ats.planning.verdicts import DATED, Judge, Verdict
from config.programme import ClassPolicy

__all__ = ["DATED", "Decision", "PersonPlan", "Planner", "Verdict"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one occurrence now. `bundle` names the message it shares when queued."""

    occurrence: Occurrence
    verdict: Verdict
    row: PastRow | None = None
    bundle: str | None = None


@dataclass(slots=True)
class PersonPlan:
    """The decisions about one participant, and when to look again (None: never by itself)."""

    person: Participant
    decisions: list[Decision] = field(default_factory=list)
    cancelled: list[Key] = field(default_factory=list)  # standing rows no longer planned
    forgotten: list[Key] = field(default_factory=list)  # likewise, and may be planned again
    next_due_at: dt.datetime | None = None

    def look_again(self, at: dt.datetime | None) -> None:
        """Bring `next_due_at` forward to this moment, if it is earlier."""
        if at is not None and (self.next_due_at is None or at < self.next_due_at):
            self.next_due_at = at


#: Anchors that come and go: with what the newest export shows, with what somebody chooses.
THAT_COME_AND_GO = ("sections-complete", "submission-received", INVITATIONS_CHOSEN)

InboxOf = Callable[[Occurrence], Inbox]


class Planner(Judge):
    """Decides for one cohort at one moment."""

    # -- one person ------------------------------------------------------------------------

    def judge(self, person: Participant) -> PersonPlan:
        """Decide about everything due for one participant, but for cap, gap and sharing."""
        plan = PersonPlan(person)
        found, plan.next_due_at = self.timeline.open_occurrences(person, self.now)
        plan.decisions = self._decided(found, person)
        planned = {occurrence.key for occurrence in found}
        gone = [key for key, row in person.past.items() if not row.is_final and key not in planned]
        plan.forgotten = [key for key in gone if self.may_come_again(key)]
        plan.cancelled = [key for key in gone if not self.may_come_again(key)]
        for decision in plan.decisions:
            self._schedule(plan, decision)
        return plan

    def decisions(self, person: Participant, step: str) -> dict[Key, Decision]:
        """Return by key what `judge` decides about one step or ladder; no other is looked at."""
        rules = {rule for rule in self.timeline.rules if rule.step == step}
        found, _ = self.timeline.open_occurrences(person, self.now, rules)
        return {d.occurrence.key: d for d in self._decided(found, person)}

    def _decided(self, found: Iterable[Occurrence], person: Participant) -> list[Decision]:
        """Return the decisions about these, which hold all of each ladder that is open."""
        decisions = []
        for occurrence in found:
            row = person.past.get(occurrence.key)
            if occurrence.due_at <= self.now:
                whose = as_arrived(person) if repeats(occurrence.key) else person
                verdict = self.verdict(occurrence, whose, row)
            else:  # moved into the future after it had fallen due
                assert row is not None
                moved = Verdict("held", row.reason or "window", occurrence.due_at)
                verdict = self.left(occurrence, person, row) or moved
            decisions.append(Decision(occurrence, verdict, row))
        return self._superseded(decisions, person)

    def may_come_again(self, key: Key) -> bool:
        """Say whether this counts from what may be undone, and happen again.

        Then it leaves no row, for what has not happened makes none (rule 5).
        """
        may = any(r.step == key[0] and r.anchor in THAT_COME_AND_GO for r in self.timeline.rules)
        return may and not repeats(key)  # nobody would have it go again a second time

    def _schedule(self, plan: PersonPlan, decision: Decision) -> None:
        if decision.verdict.outcome == "held":
            plan.look_again(decision.verdict.until)
            plan.look_again(self.ends(decision.occurrence, plan.person))

    def _superseded(self, decisions: list[Decision], person: Participant) -> list[Decision]:
        """Return the decisions, of several overdue rungs only the latest acting."""
        latest: dict[tuple[str, str | None, str], dt.datetime] = {}
        acting = [
            d
            for d in decisions
            if d.occurrence.rule.is_ladder
            and d.verdict.outcome in ("queued", "held", "case-opened")
            and d.occurrence.due_at <= self.now
        ]
        for decision in acting:
            occurrence = decision.occurrence
            if occurrence.rule.case is not None and not self.is_fresh(occurrence, person):
                continue  # its condition, untested on old data, may fail yet
            group, due = _ladder_group(occurrence), occurrence.due_at
            latest[group] = max(latest.get(group, due), due)
        for index, decision in enumerate(decisions):
            occurrence = decision.occurrence
            last = latest.get(_ladder_group(occurrence))
            if decision in acting and last is not None and occurrence.due_at < last:
                decisions[index] = Decision(occurrence, Verdict("superseded"), decision.row)
        return decisions

    # -- everybody at once -----------------------------------------------------------------

    def plan(
        self,
        people: Iterable[Participant],
        inbox_of: InboxOf,
        *,
        on_fault: Callable[[Participant, Exception], None] | None = None,
    ) -> Iterator[PersonPlan]:
        """Decide for all these people, cap, gap and sharing included, in their order.

        Somebody whose year cannot be judged is left out and told to `on_fault`; without it the
        fault is raised.
        """
        plans = list(self._judged(people, on_fault))
        queue = [
            (plan, index)
            for plan in plans
            for index, decision in enumerate(plan.decisions)
            if decision.verdict.outcome == "queued" and not _is_queued(decision.row)
        ]
        queue.sort(key=lambda place: self._precedence(place[0].decisions[place[1]].occurrence))
        for plan, index in queue:
            decision = plan.decisions[index]
            admitted = self.admit(decision, plan.person, inbox_of(decision.occurrence))
            plan.decisions[index] = admitted
            self._schedule(plan, admitted)
        for plan in plans:
            self._heed_new_cases(plan)
        yield from plans

    def _judged(
        self,
        people: Iterable[Participant],
        on_fault: Callable[[Participant, Exception], None] | None,
    ) -> Iterator[PersonPlan]:
        for person in people:
            try:
                yield self.judge(person)
            except Exception as fault:
                if on_fault is None:
                    raise
                on_fault(person, fault)

    def _heed_new_cases(self, plan: PersonPlan) -> None:
        """Stop what waits for later, and would meet a case then that this plan opens."""
        opening = [d.occurrence for d in plan.decisions if d.verdict.outcome == "case-opened"]
        openers: dict[str | None, Key] = {}  # of several for one case the first opens it
        for o in sorted(opening, key=lambda o: (o.due_at, o.key)):
            openers.setdefault(o.rule.case, o.key)
        for index, decision in enumerate(plan.decisions):
            o = decision.occurrence
            if (
                decision.verdict.outcome == "held"
                and o.due_at <= self.now
                and o.rule.stopped_by_case in openers
                and o.rule.case != o.rule.stopped_by_case
                and not self.fell_due_with(o, openers.values())
            ):
                plan.decisions[index] = Decision(o, Verdict("skipped", "case-open"), decision.row)

    def _precedence(self, o: Occurrence) -> tuple[int, dt.datetime, Key]:
        return (self.policy.classes[o.rule.class_].rank, o.due_at, o.key)

    def admit(self, decision: Decision, person: Participant, inbox: Inbox) -> Decision:
        """Give the decision its bundle, or hold it for the gap or the cap. Updates `inbox`."""
        o = decision.occurrence
        class_ = self.policy.classes[o.rule.class_]
        bundle = inbox.bundle_of(o)
        counts = class_.counts and o.rule.capped
        if bundle not in inbox.bundles:
            wait = self._gap(o, class_, inbox) or (
                self._cap(o, class_, person, inbox) if counts else None
            )
            if wait is not None:
                return Decision(o, wait, decision.row)
        elif class_.gap_hours and "chaser" not in inbox.bundles[bundle]:
            wait = self._gap(o, class_, inbox)
            if wait is not None:
                return Decision(o, wait, decision.row)
        inbox.take(o, bundle, counts=counts, now=self.now)
        return Decision(o, decision.verdict, decision.row, bundle)

    def _gap(self, o: Occurrence, class_: ClassPolicy, inbox: Inbox) -> Verdict | None:
        if class_.gap_hours is None or inbox.last_chaser is None:
            return None
        ends = inbox.last_chaser + dt.timedelta(hours=class_.gap_hours)
        if self.now >= ends:
            return None
        return Verdict("held", "gap", self.windows.opening(class_, o.nation, ends)[0])

    def _cap(
        self, o: Occurrence, class_: ClassPolicy, person: Participant, inbox: Inbox
    ) -> Verdict | None:
        if inbox.counted < self.policy.cap_per_week or self._holds_deadline(person, o.role):
            return None
        return Verdict("held", "cap", self.windows.next_week(class_, o.nation, self.now))

    def _holds_deadline(self, person: Participant, role: str) -> bool:
        week = self.today.isocalendar()[:2]
        whose = "mentor" if role == "mentor" else "participant"
        for milestone in self.timeline.programme.milestones:
            if milestone.whose == whose:
                due = self.timeline.due(milestone.key, person)
                if due and due.astimezone(self.timeline.zone).date().isocalendar()[:2] == week:
                    return True
        return False


def _ladder_group(o: Occurrence) -> tuple[str, str | None, str]:
    return (o.rule.step, o.subject, o.recipient)


def _is_queued(row: PastRow | None) -> bool:
    return row is not None and row.outcome == "queued"
