"""Staging of staff mail: recurring digests, and questions about one webinar. `person` is null."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats.outbox.letters import StaffLetters
from ats.outbox.staff_moments import StaffMoments
from ats.outbox.stage import insert_message, rfc_id
from ats.outbox.untold import Untold
from ats.planning.rules import Rule, rules_of
from ats.planning.windows import Windows
from ats.records import models as m
from ats.unexpected import told


@dataclass(slots=True)
class StaffMail:
    """Stages the staff mail of one cohort at one moment; the caller's transaction commits."""

    session: Session
    cohort: m.Cohort
    letters: StaffLetters
    windows: Windows
    now: dt.datetime
    mail_domain: str
    reachable_in_trial: frozenset[str] = frozenset()  # refs and roles
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    moments: StaffMoments = field(init=False)
    _facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    _told_so_far: dict[str, tuple[dt.datetime, int]] = field(default_factory=dict)
    _held: dict[str, list[m.LedgerRow]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.moments = StaffMoments(self.letters.timeline, self.now)

    def stage(self) -> dt.datetime | None:
        """Write what is due, and return when to look again."""
        self._look_up()
        again: list[dt.datetime] = []
        for rule in rules_of(self.letters.timeline.programme):
            if rule.is_staff_mail:
                again += self._stage(rule)
                again += self.moments.upcoming(rule)
        again += self._apart("asking about people who were not told", self._stage_untold)
        again += self.moments.changed_begin()
        return min(again, default=None)

    def foreseen(self) -> tuple[list[tuple[str, dt.datetime]], dt.datetime | None]:
        """Return what has come and has no row, and when the next will come. Writes nothing."""
        self._look_up()
        rules = [rule for rule in rules_of(self.letters.timeline.programme) if rule.is_staff_mail]
        come = [(f"{rule.step} {name}", at) for rule in rules for name, at in self._come(rule)]
        ahead = [at for rule in rules for at in self.moments.upcoming(rule)]
        return come, min([*ahead, *self.moments.changed_begin()], default=None)

    def _stage(self, rule: Rule) -> list[dt.datetime]:
        """Write what is due of one rule."""
        return self._apart(
            f"telling {rule.to} by {rule.step}",
            lambda: self._settle(rule, [*self._standing(rule), *self._due(rule)]),
        )

    def _stage_untold(self) -> list[dt.datetime]:
        may_go = self.cohort.status != "trial" or "operations" in self.reachable_in_trial
        timeline, domain = self.letters.timeline, self.mail_domain
        Untold(self.session, self.cohort, timeline, self.now, domain, may_go).stage()
        return []

    def _apart(self, doing: str, work: Callable[[], list[dt.datetime]]) -> list[dt.datetime]:
        """Do this and return when to look again; a fault takes back its rows alone."""
        counted = self.outcomes.copy()
        try:
            with self.session.begin_nested():
                return work()
        except Exception as fault:  # noqa: BLE001 (one letter's fault never stops the others)
            self.outcomes = counted
            self.errors.append(f"{doing} was {told(fault)}")
            return [self.now]

    # -- what is due -----------------------------------------------------------------------

    def _due(self, rule: Rule) -> list[m.LedgerRow]:
        """Write a row for each moment that has come; return those with something to tell."""
        telling = []
        for name, at in list(self._come(rule)):
            row = self._row(rule, name, at)
            if rule.every is not None and self.moments.is_stale(rule, at):
                self._end(row, "expired")
                continue
            facts = self._tell(row)
            if facts is not None:
                self._facts[row.key] = facts
                telling.append(row)
            else:
                self._end(row, "skipped", "nothing-to-tell")
        return telling

    def _come(self, rule: Rule) -> Iterator[tuple[str, dt.datetime]]:
        """Yield name and moment of the occurrences that have come and have no row yet."""
        if rule.every is None:
            about = self.moments.about_webinars(rule)
            come = [(name, at) for _, name, at in about if at <= self.now]
            names = self._names(rule) if come else set()
            yield from ((name, at) for name, at in come if name not in names)
            return
        last, number = self._told_so_far.get(rule.step, (self.cohort.created_at, 0))
        moments = self.moments.recurring(rule.every, last, self.now)
        for n, at in enumerate(moments, start=number + 1):
            yield str(n), at

    # -- rows ------------------------------------------------------------------------------

    def _look_up(self) -> None:
        """Read how far each step has come, and which rows are held."""
        row = m.LedgerRow
        staff = (col(row.cohort_id) == self.cohort.id, col(row.enrolment_id).is_(None))
        counted = select(col(row.step), func.max(col(row.due_at)), func.count())
        for step, last, number in self.session.execute(
            counted.where(*staff).group_by(col(row.step))
        ):
            self._told_so_far[step] = (last, number)
        held = select(row).where(*staff, col(row.outcome) == "held").order_by(col(row.due_at))
        for standing in self.session.execute(held).scalars():
            self._held.setdefault(standing.step, []).append(standing)

    def _standing(self, rule: Rule) -> list[m.LedgerRow]:
        """Return the held rows that this rule made; notices under the same key are not its own.

        Rows about a webinar that is over end here.
        """
        rows = self._held.get(rule.step, [])
        if rule.every is not None:
            return list(rows)
        standing = []
        webinars = {self.moments.occurrence(rule, one): one for one in self.moments.webinars(rule)}
        for row in (row for row in rows if row.occurrence in webinars):
            over = self.moments.over(rule, webinars[row.occurrence])
            if over is None:
                standing.append(row)
            else:
                self._end(row, over.outcome, over.reason)
        return standing

    def _end(self, row: m.LedgerRow, outcome: str, reason: str | None = None) -> None:
        row.outcome, row.reason, row.until = outcome, reason, None
        row.decided_at = self.now
        self.outcomes[outcome] += 1

    def _names(self, rule: Rule) -> set[str]:
        row = m.LedgerRow
        names = select(col(row.occurrence)).where(
            col(row.cohort_id) == self.cohort.id,
            col(row.enrolment_id).is_(None),
            col(row.step) == rule.step,
        )
        return set(self.session.execute(names).scalars())

    def _row(self, rule: Rule, occurrence: str, at: dt.datetime) -> m.LedgerRow:
        assert self.cohort.id is not None
        row = m.LedgerRow(
            key=f"{self.cohort.code}/-/{rule.step}/{occurrence}/{rule.to}",
            cohort_id=self.cohort.id,
            step=rule.step,
            occurrence=occurrence,
            recipient=rule.to,
            role=rule.to,
            class_=rule.class_,
            due_at=at,
            outcome="held",
            reason="window",
            decided_at=self.now,
        )
        self.session.add(row)
        return row

    def _settle(self, rule: Rule, rows: list[m.LedgerRow]) -> list[dt.datetime]:
        """Queue the latest row of a recurring step, supersede the others; hold what must wait."""
        again = []
        for index, row in enumerate(rows):
            if rule.every is not None and index < len(rows) - 1:
                self._end(row, "superseded")
                continue
            reason, until = self._hold(rule)
            row.decided_at = self.now
            if reason is not None:
                row.reason, row.until = reason, until
                again += [until] if until else []
            elif self._told(row) is None:
                self._end(row, "skipped", "nothing-to-tell")
            else:
                row.message_id = self._message(rule, row)
                row.reason, row.until, row.outcome = None, None, "queued"
        self.session.flush()
        return again

    def _hold(self, rule: Rule) -> tuple[str | None, dt.datetime | None]:
        if self.cohort.status == "paused":
            return "paused", None
        if self.cohort.status == "trial" and rule.to not in self.reachable_in_trial:
            return "trial", None
        policy = self.letters.timeline.programme.send_policy.classes[rule.class_]
        nation = self.letters.timeline.programme.nation
        opens, reason = self.windows.opening(policy, nation, self.now)
        return (reason, opens) if reason else (None, None)

    def _message(self, rule: Rule, row: m.LedgerRow) -> int:
        key = (row.step, row.occurrence, row.recipient)
        return insert_message(
            self.session,
            {
                "rfc_id": rfc_id(self.cohort.code, key, self.now, self.mail_domain),
                "cohort_id": self.cohort.id,
                "recipient": rule.to,
                "role": rule.to,
                "send_on": self.now.astimezone(self.letters.timeline.zone).date(),
                "bundle": "/".join(key),
                "class_": rule.class_,
                "date": self.now,
                "context": {"facts": self._told(row)},
            },
        )

    def _told(self, row: m.LedgerRow) -> dict[str, Any] | None:
        """Return what the row tells; None if there is nothing to tell any more."""
        if row.key not in self._facts:
            facts = self._tell(row)
            if facts is None:
                return None
            self._facts[row.key] = facts
        return self._facts[row.key]

    def _tell(self, row: m.LedgerRow) -> dict[str, Any] | None:
        reachable = self.reachable_in_trial
        return self.letters.tell(
            row.step, row.occurrence, row.due_at, now=self.now, reachable=reachable
        )
