"""The planner: programme, cohort, people and *now* in; decisions out. Writes nothing.

`plan` decides about everything that has fallen due and is not final. The same code is asked
again inside the claim, just before sending, so a decision is never older than its e-mail.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ats.planning.conditions import Situation, first_failing, first_holding
from ats.planning.facts import Key, Participant, PastRow
from ats.planning.timeline import Occurrence, Timeline
from ats.planning.traffic import Inbox
from ats.planning.windows import Windows
from config.programme import ClassPolicy

#: Holds that end on their own date; the others end when what they wait for happens.
DATED = ("window", "away", "closed", "cap", "gap")

#: What a case rung obeys: working hours of working days, chasers' days or not.
ESCALATION = ClassPolicy.model_validate({"closed": "waits", "away": "waits"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome with its reason and, for a hold, until when (None: until something happens)."""

    outcome: str
    reason: str | None = None
    until: dt.datetime | None = None


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
    next_due_at: dt.datetime | None = None

    def look_again(self, at: dt.datetime | None) -> None:
        """Bring `next_due_at` forward to this moment, if it is earlier."""
        if at is not None and (self.next_due_at is None or at < self.next_due_at):
            self.next_due_at = at


ReachableInTrial = Callable[[Occurrence], bool]
InboxOf = Callable[[Occurrence], Inbox]


