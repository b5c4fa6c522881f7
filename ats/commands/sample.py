"""The sample cohort of `ats up --sample`: its year so far, walked to today once, then kept."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files
from pathlib import Path

from ats import cohorts
from ats.commands.answer import progress, say
from ats.commands.entry import demo_office, links_of
from ats.demo.run import CODE, LAUNCHED, ROSTER_AT, STARTS, clear, refused_addresses
from ats.demo.year import Year
from ats.office import Office
from ats.outbox.local_mailbox import LocalMailbox
from ats.planning.workdays import local_moment
from config.settings import Settings

DONE = "sample.done"  # in its data folder; without it a walk was broken off, and begins anew


A_YEAR = dt.timedelta(days=413)  # from the roster to two weeks after submission


class YearSoFar(Year):
    """The sample's year, up to a moment."""

    until: dt.datetime

    def ends(self) -> dt.datetime:
        return min(super().ends(), self.until)


def seed(settings: Settings, *, now: dt.datetime) -> None:
    """Make the sample cohort as it stands *now*: live, mailed and answered, its exports imported.

    Outside its year it is launched only, and in trial. Does nothing where that was done before.
    """
    done = settings.data_dir / DONE
    if done.exists():
        return
    clear(settings.data_dir)
    samples = Path(str(files("config") / "samples"))
    with LocalMailbox(settings.maildir, refused=refused_addresses(samples)) as mail_server:
        office = demo_office(settings.database, lambda: mail_server, links=links_of(settings))
        try:
            office.store.upgrade()
            _walk(office, samples / CODE, now)
        finally:
            office.store.close()
    done.touch()


def _walk(office: Office, folder: Path, now: dt.datetime) -> None:
    year = YearSoFar(office, code=CODE, starts=STARTS, files=folder)
    year.until = now
    launched, roster_at = (
        local_moment(at.date(), at.time(), year.zone) for at in (LAUNCHED, ROSTER_AT)
    )
    if not roster_at < now < roster_at + A_YEAR:
        cohorts.launch(office, CODE, starts=STARTS, programme="ats", now=now, by="sample")
        say(f"Today is outside the year of the sample cohort {CODE}: it is launched, in trial.")
        return
    year.prepare(launched, roster_at)
    days = (now - roster_at).days
    say(f"Walking the sample cohort {CODE} through its year up to today …")
    with progress("Day by day") as bar:
        year.walk(roster_at, report=lambda at: bar((at - roster_at).days, days))
