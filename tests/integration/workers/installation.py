"""An installation with mail that waits, workers as processes of their own, and a counting sink."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from small_cohort import CODE, SmallCohort
from sqlalchemy import select
from sqlmodel import col

from ats.office import Office
from ats.records import models as m
from ats.records.store import Store

POOL = 10
MESSAGES = 900  # more than three workers can hold at once
STAGED = "2026-09-03 09:00"
LONGEST = 600.0  # seconds that a process may take on a busy machine
_HERE = Path(__file__).parent
_ATS = Path(sys.executable).parent / "ats"


def queue(office: Office, folder: Path, number: int) -> None:
    """Fill the records with so many people whose agenda waits for a mail server."""
    cohort = SmallCohort(office, folder)
    cohort.enrol(
        *(f"{CODE},P{n:05},Pat,No{n},p{n}@x.example,X,england,2026-10-05" for n in range(number))
    )
    cohort.go_live_unchecked()
    assert cohort.tick(STAGED).queued == number  # nobody listens at its address


class Taken(NamedTuple):
    """A message as the sink noted it; `at` is in real time."""

    at: float
    recipient: str
    rfc_id: str
    date: str
    digest: str


class Sink:
    """A mail server in a process of its own (`sink.py`)."""

    def __init__(self, process: subprocess.Popen[str], notes: Path) -> None:
        assert process.stdout is not None
        self.port = int(process.stdout.readline())
        self._notes = notes
        self._counted, self._read = 0, 0

    def count(self) -> int:
        """Return how many messages it has taken so far."""
        with self._notes.open("rb") as notes:
            notes.seek(self._read)
            fresh = notes.read()
        self._counted += fresh.count(b"\n")
        self._read += len(fresh)
        return self._counted

    def taken(self) -> list[Taken]:
        """Return what it has taken, in order of arrival."""
        return [Taken(*json.loads(line)) for line in self._notes.read_text().splitlines()]


@contextmanager
def sink(folder: Path, *, milliseconds: int) -> Iterator[Sink]:
    """Yield a sink that takes so long for an answer."""
    notes = folder / "taken"
    command = [sys.executable, str(_HERE / "sink.py"), str(notes), str(milliseconds)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield Sink(process, notes)
        finally:
            process.kill()


class Installation:
    """Settings of one installation, and the processes that work in it."""

    def __init__(self, store: Store, folder: Path, sink: Sink, **settings: object) -> None:
        self.store = store
        self.sink = sink
        self.folder = folder
        self._settings = {
            "ATS_DATABASE_URL": store.url.render_as_string(hide_password=False),
            "ATS_DATA_DIR": str(folder / "var"),
            "ATS_SMTP_URL": f"smtp://127.0.0.1:{sink.port}",
            "ATS_SMTP_POOL": str(POOL),
            **{name: str(value) for name, value in settings.items()},
        }

    def tick(self, now: str) -> subprocess.Popen[str]:
        """Begin `ats tick`."""
        return self._begin(str(_ATS), "tick", "--cohort", CODE, "--now", now, "--json")

    def deliver(self, number: int, now: str) -> list[subprocess.Popen[str]]:
        """Begin so many workers (`deliver.py`) at the same moment."""
        workers = self.ready(number, now)
        self.go(workers)
        return workers

    def ready(self, number: int, now: str) -> list[subprocess.Popen[str]]:
        """Begin so many workers, which wait for the word to go."""
        script = str(_HERE / "deliver.py")
        workers = [self._begin(sys.executable, script, CODE, now) for _ in range(number)]
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        return workers

    def go(self, workers: Iterable[subprocess.Popen[str]]) -> None:
        """Give the word."""
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()

    def journals(self) -> list[Path]:
        return sorted((self.folder / "var" / "journal").glob("*"))

    def messages(self) -> list[m.Message]:
        with self.store.read() as session:
            return list(session.execute(select(m.Message).order_by(col(m.Message.id))).scalars())

    def _begin(self, *command: str) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ATS_")}
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command,
            env=kept | self._settings,
            cwd=self.folder,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )


class Open(Protocol):
    """Opens an installation in which all the messages wait."""

    def __call__(self, *, milliseconds: int = 0, **settings: object) -> Installation: ...


class Told(NamedTuple):
    """How a worker ended: its exit code, the document that it printed, and what else it said."""

    code: int
    document: dict[str, Any]
    said: str


def end_of(worker: subprocess.Popen[str]) -> Told:
    """Wait for a worker to end by itself."""
    document, said = worker.communicate(timeout=LONGEST)
    return Told(worker.returncode, json.loads(document) if document else {}, said.strip())


def kill(worker: subprocess.Popen[str]) -> bool:
    """End a worker as a power cut would; return False if it was quicker."""
    worker.kill()
    worker.communicate(timeout=LONGEST)
    return worker.returncode < 0
