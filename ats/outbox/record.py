"""Recording: what the mail server answered becomes outcomes, attempts and anchors.

What was sent is recorded together (`ats.outbox.record_sent`), the rest one by one.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import insert, select
from sqlmodel import Session, col

from ats.outbox import mentor_request
from ats.outbox.park import park, put_aside
from ats.outbox.record_sent import Written, record_sent
from ats.outbox.requeue import queue_again
from ats.outbox.result import Result
from ats.outbox.retry import retry_after
from ats.outbox.suppression import suppress_refused
from ats.records import models as m

__all__ = ["Recorder", "Tried", "Written"]

#: How often a message that left and was not answered is tried again.
MOST_UNSURE = 1

_UNREAD = (
    "The mail server takes no e-mail to {office}, so nobody there reads what we tell; correct "
    "{setting} (`ats message list` has the answer)."
)
#: What is told when mail to an office has failed.
UNREAD = {
    "operations": _UNREAD.format(office="operations", setting="ATS_OPERATIONS_EMAIL"),
    "pxm": _UNREAD.format(office="the PXM", setting="ATS_PXM_EMAIL"),
}


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt to send one message. `written` is None where that is not known any more."""

    message: int
    result: Result
    written: Written | None


@dataclass(slots=True)
class Recorder:
    """Writes results; the caller's transaction commits them."""

    session: Session
    now: dt.datetime
    when_unsure: Callable[[str], str]  # by class of message: 'again' or 'parked'
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    _open_rows: dict[int, list[m.LedgerRow]] = field(default_factory=dict)

    def record(self, tried: Iterable[Tried], *, worker: str | None = None) -> None:
        """Record what became of each message tried.

        Of those that *worker* holds no more, since another has taken them over, an acceptance ends
        them all the same; of any other answer only the attempt is kept.
        """
        tried = list(tried)
        self._attempts([one for one in tried if not one.result.stops])
        sent = {
            one.message: (one.result.stage, one.written)
            for one in tried
            if one.result.kind == "sent"
        }
        self.outcomes.update(record_sent(self.session, sent, now=self.now))
        self._record_rest([one for one in tried if one.message not in sent], worker)

    def _record_rest(self, tried: Sequence[Tried], worker: str | None) -> None:
        if not tried:
            return
        ids = [one.message for one in tried]
        messages = self._messages(ids)
        self._open_rows = self._rows_of(ids)
        for one in tried:
            message, result = messages[one.message], one.result
            if worker is not None and message.lease_owner != worker:
                continue
            if one.written is not None:
                message.subject, message.digest = one.written.subject, one.written.digest
                message.template_version = one.written.wording
            message.lease_owner = message.lease_until = None
            message.stage = result.stage
            message.attempts += 0 if result.stops else 1
            self._settle(message, result)
        self.session.flush()

    def _settle(self, message: m.Message, result: Result) -> None:
        if result.stops:
            queue_again(self.session, message, may_have_left=False)
        elif result.kind == "permanent":
            self._failed(message)
            suppress_refused(self.session, message, result, now=self.now)
        elif result.kind == "ambiguous":
            self._unsure(message)
        else:
            self._put_off(message, may_have_left=False)

    def _unsure(self, message: m.Message) -> None:
        """One more try under the same Message-ID and Date, or a person looks at it (its class)."""
        message.unsure += 1
        if message.unsure > MOST_UNSURE or self.when_unsure(message.class_) == "parked":
            put_aside(message, self._rows(message), now=self.now)
        else:
            self._put_off(message, may_have_left=True)

    def _put_off(self, message: m.Message, *, may_have_left: bool) -> None:
        first = self._first_attempt(message)
        again = retry_after(message.attempts, at=self.now, key=message.rfc_id, first_at=first)
        if again is None:
            self._failed(message)
        else:
            queue_again(self.session, message, may_have_left=may_have_left)
            message.next_attempt_at = again

    def _failed(self, message: m.Message) -> None:
        message.status, message.next_attempt_at = "failed", None
        if message.role in UNREAD:
            self.errors.append(UNREAD[message.role])
        for row in self._rows(message):
            row.outcome, row.reason = "failed", "undeliverable"
            row.until, row.decided_at = None, self.now
            self.outcomes["failed"] += 1
            if row.step == mentor_request.STEP:
                mentor_request.bounced(self.session, row, now=self.now)

    def park(self, message_id: int) -> None:
        """Hold the rows of a message that cannot be rendered."""
        message = self.session.get_one(m.Message, message_id)
        park(self.session, message, self._rows_of([message_id])[message_id], now=self.now)

    def _rows(self, message: m.Message) -> Sequence[m.LedgerRow]:
        """Return the rows of a message that are not final, in order of due moment and key."""
        assert message.id is not None
        return self._open_rows.get(message.id, [])

    def _messages(self, ids: Sequence[int]) -> dict[int, m.Message]:
        mine = select(m.Message).where(col(m.Message.id).in_(ids)).order_by(col(m.Message.id))
        found = self.session.execute(mine.with_for_update())
        return {message.id: message for message in found.scalars() if message.id is not None}

    def _rows_of(self, ids: Sequence[int]) -> dict[int, list[m.LedgerRow]]:
        row = m.LedgerRow
        found: dict[int, list[m.LedgerRow]] = defaultdict(list)
        for item in self.session.execute(
            select(row)
            .where(col(row.message_id).in_(ids), col(row.outcome).in_(m.OPEN))
            .order_by(col(row.due_at), col(row.key))
        ).scalars():
            found[item.message_id or 0].append(item)
        return found

    def _attempts(self, tried: Sequence[Tried]) -> None:
        made = [
            {
                "message_id": one.message,
                "at": self.now,
                "code": one.result.code,
                "answer": one.result.answer,
                "result": one.result.kind,
            }
            for one in tried
        ]
        if made:
            self.session.connection().execute(insert(m.Attempt), made)

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
