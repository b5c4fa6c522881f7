"""Staging of staff mail: recurring digests, and questions about one webinar. `person` is null."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats.outbox.letters import StaffLetters
from ats.outbox.stage import insert_message, rfc_id
from ats.planning.rules import Rule, rules_of
from ats.planning.windows import Windows
from ats.planning.workdays import local_moment
from ats.records import models as m
from config.programme import WEEKDAYS, Every

DAY = dt.timedelta(days=1)


@dataclass(slots=True)
class StaffMail:
    """Stages the staff mail of one cohort at one moment; the caller's transaction commits."""

    session: Session
    cohort: m.Cohort
    letters: StaffLetters
    windows: Windows
    now: dt.datetime
    mail_domain: str
    reachable_in_trial: frozenset[str] = frozenset()  # roles
    outcomes: Counter[str] = field(default_factory=Counter)
    _facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    _told_so_far: dict[str, tuple[dt.datetime, int]] = field(default_factory=dict)
    _held: dict[str, list[m.LedgerRow]] = field(default_factory=dict)

    def stage(self) -> dt.datetime | None:
        """Write what is due, and return when to look again."""
        self._look_up()
        again: list[dt.datetime] = []
        for rule in rules_of(self.letters.timeline.programme):
            if rule.is_staff_mail:
                again += self._settle(rule, [*self._standing(rule), *self._due(rule)])
                again += self._upcoming(rule)
        return min(again, default=None)

    # -- what is due -----------------------------------------------------------------------

    def _due(self, rule: Rule) -> list[m.LedgerRow]:
        """Write a row for each moment that has come; return those with something to tell."""
        telling = []
        for name, at in list(self._come(rule)):
            row = self._row(rule, name, at)
            if rule.every is not None and self._is_stale(rule, at):
                row.outcome, row.reason = "expired", None
                self.outcomes["expired"] += 1
                continue
            facts = self.letters.tell(row.step, row.occurrence, row.due_at)
            if facts is not None:
                self._facts[row.key] = facts
                telling.append(row)
            else:
                row.outcome, row.reason = "skipped", "nothing-to-tell"
                self.outcomes["skipped"] += 1
        return telling

    def _is_stale(self, rule: Rule, at: dt.datetime) -> bool:
        """Say whether a recurring letter is found so late that only a newer one is of use."""
        if rule.useful_workdays is None:
            return False
        timeline = self.letters.timeline
        days = timeline.workdays[timeline.programme.nation]
        last = days.shift(timeline.local_date(at), rule.useful_workdays, away_counts=True)
        return timeline.local_date(self.now) > last

    def _come(self, rule: Rule) -> Iterator[tuple[str, dt.datetime]]:
        """Yield name and moment of the occurrences that have come and have no row yet."""
        if rule.every is None:
            come = [key for key, at in self._webinar_moments(rule) if at <= self.now]
            names = self._names(rule) if come else set()
            for key, at in self._webinar_moments(rule):
                if key in come and f"{key}/1" not in names:
                    yield f"{key}/1", at
            return
        last, number = self._told_so_far.get(rule.step, (self.cohort.created_at, 0))
        moments = self._recurring(rule.every, last, self.now)
        for n, at in enumerate(moments, start=number + 1):
            yield str(n), at

    def _webinar_moments(self, rule: Rule) -> Iterator[tuple[str, dt.datetime]]:
        timeline = self.letters.timeline
        nation = timeline.programme.nation
        for webinar in timeline.cohort.webinars:
            if webinar.audience != rule.audience or webinar.status == "cancelled":
                continue
            if webinar.starts_at > self.now:
                yield webinar.key, timeline.webinar_moment(rule, webinar, nation)

    def _upcoming(self, rule: Rule) -> list[dt.datetime]:
        if rule.every is None:
            return [at for _, at in self._webinar_moments(rule) if at > self.now]
        return list(self._recurring(rule.every, self.now, self.now + 14 * DAY))[:1]

    def _recurring(
        self, every: Every, after: dt.datetime, until: dt.datetime
    ) -> Iterator[dt.datetime]:
        timeline = self.letters.timeline
        days = timeline.workdays[timeline.programme.nation]
        day = after.astimezone(timeline.zone).date()
        while day <= until.astimezone(timeline.zone).date():
            wanted = (
                not days.is_closed(day)
                if every.day == "working-day"
                else WEEKDAYS[day.weekday()] == every.day
            )
            at = local_moment(day, every.time, timeline.zone)
            if wanted and after < at <= until:
                yield at
            day += DAY

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
        """Return the held rows that this rule made; notices under the same key are not its own."""
        rows = self._held.get(rule.step, ())
        if rule.every is not None:
            return list(rows)
        mine = {f"{key}/1" for key, _ in self._webinar_moments(rule)}
        return [row for row in rows if row.occurrence in mine]

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
                row.outcome, row.reason, row.until = "superseded", None, None
                self.outcomes["superseded"] += 1
                continue
            reason, until = self._hold(rule)
            row.decided_at = self.now
            if reason is not None:
                row.reason, row.until = reason, until
                again += [until] if until else []
            elif self._told(row) is None:
                row.outcome, row.reason, row.until = "skipped", "nothing-to-tell", None
                self.outcomes["skipped"] += 1
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
            facts = self.letters.tell(row.step, row.occurrence, row.due_at)
            if facts is None:
                return None
            self._facts[row.key] = facts
        return self._facts[row.key]
