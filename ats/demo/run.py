"""One demo, from an empty folder to the report."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from ats.demo.people_team import BOUNCES
from ats.demo.report import YearReport, year_report
from ats.demo.scenarios import scenarios
from ats.demo.year import Year
from ats.errors import Refused
from ats.office import Office
from ats.planning.workdays import local_moment

CODE = "2026-10"
STARTS = dt.date(2026, 10, 5)
LAUNCHED = dt.datetime(2026, 9, 1, 10, 0)  # noqa: DTZ001 (zoned by the programme)
ROSTER_AT = dt.datetime(2026, 9, 2, 10, 0)  # noqa: DTZ001 (zoned by the programme)
OURS = ("ats.db", "ats.db-wal", "ats.db-shm", "mail")
MARK = "demo.made"

Progress = Callable[[int, int], None]


def refuse_foreign(folder: Path) -> None:
    """Raise Refused for a folder with a database or mail that no demo made. Touches nothing."""
    standing = [name for name in OURS if (folder / name).exists()]
    if standing and not (folder / MARK).exists():
        raise Refused(
            f"{folder} holds {' and '.join(standing)} that no demo made, so nothing is touched; "
            "name another folder with --out."
        )


def clear(folder: Path) -> None:
    """Make the folder ready: what an earlier demo left there goes, nothing else.

    A demo marks its folder. Raises Refused for a folder that is not one of ours, and where it
    cannot be written.
    """
    refuse_foreign(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARK).write_text("A demo made this folder; the next one empties it.\n")
        for name in OURS:
            place = folder / name
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Refused(
            f"The demo cannot write into {folder} ({error.strerror}); make it writable, or name "
            "another folder with --out."
        ) from error


def refused_addresses(samples: Path) -> list[str]:
    """Return the addresses that the demo's mail server does not know at first: one mentor's."""
    with (samples / CODE / f"roster-{CODE}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        return sorted({row["mentor_email"] for row in rows if row["mentor_ref"] == BOUNCES})


def run_year(
    office: Office,
    *,
    samples: Path,
    maildir: Path,
    progress: Progress = lambda done, of: None,
) -> YearReport:
    """Take the sample cohort through its year in this office, and return what came of it."""
    began = time.monotonic()
    office.store.upgrade()
    year = Year(office, code=CODE, starts=STARTS, files=samples / CODE)
    zone = year.zone
    launched = local_moment(LAUNCHED.date(), LAUNCHED.time(), zone)
    roster_at = local_moment(ROSTER_AT.date(), ROSTER_AT.time(), zone)
    year.prepare(launched, roster_at)
    days = (year.ends() - roster_at).days
    year.walk(roster_at, report=lambda now: progress(min((now - roster_at).days, days), days))
    progress(days, days)
    with office.store.read() as session:
        return year_report(
            session,
            zone=zone,
            maildir=maildir,
            seconds=time.monotonic() - began,
            ticks=year.ticks,
            errors=year.totals.errors,
            found=scenarios(session, year.timeline(session), year.people.happened),
        )
