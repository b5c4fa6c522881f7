"""The domain's work in a task: with this installation's office, now, and without tracebacks."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

from ats import unexpected
from ats.commands.entry import open_office
from ats.errors import AtsError, Busy
from ats.office import Office
from ats.reports.rounds import busy, refused
from config.settings import Settings, SettingsFaults, load_settings

Job = Callable[[Office, dt.datetime], dict[str, Any]]


async def at_work(job: Job) -> dict[str, Any]:
    """Return what the job returns, as JSON; what stops it is told in `errors`, never raised.

    It runs in a thread, for the domain blocks and the run's heartbeat must not.
    """
    try:
        return await asyncio.to_thread(_do, job, load_settings())
    except Busy:
        return busy()
    except (AtsError, SettingsFaults) as fault:
        return refused(str(fault).splitlines())
    except Exception as fault:  # noqa: BLE001 (its text may hold names; the dashboard must not)
        return refused([f"The run was {unexpected.told(fault)}"])


def _do(job: Job, settings: Settings) -> dict[str, Any]:
    office = open_office(settings)
    try:
        return job(office, dt.datetime.now(dt.UTC))  # noqa: TID251 (an entry point: now is now)
    finally:
        office.store.close()
