"""What `ats doctor` looks at of the published calendars."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

from ats.commands.entry import open_office
from ats.commands.finding import Finding
from ats.errors import AtsError, DatabaseFault
from ats.reports.calendars import CalendarsNow, calendars_now
from ats.reports.timeline import counted
from config.settings import Settings


def calendars(settings: Settings, *, now: dt.datetime) -> Iterator[Finding]:
    """Yield whether calendars can be published, and whether those that are tell what is true."""
    if settings.public_url is None or settings.secret_key is None:
        return  # told with those two; until both are set nothing is published
    folder = settings.calendar_dir
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        text = f"they cannot be published to {folder}"
        yield Finding("calendars", "red", text, "Make it writable, or set ATS_CALENDAR_DIR.")
        return
    office = open_office(settings)
    try:
        office.store.require_current()
        yield from _published(calendars_now(office, folder, now=now), folder)
    except DatabaseFault:  # told with the database
        yield Finding("calendars", "green", f"{folder} can be written")
    except AtsError as error:
        told, _, remedy = str(error).partition("; ")
        yield Finding("calendars", "amber", told, remedy[:1].upper() + remedy[1:])
    finally:
        office.store.close()


def _published(found: CalendarsNow, folder: Path) -> Iterator[Finding]:
    """Yield whether the published calendars tell what the records do, and what else is there."""
    if found.faults:
        text = f"{counted(len(found.faults), 'calendar')} cannot be made ({found.faults[0]})"
        yield Finding("calendars made", "amber", text, "`ats calendars publish` names them.")
    if found.stale:
        text = f"{found.stale} of {counted(found.feeds, 'calendar')} in {folder} are out of date"
        remedy = "Run `ats calendars publish`, and have cron do it where no deployment does."
        yield Finding("calendars", "amber", text, remedy)
    elif found.feeds:
        text = f"{folder} holds {counted(found.feeds, 'calendar')} as the records have them"
        yield Finding("calendars", "green", text)
    else:
        yield Finding("calendars", "green", f"{folder} can be written")
    if found.foreign:
        text = f"{folder} holds {counted(found.foreign, 'file')} under names that are not ours"
        remedy = "Delete them: after a change of ATS_SECRET_KEY nobody renews the old ones."
        yield Finding("calendar files", "amber", text, remedy)
