"""The pages as they are served: `python -m web` in a process of its own, beside a cohort of 125."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from ats.commands.entry import demo_office
from ats.commands.sample import YearSoFar
from ats.demo.run import CODE, LAUNCHED, ROSTER_AT, STARTS
from ats.feeds.publishing import publish
from ats.people.links import Links
from ats.planning.workdays import local_moment
from benchmarks.feeds.pollers import Place
from benchmarks.planning.acceptance import NOWHERE, acceptance

LINKS = Links("https://ats.example", "a key of the benchmark's own, and of nobody else")
_PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024


@dataclass(frozen=True, slots=True)
class Installation:
    """A database with a cohort, the folder of its published feeds, and the feeds' paths."""

    database: str
    calendars: Path
    paths: tuple[str, ...]


def install(folder: Path) -> Installation:
    """Enrol the sample cohort, and publish its feeds."""
    database, calendars = f"sqlite:///{folder}/ats.db", folder / "calendars"
    office = demo_office(database, lambda: NOWHERE, links=LINKS)
    office.store.upgrade()
    samples = Path(str(files("config") / "samples" / CODE))
    year = YearSoFar(office, code=CODE, starts=STARTS, files=samples)
    launched, roster_at = (
        local_moment(at.date(), at.time(), year.zone) for at in (LAUNCHED, ROSTER_AT)
    )
    with acceptance():
        year.prepare(launched, roster_at)
    publish(office, calendars, [CODE], now=roster_at)
    office.store.close()
    paths = sorted(f"/calendars/{file.name}" for file in calendars.glob("*.ics"))
    return Installation(database, calendars, tuple(paths))


@dataclass(frozen=True, slots=True)
class Server:
    """The process that serves, and where."""

    pid: int
    place: Place

    def cpu_seconds(self) -> float:
        """Return how long it has worked so far, whatever else the machine did meanwhile."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Return what it holds of the machine's memory now."""
        resident = Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1]
        return int(resident) * _PAGE_KB / 1024


@contextmanager
def serving(installation: Installation, *, published: bool) -> Iterator[Server]:
    """Serve from one process, with its published feeds or with none."""
    foreign = ("ATS_", "PYTHON")
    own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    calendars = installation.calendars
    own |= {
        "ATS_DATABASE_URL": installation.database,
        "ATS_SECRET_KEY": LINKS.secret,
        "ATS_PUBLIC_URL": LINKS.public_url,
        "ATS_CALENDAR_DIR": str(calendars if published else calendars.with_name("none")),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "web", "--port", "0"],
        cwd=calendars.parent,
        env=own,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r":(\d+) until", line)
        if found is None:
            raise RuntimeError("The pages are not served; see above.")
        yield Server(process.pid, Place(int(found[1]), installation.paths))
    finally:
        process.terminate()
        process.wait(30)
