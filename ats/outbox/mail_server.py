"""What all workers know of one mail server: whether it answers, and how fast it may be sent to.

In real time, and in the records, so that it holds across workers and machines. A server that
could not be used is tried with one message first; the rest is claimed once that was answered.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from ats.outbox.leases import real_now
from ats.outbox.result import Result
from ats.outbox.suspicion import Failing
from ats.records import models as m
from ats.records.store import Store

#: A failing server is left alone for so many seconds after the first failure, the second …
PAUSES = (5, 15, 60, 300, 900)


@dataclass(slots=True)
class MailServer:
    """One mail server, by host and port; *rate* is in messages a second, None for no limit."""

    name: str
    rate: float | None = None
    _failing: bool | None = field(default=None)

    def fault(self, session: Session) -> Failing | None:
        """Return why it could not be used when it was last tried; None if it could."""
        known = session.get(m.MailServer, self.name)
        self._failing = known is not None and known.failures > 0
        if known is None or not self._failing:
            return None
        return "configuration" if known.fault == "configuration" else "relay"

    def learn(self, session: Session, results: Sequence[Result]) -> None:
        """Note whether it could be used. Writes only when that has changed, or it fails."""
        fault = next((one for one in results if one.stops), None)
        if fault is None:
            if self._failing is not False and any(one.kind != "ambiguous" for one in results):
                self._works(session)
            return
        known = self._row(session)
        pause = PAUSES[min(known.failures, len(PAUSES) - 1)]
        known.failures += 1
        known.fault, known.answer = fault.kind, fault.answer
        known.failing_since = known.failing_since or real_now()
        known.closed_until = real_now() + dt.timedelta(seconds=pause)
        self._failing = True

    def most_within(self, time: dt.timedelta) -> int:
        """Return how many messages the rate limit lets go within this time; at least one."""
        return sys.maxsize if self.rate is None else max(1, int(self.rate * time.total_seconds()))

    def slots(self, store: Store, number: int) -> Sequence[float]:
        """Return how many seconds from now each of the next *number* messages may go.

        The slots are taken: no other worker gets them.
        """
        if self.rate is None or number == 0:
            return [0.0] * number
        apart = 1 / self.rate
        with store.write() as session:
            known = self._row(session)
            now = real_now()
            first = max(known.next_slot_at or now, now)
            known.next_slot_at = first + dt.timedelta(seconds=number * apart)
        wait = (first - now).total_seconds()
        return [wait + index * apart for index in range(number)]

    def _works(self, session: Session) -> None:
        known = session.get(m.MailServer, self.name)
        if known is not None and known.failures:
            known.failures, known.fault, known.answer = 0, None, ""
            known.failing_since = known.closed_until = None
        self._failing = False

    def _row(self, session: Session) -> m.MailServer:
        """Return the server's row, made if need be, locked for this transaction."""
        locked = select(m.MailServer).where(col(m.MailServer.name) == self.name).with_for_update()
        known: m.MailServer | None = session.execute(locked).scalar()
        if known is not None:
            return known
        try:
            with session.begin_nested():
                session.add(m.MailServer(name=self.name))
        except IntegrityError:
            pass  # another worker was quicker
        found: m.MailServer = session.execute(locked).scalar_one()
        return found
