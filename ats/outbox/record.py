"""Recording: what the mail server answered becomes outcomes, attempts and anchors."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, update
from sqlmodel import Session, col

from ats.cases.opening import open_case
from ats.outbox.park import park
from ats.outbox.requeue import queue_again
from ats.outbox.result import Result
from ats.outbox.retry import retry_after
from ats.records import models as m
from ats.records.due import look_again

#: The step whose sending starts the mentor's ladder ("request-sent").
REQUEST = "mentor-request"
UNREACHABLE = "mentor-unreachable"


@dataclass(frozen=True, slots=True)
class Written:
    """What a message was written as: provable later from its pinned context."""

    subject: str
    digest: str  # sha256 of the bytes handed over
    template_version: str


@dataclass(slots=True)
class Recorder:
    """Writes results; the caller's transaction commits them."""

    session: Session
    now: dt.datetime
    outcomes: Counter[str] = field(default_factory=Counter)
    _queued_rows: dict[int, list[m.LedgerRow]] = field(default_factory=dict)

    def record(self, results: Iterable[tuple[int, Written, Result]]) -> None:
        """Record (message id, what was written, result) for each message tried."""
        results = list(results)
        ids = [message_id for message_id, _, _ in results]
        messages = self._messages(ids)
        self._queued_rows = self._rows_of(ids)
        for message_id, written, result in results:
            message = messages[message_id]
            message.subject, message.digest = written.subject, written.digest
            message.template_version = written.template_version
            message.lease_owner = message.lease_until = None
            message.stage = result.stage
            if result.kind not in ("relay", "configuration"):
                message.attempts += 1
                self._attempt(message, result)
            self._settle(message, result)
        self.session.flush()

    def _settle(self, message: m.Message, result: Result) -> None:
        if result.kind == "sent":
            self._sent(message)
        elif result.kind == "permanent":
            self._failed(message)
        elif result.kind in ("relay", "configuration"):
            queue_again(self.session, message, may_have_left=False)
        else:
            first = self._first_attempt(message)
            again = retry_after(message.attempts, at=self.now, key=message.rfc_id, first_at=first)
            if again is None:
                self._failed(message)
            else:
                left = result.kind == "ambiguous"
                queue_again(self.session, message, may_have_left=left)
                message.next_attempt_at = again

    def _sent(self, message: m.Message) -> None:
        message.status, message.sent_at, message.next_attempt_at = "sent", self.now, None
        self.outcomes["sent"] += 1
        for index, row in enumerate(self._rows(message)):
            row.outcome = "merged" if index else "sent"
            row.reason = row.until = None
            row.sent_at = row.decided_at = self.now
            if index:
                self.outcomes["merged"] += 1
            if row.step == REQUEST:
                self._request_sent(row)

    def _failed(self, message: m.Message) -> None:
        message.status, message.next_attempt_at = "failed", None
        for row in self._rows(message):
            row.outcome, row.reason = "failed", "undeliverable"
            row.until, row.decided_at = None, self.now
            self.outcomes["failed"] += 1
            if row.step == REQUEST and row.enrolment_id is not None:
                open_case(
                    self.session,
                    cohort_id=row.cohort_id,
                    enrolment_id=row.enrolment_id,
                    kind=UNREACHABLE,
                    owner="operations",
                    signal=f"{row.step} {row.occurrence}",
                    now=self.now,
                )

    def park(self, message_id: int) -> None:
        """Hold the rows of a message that cannot be rendered."""
        message = self.session.get_one(m.Message, message_id)
        park(self.session, message, self._rows_of([message_id])[message_id], now=self.now)

    def _rows(self, message: m.Message) -> Sequence[m.LedgerRow]:
        """Return the queued rows of a message, in order of due moment and key."""
        assert message.id is not None
        return self._queued_rows.get(message.id, [])

    def _messages(self, ids: Sequence[int]) -> dict[int, m.Message]:
        found = self.session.execute(select(m.Message).where(col(m.Message.id).in_(ids)))
        return {message.id: message for message in found.scalars() if message.id is not None}

    def _rows_of(self, ids: Sequence[int]) -> dict[int, list[m.LedgerRow]]:
        row = m.LedgerRow
        found: dict[int, list[m.LedgerRow]] = defaultdict(list)
        for item in self.session.execute(
            select(row)
            .where(col(row.message_id).in_(ids), col(row.outcome) == "queued")
            .order_by(col(row.due_at), col(row.key))
        ).scalars():
            found[item.message_id or 0].append(item)
        return found

    def _request_sent(self, row: m.LedgerRow) -> None:
        """Start the clock of the mentor's ladder: the request was accepted by the mail server."""
        role = select(col(m.Role.id)).where(col(m.Role.ref) == row.recipient).scalar_subquery()
        self.session.execute(
            update(m.Mentorship)
            .where(
                col(m.Mentorship.enrolment_id) == row.enrolment_id,
                col(m.Mentorship.role_id) == role,
                col(m.Mentorship.ended_at).is_(None),
                col(m.Mentorship.request_sent_at).is_(None),
            )
            .values(request_sent_at=self.now)
        )
        if row.enrolment_id is not None:
            look_again(self.session, row.enrolment_id)

    def _attempt(self, message: m.Message, result: Result) -> None:
        assert message.id is not None
        self.session.add(
            m.Attempt(
                message_id=message.id,
                at=self.now,
                code=result.code,
                answer=result.answer,
                result=result.kind,
            )
        )

    def _first_attempt(self, message: m.Message) -> dt.datetime:
        # Not flushed here: half settled, the message would break the promises of its table.
        with self.session.no_autoflush:
            first = self.session.execute(
                select(col(m.Attempt.at))
                .where(col(m.Attempt.message_id) == message.id)
                .order_by(col(m.Attempt.id))
                .limit(1)
            ).scalar()
        return first or self.now
