"""The retest: just before it is sent, every row of a message is judged once more.

What holds no longer leaves the message; a message whose last row has left it is dissolved.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col

from ats.outbox import notices
from ats.outbox.compose import Composer, Line
from ats.outbox.overtaken import is_overtaken
from ats.people.contacts import offices_in_trial
from ats.planning.facts import Key, Participant
from ats.planning.planner import Decision, Planner, Verdict
from ats.records import models as m
from ats.records.due import look_again

STAFF_ROLES = ("operations", "pxm")


@dataclass(slots=True)
class Retest:
    """Judges messages of one cohort at one moment; the caller's transaction commits."""

    session: Session
    cohort: m.Cohort
    planner: Planner
    composer: Composer
    people: Mapping[int, Participant]
    outcomes: Counter[str] = field(default_factory=Counter)
    _verdicts: dict[tuple[int, str], Mapping[Key, Decision]] = field(default_factory=dict)

    def context(self, message: m.Message, rows: Sequence[m.LedgerRow]) -> dict[str, Any] | None:
        """Return what a message says after the retest, None if it does not go now."""
        if message.repeats_id is not None:
            return self._again(message, rows)
        if all(row.enrolment_id is None for row in rows) and message.role in STAFF_ROLES:
            return self._staff(message, rows)
        return self._composed(message, rows)

    def _composed(self, message: m.Message, rows: Sequence[m.LedgerRow]) -> dict[str, Any] | None:
        lines = []
        for row in rows:
            assert row.enrolment_id is not None
            key = (row.step, row.occurrence, row.recipient)
            decision = self._decisions(row.enrolment_id, row.step).get(key)
            if decision is None and self.planner.may_come_again(key) and not message.attempts:
                self._forget(row)
                continue
            if decision is None:
                verdict = Verdict("cancelled", "no-longer-planned")
            else:
                verdict = decision.verdict
            if decision is not None and verdict.outcome == "queued":
                lines.append(Line(decision.occurrence, self.people[row.enrolment_id]))
            elif message.attempts and verdict.outcome == "held":  # it keeps its Message-ID
                message.next_attempt_at = verdict.until or self._later()
                return None
            else:
                self._drop(row, verdict)
        if lines and message.unsure and message.context and not self._is_overtaken(message.context):
            return message.context  # it may have arrived: word for word
        if lines:
            return self.composer.compose(message.recipient, message.role, lines)
        self._dissolve(message)
        return None

    def _again(self, message: m.Message, rows: Sequence[m.LedgerRow]) -> dict[str, Any] | None:
        """Return what staff send again: what was said, unless nothing may go to them now."""
        if self.cohort.status == "paused":
            message.next_attempt_at = self._later()
            return None
        for row in rows:
            person = self.people.get(row.enrolment_id or 0)
            verdict = self.planner.gone(person, None, to=row.recipient) if person else None
            if person is not None and verdict is None and row.recipient in person.suppressed:
                verdict = Verdict("skipped", "suppressed")
            if verdict is None and self._is_overtaken(message.context or {}):
                verdict = Verdict("cancelled", "no-longer-planned")
            if verdict is not None:
                self._drop(row, Verdict("cancelled", verdict.reason))
                self._dissolve(message)
                return None
        return message.context

    def _is_overtaken(self, context: Mapping[str, Any]) -> bool:
        return is_overtaken(context, self.planner.timeline)

    def _staff(self, message: m.Message, rows: Sequence[m.LedgerRow]) -> dict[str, Any] | None:
        """Return the context of mail to an office: its facts were gathered when it was staged."""
        reason = self._held_for(message.role)
        if rows and message.context and reason is None:
            if "facts" not in message.context:  # composed by an earlier claim
                return message.context
            return self.composer.staff(message.role, rows[0].step, message.context["facts"])
        if message.bundle.startswith(notices.BUNDLE):  # planned once: it waits as it is
            message.next_attempt_at = self._later()
            return None
        for row in rows:
            self._drop(row, Verdict("held", reason or "paused"))
        self._dissolve(message)
        return None

    def _held_for(self, office: str) -> str | None:
        """Return why nothing goes to an office now, None if it may."""
        if self.cohort.status == "paused":
            return "paused"
        head = self.composer.letterhead
        may_go = self.cohort.status != "trial" or office in offices_in_trial(head)
        return None if may_go else "trial"

    def _decisions(self, enrolment: int, step: str) -> Mapping[Key, Decision]:
        if (enrolment, step) not in self._verdicts:
            judged = self.planner.decisions(self.people[enrolment], step)
            self._verdicts[enrolment, step] = judged
        return self._verdicts[enrolment, step]

    def _later(self) -> dt.datetime:
        return self.planner.now + notices.LOOK_AGAIN

    def _drop(self, row: m.LedgerRow, verdict: Verdict) -> None:
        row.outcome, row.reason, row.until = verdict.outcome, verdict.reason, verdict.until
        row.decided_at, row.message_id = self.planner.now, None
        if verdict.outcome != "held":
            self.outcomes[verdict.outcome] += 1
        if row.enrolment_id is not None:
            look_again(self.session, row.enrolment_id)

    def _forget(self, row: m.LedgerRow) -> None:
        self.session.delete(row)
        self.session.flush()

    def _dissolve(self, message: m.Message) -> None:
        """Let go of a message whose last row left it; one that was tried ends as failed."""
        self.session.flush()
        if message.attempts:
            message.status = "failed"
            return
        self.session.execute(delete(m.Message).where(col(m.Message.id) == message.id))
        self.session.expunge(message)
