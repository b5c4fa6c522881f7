"""A cohort whose outbox holds one message for everybody: each is reminded of tomorrow's webinar.

What was due before is recorded as sent, so that everybody has a history, as in a real year.
Nothing is sent here: `python -m benchmarks.delivery.cohort PEOPLE FOLDER` stages into the
database of the settings, and finds no mail server.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlmodel import col

from ats import cohorts, engine
from ats.commands.entry import open_office
from ats.intake.imports import apply_import
from ats.intake.roster import preflight_roster
from ats.intake.table import read_table
from ats.office import Office
from ats.records import gather
from ats.records import models as m
from ats.webinars import listing
from config.settings import Settings

CODE = "2026-10"
STARTS = dt.date(2026, 10, 5)
_ZONE = ZoneInfo("Europe/London")
_LAUNCHED = dt.datetime(2026, 9, 1, 10, tzinfo=_ZONE)
_EARLIER = (
    dt.datetime(2026, 10, 5, 9, 30, tzinfo=_ZONE),
    dt.datetime(2026, 10, 6, 17, tzinfo=_ZONE),
)
NOW = dt.datetime(2026, 10, 7, 9, tzinfo=_ZONE)
_BY = "benchmark"

_ROWS_OF_A_FILE = 10_000
_HEADER = (
    "cohort,participant_ref,given_name,family_name,email,organisation,nation,joined_on,"
    "mentor_ref,mentor_given_name,mentor_family_name,mentor_email,mentor_nation"
)
_GIVEN = ("Ada", "Benedict", "Charlotte", "Dafydd", "Eilidh", "Fionn", "Grace", "Siân", "Zoë")
_FAMILY = ("Lovelace", "Okonkwo", "MacGillivray", "Ó Briain", "Price", "Tremblay", "Whitfield")
# As long as the links that the usual services hand out.
_MEETING = (
    "https://meetings.example/l/meetup-join/19%3ameeting_NzY0ZTJhYjgtMzFkNC00ZmQ1LWJkM2ItM2E5"
    "%40thread.v2/0?context=%7b%22Tid%22%3a%2272f988bf-86f1-41af-91ab%22%7d&webinar="
)


def stage(office: Office, *, people: int, folder: Path) -> None:
    """Make the database, enrol so many *people*, and queue one message for each."""
    office.store.upgrade()
    cohorts.launch(office, CODE, starts=STARTS, programme="ats", now=_LAUNCHED, by=_BY)
    for webinar in office.programme_named("ats").webinars:
        url = _MEETING + webinar.key
        listing.set_join_url(office.store, CODE, webinar.key, join_url=url, now=_LAUNCHED, by=_BY)
    _enrol(office, people, folder)
    for moment in _EARLIER:
        engine.tick(office, [CODE], now=moment)
        _as_sent(office, moment)
    engine.tick(office, [CODE], now=NOW)
    with office.store.read() as session:
        waiting = select(func.count()).where(col(m.Message.status) == "queued")
        if (found := session.execute(waiting).scalar_one()) != people:
            raise RuntimeError(f"{found} messages are queued for {people} people")


def _enrol(office: Office, people: int, folder: Path) -> None:
    roster = folder / "roster.csv"
    policy = office.programme_named("ats").send_policy
    everybody = _rows(people)
    while rows := list(islice(everybody, _ROWS_OF_A_FILE)):
        roster.write_text("\n".join([_HEADER, *rows]), encoding="utf-8")
        table = read_table(roster)
        with office.store.write() as session:
            cohort = gather.cohort_named(session, CODE)
            cohort.status = "live"  # without the check-list, which renders everything for everyone
            found = preflight_roster(session, cohort, table, now=_LAUNCHED, policy=policy)
            apply_import(session, found, now=_LAUNCHED, by=_BY, allow_large_change=True)


def _rows(people: int) -> Iterator[str]:
    for number in range(people):
        given, family = _GIVEN[number % len(_GIVEN)], _FAMILY[number % len(_FAMILY)]
        address, college = f"p{number:06}@college.example", f"College {number % 40}"
        yield f"{CODE},P{number:06},{given},{family},{address},{college},england,2026-10-05,,,,,"


def _as_sent(office: Office, moment: dt.datetime) -> None:
    """Record what is queued as sent, without sending it: only the last message is measured."""
    with office.store.write() as session:
        for table, state in ((m.Message, "status"), (m.LedgerRow, "outcome")):
            queued = col(getattr(table, state)) == "queued"
            session.execute(update(table).where(queued).values({state: "sent", "sent_at": moment}))


def main(people: str, folder: str) -> None:
    """Stage into the database of the settings."""
    office = open_office(Settings())
    stage(office, people=int(people), folder=Path(folder))
    office.store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
