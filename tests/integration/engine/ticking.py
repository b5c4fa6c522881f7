"""Ticks in processes of their own: several at once, and some that are killed."""

from __future__ import annotations

import asyncio
import datetime as dt
import multiprocessing as mp
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import Envelope, Session
from small_cohort import CODE

from ats import engine
from ats.commands.entry import open_office
from ats.office import Office
from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.smtp_url import SmtpAddress
from ats.records.store import Store
from config.settings import Settings

POOL = 10
_SPAWN = mp.get_context("spawn")


def work(
    job: str,
    database: str,
    journals: Path | None,
    port: int,
    now: dt.datetime,
    start: Barrier | None,
    answer: Any,
) -> None:
    """Do one tick, or deliver once, as a process of its own does; put the tally into *answer*."""
    office = replace(
        open_office(Settings.model_construct()),
        store=Store(database),
        relay=lambda: SmtpAddress("127.0.0.1", port),
        pool=POOL,
        journals=journals,
    )
    office.programme_named("ats")
    if start is not None:
        start.wait(60)
    done = {"tick": engine.tick, "deliver": engine.deliver}[job](office, [CODE], now=now)
    office.store.close()
    if answer is not None:
        answer.put(asdict(done))


def at_once(office: Office, address: SmtpAddress, now: dt.datetime, *jobs: str) -> list[Any]:
    """Do these jobs in as many processes, begun at the same instant; return their tallies."""
    start, answer = _SPAWN.Barrier(len(jobs)), _SPAWN.Queue()
    workers = [_worker(job, office, address, now, start, answer) for job in jobs]
    told = [answer.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * len(jobs)
    return told


def begin(
    office: Office, address: SmtpAddress, now: dt.datetime, *, job: str = "tick"
) -> SpawnProcess:
    """Begin a tick in a process of its own and return the process."""
    return _worker(job, office, address, now, None, None)


def kill(worker: SpawnProcess, *, may_have_ended: bool = False) -> None:
    """End a process as a power cut would, and wait until it is gone."""
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL or may_have_ended


def _worker(
    job: str,
    office: Office,
    address: SmtpAddress,
    now: dt.datetime,
    start: Barrier | None,
    answer: Any,
) -> SpawnProcess:
    database = office.store.url.render_as_string(hide_password=False)
    worker = _SPAWN.Process(
        target=work, args=(job, database, office.journals, address.port, now, start, answer)
    )
    worker.start()
    return worker


class SlowMailbox(InMemoryMailbox):
    """A mail server that takes *seconds* for a message and calls *on_message* with their number."""

    def __init__(
        self, seconds: float, on_message: Callable[[int], object] = lambda _: None
    ) -> None:
        super().__init__()
        self.seconds = seconds
        self.on_message = on_message
        self.offered = 0

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        self.offered += 1
        await asyncio.sleep(self.seconds)
        reply = await super().handle_DATA(server, session, envelope)
        self.on_message(len(self.received))
        return reply


class Signal:
    """Says that a number has been reached."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._reached = threading.Event()

    def __call__(self, number: int) -> None:
        if number >= self._number:
            self._reached.set()

    def wait(self) -> None:
        assert self._reached.wait(60), "it never came so far"


def until(what: Callable[[], bool]) -> None:
    """Wait until something is so, for a minute at most."""
    ends = time.monotonic() + 60
    while not what():
        assert time.monotonic() < ends, "it never came to that"
        time.sleep(0.005)