class Planner:
    """Decides for one cohort at one moment."""

    def __init__(
        self,
        timeline: Timeline,
        *,
        now: dt.datetime,
        reachable_in_trial: ReachableInTrial = lambda _: False,
    ) -> None:
        self.timeline = timeline
        self.now = now
        self.today = now.astimezone(timeline.zone).date()
        self.policy = timeline.programme.send_policy
        self.windows = Windows(self.policy, timeline.workdays, timeline.zone)
        self._reachable = reachable_in_trial

    # -- one person ------------------------------------------------------------------------

    def judge(self, person: Participant) -> PersonPlan:
        """Decide about everything due for one participant, but for cap, gap and sharing."""
        plan = PersonPlan(person)
        found, plan.next_due_at = self.timeline.open_occurrences(person, self.now)
        for occurrence in found:
            row = person.past.get(occurrence.key)
            if occurrence.due_at <= self.now:
                verdict = self._verdict(occurrence, person, row)
            else:  # moved into the future after it had fallen due
                assert row is not None
                verdict = Verdict("held", row.reason or "window", occurrence.due_at)
            plan.decisions.append(Decision(occurrence, verdict, row))
        planned = {occurrence.key for occurrence in found}
        plan.cancelled = [
            key for key, row in person.past.items() if not row.is_final and key not in planned
        ]
        self._supersede(plan)
        for decision in plan.decisions:
            self._schedule(plan, decision)
        return plan

    def _schedule(self, plan: PersonPlan, decision: Decision) -> None:
        if decision.verdict.outcome == "held":
            plan.look_again(decision.verdict.until)
            plan.look_again(decision.occurrence.useful_until)
            if decision.verdict.reason == "release":
                plan.look_again(self._release_ends(decision.occurrence))

    def _supersede(self, plan: PersonPlan) -> None:
        latest: dict[tuple[str, str | None, str], dt.datetime] = {}
        acting = [
            d
            for d in plan.decisions
            if d.occurrence.rule.is_ladder
            and d.verdict.outcome in ("queued", "held", "case-opened")
            and d.occurrence.due_at <= self.now
        ]
        for decision in acting:
            group = _ladder_group(decision.occurrence)
            due = decision.occurrence.due_at
            latest[group] = max(latest.get(group, due), due)
        for index, decision in enumerate(plan.decisions):
            occurrence = decision.occurrence
            if decision in acting and occurrence.due_at < latest[_ladder_group(occurrence)]:
                plan.decisions[index] = Decision(occurrence, Verdict("superseded"), decision.row)

    def _verdict(self, o: Occurrence, person: Participant, row: PastRow | None) -> Verdict:
        at = Situation(self.timeline, person, o, self.today)
        return (
            self._left(person, row)
            or self._stopped(o, person, at)
            or self._expired(o, row)
            or self._waits(o, person, at, row)
            or self._shut(o, row)
            or Verdict("case-opened" if o.rule.case else "queued")
        )

    def expected(self, o: Occurrence, person: Participant) -> dt.datetime | None:
        """Return when this would go if it fell due now on fresh data; None if it would not."""
        at = Situation(self.timeline, person, o, self.today)
        if self._left(person, None) or self._stopped(o, person, at) or self._expired(o, None):
            return None
        policy = ESCALATION if o.rule.case else self.policy.classes[o.rule.class_]
        return self.windows.opening(policy, o.nation, self.now, bad_news=o.rule.bad_news)[0]

    # -- endings ---------------------------------------------------------------------------

    def _left(self, person: Participant, row: PastRow | None) -> Verdict | None:
        reason = "silenced" if person.silenced else person.status
        if reason == "active":
            return None
        return Verdict("cancelled" if row else "skipped", reason)

    def _stopped(self, o: Occurrence, person: Participant, at: Situation) -> Verdict | None:
        rule = o.rule
        due_on = o.due_at.astimezone(self.timeline.zone).date()
        if o.too_early:
            return Verdict("skipped", "late-joiner")
        if any(pause.holds(due_on) for pause in person.pauses):
            return Verdict("skipped", "paused-out")
        met = first_holding(rule.unless, at)
        if met is not None:
            return Verdict("skipped", "submitted" if met.name == "submitted" else "condition-met")
        if rule.to == "participant" and self._stops_after_submission(o, person):
            return Verdict("skipped", "submitted")
        opened = person.cases.get(rule.stopped_by_case or "")
        if opened is not None and opened < o.due_at:
            return Verdict("skipped", "case-open")
        if self._is_fresh(o, person) and first_failing(rule.only_if, at) is not None:
            return Verdict("skipped", "condition-unmet")
        if rule.case is not None and rule.case in person.cases and self._is_fresh(o, person):
            return Verdict("skipped", "case-open")
        return None

    def _stops_after_submission(self, o: Occurrence, person: Participant) -> bool:
        if self.policy.classes[o.rule.class_].after_submission == "goes":
            return False
        state = person.sections.get(self.timeline.programme.submission)
        return state is not None and state.complete

    def _expired(self, o: Occurrence, row: PastRow | None) -> Verdict | None:
        ends = self._release_ends(o) if o.rule.release else o.useful_until
        if ends is None or self.now < ends:
            return None
        if row is not None and row.reason == "cap":
            return Verdict("skipped", "capped")
        return Verdict("expired")

    def _release_ends(self, o: Occurrence) -> dt.datetime:
        zone, days = self.timeline.zone, self.timeline.workdays[o.nation]
        due = o.due_at.astimezone(zone)
        day = days.shift(due.date(), self.policy.release_workdays)
        return dt.datetime.combine(day, due.time(), zone)

    # -- holds -----------------------------------------------------------------------------

    def _waits(
        self, o: Occurrence, person: Participant, at: Situation, row: PastRow | None
    ) -> Verdict | None:
        rule = o.rule
        if self.timeline.cohort.status == "paused":
            return Verdict("held", "paused")
        if self.timeline.cohort.status == "trial" and not self._reachable(o):
            return Verdict("held", "trial")
        if first_holding(rule.wait_while, at) is not None:
            return Verdict("held", "parked")
        if rule.needs_join_link and not self.timeline.webinars[o.subject or ""].join_url:
            return Verdict("held", "join-link")
        if rule.release and not (row and row.reason == "released"):
            return Verdict("held", "release")
        if not self._is_fresh(o, person):
            return Verdict("held", "stale-data")
        if row and row.reason in DATED and row.until and row.until > self.now:
            return Verdict("held", row.reason, row.until)
        return None

    def _shut(self, o: Occurrence, row: PastRow | None) -> Verdict | None:
        policy = ESCALATION if o.rule.case else self.policy.classes[o.rule.class_]
        opens, reason = self.windows.opening(policy, o.nation, self.now, bad_news=o.rule.bad_news)
        return None if reason is None else Verdict("held", reason, opens)

    def _is_fresh(self, o: Occurrence, person: Participant) -> bool:
        if not o.rule.fresh_data:
            return True
        as_of = self.timeline.cohort.as_of
        if as_of is None:
            return False
        days = self.timeline.workdays[person.nation]
        if days.count(as_of, self.today, away_counts=True) > self.policy.fresh_workdays:
            return False
        if o.event_at is None or o.due_at < o.event_at:
            return True
        known_until = dt.datetime.combine(as_of, dt.time(), self.timeline.zone)
        said = [
            row.sent_at
            for (step, occurrence, recipient), row in person.past.items()
            if step == o.rule.step
            and row.sent_at is not None
            and recipient == person.ref
            and occurrence.split("/")[0] == o.subject
        ]
        return known_until > max([o.event_at, *said])

    # -- everybody at once -----------------------------------------------------------------

    def plan(self, people: Iterable[Participant], inbox_of: InboxOf) -> Iterator[PersonPlan]:
        """Decide for all these people, cap, gap and sharing included, in their order."""
        plans = [self.judge(person) for person in people]
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
        yield from plans

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
