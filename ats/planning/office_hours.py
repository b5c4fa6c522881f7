"""Hours at which somebody puts a webinar by intention. Pure."""

from __future__ import annotations

import datetime as dt

FIRST, LAST = dt.time(8), dt.time(20)


def holds(starts: dt.datetime, minutes: int) -> bool:
    """Say whether what starts at this local moment and takes so long lies within these hours."""
    ends = starts + dt.timedelta(minutes=minutes)
    return starts.time() >= FIRST and ends <= dt.datetime.combine(starts, LAST, starts.tzinfo)
