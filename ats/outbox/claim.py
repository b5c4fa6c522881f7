"""Claiming: take queued messages, test every row again, pin what will be said, and commit.

Only when the claim is committed does anything go to the mail server; no transaction is open
while it does.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select
from sqlmodel import Session, col

from ats.office import Letterhead
from ats.outbox import notices
from ats.outbox.compose import Composer, Line
from ats.outbox.park import park
from ats.people.contacts import Contact, contacts
from ats.planning.facts import Key, Participant
from ats.planning.planner import Decision, Planner, Verdict
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again
from ats.unexpected import told

STAFF_ROLES = ("operations", "pxm")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send: pinned, addressed, committed."""

    id: int
    rfc_id: str
    date: dt.datetime
    recipient: str
    to_name: str
    to_address: str
    context: Mapping[str, Any]


@dataclass(slots=True)
class Claim:
    """One claim over one cohort; the caller's write transaction commits it."""

    session: Session
    cohort: m.Cohort
    planner: Planner
    letterhead: Letterhead
    owner: str
    lease_until: dt.datetime
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    looked_at: int = 0

    def take(self, limit: int) -> list[Claimed]:
        """Claim up to *limit* messages that may go now; rows that fail the retest leave them.

        Returns the claimed messages; `looked_at` counts all that were tested, so that 0 means
        that nothing is left to claim.
        """
        messages = self._queued(limit)
        self.looked_at = len(messages)
        rows = self._rows([_id(message) for message in messages])
        people = self._people(rows)
        known = contacts(self.session, _refs(messages, people))
        composer = Composer(
            self.planner.timeline,
            self.letterhead,
            known,
            self.planner.now,
            self.cohort.status == "trial",
        )
        verdicts = {pid: self._verdicts(person) for pid, person in people.items()}
        claimed = []
        for message in messages:
            mine = rows.get(_id(message), [])
            try:
                context = self._said(message, mine, people, verdicts, composer)
            except Exception as fault:  # noqa: BLE001 (one message's fault never stops the others)
                self.errors.append(f"composing {message.rfc_id} was {told(fault)}")
                park(self.session, message, mine, now=self.planner.now)
                continue
            if context is not None:
                claimed.append(self._pin(message, context, known.get(message.recipient)))
        self.session.flush()
        return claimed

    def _said(
        self,
        message: m.Message,
        rows: Sequence[m.LedgerRow],
        people: Mapping[int, Participant],
        verdicts: Mapping[int, Mapping[Key, Decision]],
        composer: Composer,
    ) -> dict[str, Any] | None:
        """Return the context of a message after the retest, None if it does not go now."""
        if all(row.enrolment_id is None for row in rows) and message.role in STAFF_ROLES:
            return self._staff_context(message, rows, composer)
        return self._context(message, rows, people, verdicts, composer)

    def _queued(self, limit: int) -> Sequence[m.Message]:
        waiting = select(m.Message).where(_may_be_claimed(self.cohort, self.planner.now))
        oldest = waiting.order_by(col(m.Message.id)).limit(limit)
        return self.session.execute(oldest.with_for_update(skip_locked=True)).scalars().all()

    def _rows(self, messages: Iterable[int]) -> dict[int, list[m.LedgerRow]]:
        found: dict[int, list[m.LedgerRow]] = defaultdict(list)
        row = m.LedgerRow
        for item in self.session.execute(
            select(row)
            .where(col(row.message_id).in_(set(messages)), col(row.outcome) == "queued")
            .order_by(col(row.due_at), col(row.key))
        ).scalars():
            assert item.message_id is not None
            found[item.message_id].append(item)
        return found

    def _people(self, rows: Mapping[int, list[m.LedgerRow]]) -> dict[int, Participant]:
        ids = {r.enrolment_id for mine in rows.values() for r in mine if r.enrolment_id}
        return {p.id: p for p in gather.participants(self.session, sorted(ids))}

    def _verdicts(self, person: Participant) -> dict[Key, Decision]:
        return {d.occurrence.key: d for d in self.planner.judge(person).decisions}

    # -- the retest ------------------------------------------------------------------------

    def _context(
        self,
        message: m.Message,
        rows: Sequence[m.LedgerRow],
        people: Mapping[int, Participant],
        verdicts: Mapping[int, Mapping[Key, Decision]],
        composer: Composer,
    ) -> dict[str, Any] | None:
        lines = []
        for row in rows:
            assert row.enrolment_id is not None
            key = (row.step, row.occurrence, row.recipient)
            decision = verdicts[row.enrolment_id].get(key)
            if decision is None and self.planner.may_come_again(key) and not message.attempts:
                self._forget(row)
                continue
            if decision is None:
                verdict = Verdict("cancelled", "no-longer-planned")
            else:
                verdict = decision.verdict
            if decision is not None and verdict.outcome == "queued":
                lines.append(Line(decision.occurrence, people[row.enrolment_id]))
            elif message.attempts and verdict.outcome == "held":  # it keeps its Message-ID
                message.next_attempt_at = verdict.until or self._later()
                return None
            else:
                self._drop(row, verdict)
        if lines:
            return composer.compose(message.recipient, message.role, lines)
        self._dissolve(message)
        return None

    def _staff_context(
        self, message: m.Message, rows: Sequence[m.LedgerRow], composer: Composer
    ) -> dict[str, Any] | None:
        """Return the context of mail to an office: its facts were gathered when it was staged."""
        if rows and message.context and self.cohort.status != "paused":
            if "facts" not in message.context:  # composed by an earlier claim
                return message.context
            return composer.staff(message.role, rows[0].step, message.context["facts"])
        if message.bundle.startswith(notices.BUNDLE):  # planned once: it waits as it is
            message.next_attempt_at = self._later()
            return None
        for row in rows:
            self._drop(row, Verdict("held", "paused"))
        self._dissolve(message)
        return None

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

    # -- pinning ---------------------------------------------------------------------------

    def _pin(self, message: m.Message, context: dict[str, Any], contact: Contact | None) -> Claimed:
        head = self.letterhead
        office = {"operations": head.operations, "pxm": head.pxm}
        address = contact.email if contact else office[message.role]
        message.to_address = head.redirect_to or address
        message.context = context
        message.status, message.stage = "claimed", "claimed"
        message.lease_owner, message.lease_until = self.owner, self.lease_until
        return Claimed(
            id=_id(message),
            rfc_id=message.rfc_id,
            date=message.date,
            recipient=message.recipient,
            to_name=contact.full_name if contact else "",
            to_address=message.to_address,
            context=context,
        )


def anything_queued(session: Session, cohort: m.Cohort, *, now: dt.datetime) -> bool:
    """Say whether a claim over this cohort would find anything. Writes nothing."""
    found = select(col(m.Message.id)).where(_may_be_claimed(cohort, now)).limit(1)
    return session.execute(found).first() is not None


def _may_be_claimed(cohort: m.Cohort, now: dt.datetime) -> ColumnElement[bool]:
    msg = m.Message
    return and_(
        col(msg.cohort_id) == cohort.id,
        col(msg.status) == "queued",
        col(msg.next_attempt_at).is_(None) | (col(msg.next_attempt_at) <= now),
    )


def _id(message: m.Message) -> int:
    assert message.id is not None
    return message.id


def _refs(messages: Iterable[m.Message], people: Mapping[int, Participant]) -> set[str]:
    refs = {message.recipient for message in messages}
    refs |= {person.ref for person in people.values()}
    standing = (person.mentorship for person in people.values())
    return refs | {mentorship.ref for mentorship in standing if mentorship}
