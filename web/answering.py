"""What the pages on which mentors answer have in common: days, as people in the UK write them."""

from __future__ import annotations

import datetime as dt

from calendars.components import ZONE
from web.site import Site


def today(site: Site) -> dt.date:
    """Return the day it is in the UK."""
    return site.clock().astimezone(ZONE).date()


def day(moment: dt.datetime | dt.date) -> str:
    """Return 'Monday 12 October 2026'."""
    local = moment.astimezone(ZONE).date() if isinstance(moment, dt.datetime) else moment
    return f"{local:%A} {local.day} {local:%B %Y}"
