"""A fake that keeps what the engine keeps, in memory: a year of a few people in no time.

Each tick does what `ats.engine` does: close what is done, plan those whose `next_due_at` has
come, write rows, test queued ones again as the claim does, and send them at once. Facts change
through `changes`, each at its moment, before the tick that comes next.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fact_changes import Change
from in_memory_rows import Inboxes, Line, Place, Row, Sent
from people import timeline, told

from ats.planning.conditions import Situation, first_holding
from ats.planning.facts import CohortFacts, Key, Mentorship, Participant
from ats.planning.planner import Decision, PersonPlan, Planner, Verdict

TEN_MINUTES = dt.timedelta(minutes=10)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass
class InMemoryYear:
    """A cohort with some people in it, its ledger, its messages and its open cases."""

    people: dict[str, Participant]
    cohort: CohortFacts
    changes: list[Change] = field(default_factory=list)
    ledger: dict[tuple[str, Key], Row] = field(default_factory=dict)
    messages: list[Sent] = field(default_factory=list)
    next_due_at: dict[str, dt.datetime | None] = field(default_factory=dict)
    dropped: list[tuple[str, Key]] = field(default_factory=list)  # rows that failed the retest

    def __post_init__(self) -> None:
        self.people = dict(self.people)
        self.changes = sorted(self.changes, key=lambda change: change.at)
        self.next_due_at = dict.fromkeys(self.people, EPOCH)

    # -- clocks ----------------------------------------------------------------------------

    def at_ten_minutes(self, begins: dt.datetime, ends: dt.datetime) -> InMemoryYear:
        """Tick every ten minutes, but for ticks at which neither a moment nor a fact has come."""
        now = begins
        while now <= ends:
            self.tick(now)
            coming = min(self._coming(), default=ends + TEN_MINUTES)
            now += max(-((now - coming) // TEN_MINUTES), 1) * TEN_MINUTES
        return self

    def at(self, ticks: Iterable[dt.datetime]) -> InMemoryYear:
        """Tick at each of these moments."""
        for now in ticks:
            self.tick(now)
        return self

    def _coming(self) -> Iterator[dt.datetime]:
        yield from (at for at in self.next_due_at.values() if at is not None)
        if self.changes:
            yield self.changes[0].at

    # -- a tick ----------------------------------------------------------------------------

    def tick(self, now: dt.datetime) -> None:
        """Do all that is due by *now*."""
        while self.changes and self.changes[0].at <= now:
            self._happen(self.changes.pop(0))
        due = [ref for ref, at in self.next_due_at.items() if at is not None and at <= now]
        if not due:
            return
        planner = Planner(timeline(self.cohort), now=now)
        people = [self._without_done_cases(self.people[ref], planner) for ref in sorted(due)]
        messages: dict[Place, list[Line]] = defaultdict(list)
        for plan in planner.plan(people, Inboxes(self.messages, now)):
            self._write(plan, now, messages)
        self._retest(planner, messages)
        for place, lines in sorted(messages.items(), key=lambda item: _first_due(item[1])):
            self._send(place, lines, planner)

    def known(self, ref: str) -> Participant:
        """Return a person as the store tells the planner."""
        past = {key: row.past() for (whose, key), row in self.ledger.items() if whose == ref}
        return replace(self.people[ref], past=past)

    def judged(self, ref: str, now: dt.datetime) -> list[Decision]:
        """Return what would be decided about somebody at this moment, whatever next_due_at says."""
        return Planner(timeline(self.cohort), now=now).judge(self.known(ref)).decisions

    def _happen(self, change: Change) -> None:
        if change.ref is None:
            self.cohort = change.apply(self.cohort)
            self.next_due_at = dict.fromkeys(self.people, EPOCH)
        else:
            self.people[change.ref] = change.apply(self.people[change.ref])
            self.next_due_at[change.ref] = EPOCH

    # -- rows and cases --------------------------------------------------------------------

    def _write(self, plan: PersonPlan, now: dt.datetime, messages: dict[Place, list[Line]]) -> None:
        ref = plan.person.ref
        for decision in sorted(plan.decisions, key=_in_order):
            o, verdict = decision.occurrence, decision.verdict
            row = Row(o, verdict.outcome, verdict.reason, verdict.until, now)
            if verdict.outcome == "case-opened":
                self._open_case(ref, str(o.rule.case), row)
            elif verdict.outcome == "queued":
                messages[(o.recipient, o.role, str(decision.bundle))].append((ref, o))
            self.ledger[(ref, o.key)] = row
        for key in plan.cancelled:
            row = self.ledger[(ref, key)]
            row.outcome, row.reason, row.until = "cancelled", "no-longer-planned", None
        self.next_due_at[ref] = plan.next_due_at

    def _open_case(self, ref: str, kind: str, row: Row) -> None:
        person = self.people[ref]
        if kind in person.cases:
            row.outcome, row.reason = "skipped", "case-open"
        else:
            cases = {**person.cases, kind: row.decided_at}
            self.people[ref] = replace(person, cases=cases)

    def _without_done_cases(self, person: Participant, planner: Planner) -> Participant:
        closes = planner.timeline.programme.case_closes_when
        left = {}
        for kind, opened in person.cases.items():
            at = Situation(planner.timeline, person, None, planner.today, since=opened)
            if first_holding(closes.get(kind, ()), at) is None:
                left[kind] = opened
        self.people[person.ref] = replace(person, cases=left)
        return self.known(person.ref)

    # -- messages --------------------------------------------------------------------------

    def _retest(self, planner: Planner, messages: Mapping[Place, list[Line]]) -> None:
        """Test queued rows again, as the claim does; what fails leaves its message."""
        verdicts = {
            (ref, decision.occurrence.key): decision.verdict
            for ref in {ref for lines in messages.values() for ref, _ in lines}
            for decision in planner.judge(self.known(ref)).decisions
        }
        gone = Verdict("cancelled", "no-longer-planned")
        for lines in messages.values():
            for ref, o in list(lines):
                verdict = verdicts.get((ref, o.key), gone)
                if verdict.outcome != "queued":
                    lines.remove((ref, o))
                    if planner.now not in self.people[ref].cases.values():
                        self.dropped.append((ref, o.key))  # no case of this very tick stops it
                    row = Row(o, verdict.outcome, verdict.reason, verdict.until, planner.now)
                    self.ledger[(ref, o.key)] = row
                    self.next_due_at[ref] = EPOCH

    def _send(self, place: Place, lines: Sequence[Line], planner: Planner) -> None:
        if not lines:
            return
        ordered = sorted(lines, key=lambda line: (line[1].due_at, line[0], line[1].key))
        for index, (ref, o) in enumerate(ordered):
            row = self.ledger[(ref, o.key)]
            row.outcome, row.sent_at = ("merged" if index else "sent"), planner.now
            if o.rule.step == "mentor-request":
                self._request_sent(ref, o.recipient, planner.now)
        classes = planner.policy.classes
        counts = any(classes[o.rule.class_].counts and o.rule.capped for _, o in ordered)
        recipient, role, _ = place
        self.messages.append(
            Sent(planner.now, recipient, role, counts, tuple(ordered), self.cohort.as_of)
        )

    def _request_sent(self, ref: str, mentor: str, now: dt.datetime) -> None:
        def asked(known: Mentorship) -> Mentorship:
            if known.ref != mentor or known.ended_at or known.request_sent_at:
                return known
            return replace(known, request_sent_at=now)

        person = self.people[ref]
        self.people[ref] = replace(person, mentorships=tuple(map(asked, person.mentorships)))
        self.next_due_at[ref] = EPOCH

    # -- what came of it -------------------------------------------------------------------

    def story(self, step: str, *, ref: str = "P0001") -> dict[str, str]:
        """Return occurrence → what became of it, and when if it was sent or opened a case."""
        found = {}
        for (whose, (name, occurrence, _)), row in self.ledger.items():
            if (whose, name) == (ref, step):
                acted = row.sent_at or (row.decided_at if row.outcome == "case-opened" else None)
                found[occurrence] = f"{row.said} {told(acted)}" if acted else row.said
        return found

    def sent_to(self, recipient: str) -> list[tuple[str, list[str]]]:
        """Return the messages of one recipient: when, and the steps in each."""
        return [
            (told(m.at), [o.rule.step for _, o in m.rows])
            for m in self.messages
            if m.recipient == recipient
        ]

    def outcomes(self) -> dict[str, str]:
        """Return `participant step occurrence recipient` → outcome, with its reason."""
        return {" ".join((ref, *key)): row.said for (ref, key), row in self.ledger.items()}


def _first_due(lines: Sequence[Line]) -> dt.datetime:
    return min((o.due_at for _, o in lines), default=EPOCH)


def _in_order(decision: Decision) -> tuple[dt.datetime, Key]:
    return (decision.occurrence.due_at, decision.occurrence.key)
