"""Results on their way into the records, in small batches, while the next messages are sent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from ats.outbox import leases
from ats.outbox.batch import Done
from ats.outbox.courier import Courier
from ats.outbox.given_up import GivenUp
from ats.outbox.mail_server import MailServer
from ats.outbox.put_off import PutOff
from ats.outbox.record import Recorder, Tried, Written
from ats.outbox.result import Result
from ats.records.store import Store
from ats.tally import Tally

RECORD_ROWS, RECORD_SECONDS = 100, 0.05
RENEW_SECONDS = 60.0

_FAULTS = {
    "relay": "The mail server cannot be reached",
    "configuration": "The mail server refuses our settings",
}


@dataclass(slots=True)
class Results:
    """Records what a courier reports, until it has said all. Runs in a thread of its own.

    While it waits it renews the leases of what is under way: what its *worker* has claimed.
    """

    store: Store
    recorder: Callable[[Session], Recorder]
    is_paused: Callable[[Session], bool]
    server: MailServer
    lease: str
    worker: str
    written: MutableMapping[int, Written]
    put_off: PutOff
    given_up: GivenUp
    tally: Tally = field(default_factory=Tally)
    relay_works: bool = True
    paused: bool = False  # while messages were under way: those that had not begun do not go
    ended: bool = False
    under_way: int = 0
    held: int = 0  # of these, answered, but not certain yet
    _room: threading.Condition = field(default_factory=threading.Condition)
    _renewed: float = field(default_factory=time.monotonic)

    def record_all(self, courier: Courier) -> None:
        """Record every result of the courier. Raises what the courier's callbacks raised."""
        try:
            while (
                done := courier.results(most=RECORD_ROWS, within=RECORD_SECONDS, idle=RENEW_SECONDS)
            ) is not None:
                self._hold(courier.held)
                if done:
                    self._record(done, courier.verdict)
                if self.paused:
                    courier.stop()
                if time.monotonic() - self._renewed > RENEW_SECONDS:
                    leases.renew(self.store, self.lease, worker=self.worker)
                    self._renewed = time.monotonic()
        except BaseException:
            courier.stop()  # what cannot be recorded is not sent
            raise
        finally:
            with self._room:
                self.ended = True
                self._room.notify_all()

    def expect(self, number: int) -> None:
        """Count messages that the courier is about to be given."""
        with self._room:
            self.under_way += number

    def wait_for_room(self, most: int) -> bool:
        """Wait until at *most* so many are not answered; return whether more may be sent."""
        with self._room:
            self._room.wait_for(lambda: self.under_way - self.held <= most or self.is_over)
            return not self.is_over

    @property
    def is_over(self) -> bool:
        """Whether nothing more may be sent."""
        return self.ended or self.paused or not self.relay_works

    def _hold(self, number: int) -> None:
        """Let nobody wait for what is certain only when others have been answered."""
        if number != self.held:
            with self._room:
                self.held = number
                self._room.notify_all()

    def _record(self, done: Sequence[Done], verdict: Result | None) -> None:
        tried = [
            Tried(int(mail.key), result, self.written.pop(int(mail.key))) for mail, result in done
        ]
        results = [one.result for one in tried]
        faults = [result for result in results if result.stops]
        if verdict is not None and self.relay_works and not faults:
            faults = [verdict]
        if faults:
            self.relay_works = False  # before others see it queued: it is not claimed again

        def record(session: Session) -> Recorder:
            recorder = self.recorder(session)
            recorder.record(tried, worker=self.worker)
            self.server.learn(session, [*faults, *results])
            self.paused = self.paused or self.is_paused(session)
            return recorder

        recorder = self.store.transact(record)
        self.tally.count(recorder.outcomes)
        self.put_off.note(results)
        self.given_up.note(results)
        self._tell(recorder.errors)
        for fault in faults:
            self._relay_failed(fault)
        with self._room:
            self.under_way -= len(done)
            self._room.notify_all()

    def _relay_failed(self, result: Result) -> None:
        sentence = (
            f"{_FAULTS[result.kind]} ({result.answer}); everything stays queued and the next tick "
            "tries again; check ATS_SMTP_URL with `ats doctor`."
        )
        self._tell([sentence])

    def _tell(self, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            if sentence not in self.tally.errors:
                self.tally.errors.append(sentence)
