"""Results on their way into the records, in small batches, while the next messages are sent."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence

from ats.errors import AtsError
from ats.outbox.claim import Claimed
from ats.outbox.deliver import Outgoing
from ats.outbox.record import Recorder, Written
from ats.outbox.requeue import queue_again
from ats.outbox.result import Result
from ats.records import models as m
from ats.records.store import Store
from ats.tally import Tally

RECORD_ROWS, RECORD_SECONDS = 100, 0.05


class Results:
    """Results on their way into the records, in small batches."""

    def __init__(self, store: Store, now: dt.datetime, tally: Tally) -> None:
        self.store = store
        self.now = now
        self.tally = tally
        self.written: dict[int, Written] = {}
        self.relay_works = True
        self._waiting: list[tuple[int, Written, Result]] = []
        self._since = time.monotonic()

    def note(self, mail: Outgoing, result: Result) -> None:
        """Take one result; write the batch when it is full or old enough."""
        key = int(mail.key)
        self._waiting.append((key, self.written[key], result))
        if result.stops:
            self._relay_failed(result)
        if len(self._waiting) >= RECORD_ROWS or time.monotonic() - self._since > RECORD_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            with self.store.write() as session:
                recorder = Recorder(session, self.now)
                recorder.record(self._waiting)
            self.tally.count(recorder.outcomes)
        self._waiting = []
        self._since = time.monotonic()

    def _relay_failed(self, result: Result) -> None:
        what = {
            "relay": "The mail server cannot be reached",
            "configuration": "The mail server refuses our settings",
        }[result.kind]
        sentence = (
            f"{what} ({result.answer}); everything stays queued and the next tick tries again; "
            "check ATS_SMTP_URL with `ats doctor`."
        )
        if sentence not in self.tally.errors:
            self.tally.errors.append(sentence)
        self.relay_works = False

    def give_back(self, messages: Sequence[int]) -> None:
        """Queue again what was claimed and never tried."""
        if not messages:
            return
        with self.store.write() as session:
            for key in messages:
                queue_again(session, session.get_one(m.Message, key), may_have_left=False)

    def park(self, message: Claimed, error: AtsError) -> None:
        """Put aside a message that cannot be written, until a person has mended the cause."""
        self.tally.errors.append(f"{message.rfc_id}: {error}")
        with self.store.write() as session:
            Recorder(session, self.now).park(message.id)
