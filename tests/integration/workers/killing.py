"""Rounds of a delivery that is killed again and again, and what each left behind."""

from __future__ import annotations

import random
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from databases import copied
from installation import LONGEST, POOL, Installation, Taken, end_of, kill, sink
from sqlalchemy import select
from sqlmodel import col

from ats.outbox import journal
from ats.records import models as m
from ats.records.store import Store


@dataclass
class Round:
    """What one round came to. What stands below `seconds` must be nothing."""

    number: int
    milliseconds: int  # that the sink takes for an answer
    moments: list[int] = field(default_factory=list)  # messages that had arrived at each kill
    in_doubt: list[int] = field(default_factory=list)  # at each kill: left and not yet answered
    again: int = 0  # copies of messages that had arrived before
    parked: int = 0  # in doubt at two kills: for a person to decide
    seconds: float = 0.0

    lost: int = 0  # never arrived, and not parked
    unsent: int = 0  # recorded as sent, and never arrived
    left: int = 0  # messages that in the end are neither sent nor parked, or still claimed
    rows: int = 0  # sent messages without exactly one row that is sent, and others with any
    attempts: int = 0  # and so with attempts that were answered
    unlike: int = 0  # messages whose copies differ from each other or from the records
    unknown: int = 0  # arrived under a Message-ID that is not in the records
    unexplained: int = 0  # messages that arrived once more than kills left them in doubt
    errors: list[str] = field(default_factory=list)  # what a process said that was not killed

    @property
    def wrong(self) -> int:
        """Everything but what was lost, unsent or left."""
        found = (self.rows, self.attempts, self.unlike, self.unknown, self.unexplained)
        return sum(found) + len(self.errors)

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost, nothing is wrong, and what came twice was in flight."""
        bounded = max(self.in_doubt, default=0) <= POOL and self.again <= sum(self.in_doubt)
        return bounded and not (self.lost or self.unsent or self.left or self.wrong)


def one_round(queued: Store, *, number: int, seed: int, most_kills: int) -> Round:
    """Deliver a copy of *queued*, kill it at random moments, let it finish, and look."""
    chance = random.Random(f"{seed}/{queued.is_sqlite}/{number}")
    done = Round(number, milliseconds=chance.choice((0, 0, 5, 20)))
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="ats-crash-") as folder,
        copied(queued, Path(folder)) as store,
        sink(Path(folder), milliseconds=done.milliseconds) as server,
    ):
        delivery = _Delivery(Installation(store, Path(folder), server), done, chance)
        for _ in range(chance.randint(1, most_kills)):
            if not delivery.is_killed():
                break
        delivery.finish()
        delivery.judge()
    done.seconds = time.monotonic() - began
    return done


class _Delivery:
    """One copy of the database on its way out, by one process after the other."""

    def __init__(self, place: Installation, done: Round, chance: random.Random) -> None:
        self._place = place
        self._done = done
        self._chance = chance
        self._number = len(place.messages())
        self._processes = 0
        self._doubtful: Counter[int] = Counter()

    def is_killed(self) -> bool:
        """Begin to deliver, and kill that at a random moment; return False if it was quicker."""
        before = set(self._place.journals())
        process = self._begin()
        if self._chance.random() < 0.2:  # while it claims and writes for the first time
            self._wait(process, until=lambda: before != set(self._place.journals()))
            self._wait(process, seconds=self._chance.uniform(0.0, 0.3))
        else:
            arrived = self._place.sink.count()
            target = arrived + self._chance.randint(1, max(1, self._number - arrived))
            self._wait(process, until=lambda: self._place.sink.count() >= target)
            self._wait(process, seconds=self._chance.uniform(0.0, 0.05))
        if process.poll() is not None or not kill(process):
            self._heed(process)
            return False
        fresh = set(self._place.journals()) - before
        noted = [one for path in fresh for one in journal.read(path).values()]
        doubtful = [one.message for one in noted if one.result is None]
        self._doubtful.update(doubtful)
        self._done.in_doubt.append(len(doubtful))
        self._done.moments.append(self._place.sink.count())
        return True

    def finish(self) -> None:
        """Deliver what is left."""
        self._heed(self._begin())

    def judge(self) -> None:
        """Compare what the records say with what the sink was given."""
        done, messages = self._done, self._place.messages()
        copies: dict[str, list[Taken]] = defaultdict(list)
        for one in self._place.sink.taken():
            copies[one.rfc_id].append(one)
        sent = {one.rfc_id for one in messages if one.status == "sent"}
        done.again = sum(map(len, copies.values())) - len(copies)
        done.unsent = len(sent - copies.keys())
        twice = {one.rfc_id for one in messages if self._doubtful[one.id or 0] > 1}
        parked = {one.rfc_id for one in messages if one.status == "parked"} & twice
        done.parked = len(parked)
        done.lost = sum(one.rfc_id not in copies.keys() | parked for one in messages)
        done.left = sum(
            one.rfc_id not in sent | parked or one.lease_owner is not None for one in messages
        )
        done.unknown = len(copies.keys() - {one.rfc_id for one in messages})
        arrived = [(one, copies[one.rfc_id]) for one in messages if one.rfc_id in copies]
        done.unexplained = sum(len(mine) > 1 + self._doubtful[one.id or 0] for one, mine in arrived)
        done.unlike = sum(
            {(copy.recipient, copy.digest) for copy in mine} != {(one.to_address, one.digest)}
            or len({copy.date for copy in mine}) != 1
            for one, mine in arrived
        )
        row, tried = m.LedgerRow, m.Attempt
        rows = self._counted(select(col(row.message_id)).where(col(row.outcome) == "sent"))
        answers = self._counted(select(col(tried.message_id)).where(col(tried.result) == "sent"))
        done.rows = sum(rows[one.id] != (one.rfc_id in sent) for one in messages)
        done.attempts = sum(answers[one.id] != (one.rfc_id in sent) for one in messages)

    def _counted(self, query: Any) -> Counter[int | None]:
        with self._place.store.read() as session:
            return Counter(session.execute(query).scalars())

    def _begin(self) -> subprocess.Popen[str]:
        """Begin `ats tick`, ten minutes after the last one."""
        self._processes += 1
        hours, tens = divmod(self._processes, 6)
        return self._place.tick(f"2026-09-03T{9 + hours:02}:{tens}0")

    def _wait(
        self,
        process: subprocess.Popen[str],
        *,
        until: Callable[[], bool] = lambda: False,
        seconds: float = LONGEST,
    ) -> None:
        """Wait for something, or for so many seconds, or until the process has ended."""
        ends = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < ends and not until():
            time.sleep(0.002)

    def _heed(self, process: subprocess.Popen[str]) -> None:
        told = end_of(process)
        if told.code or told.said:
            self._done.errors.append(f"a tick ended with {told.code}: {told.said}")
