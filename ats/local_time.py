"""Moments as people write them, in the zone of the programme unless they say another. Pure."""

from __future__ import annotations

import datetime as dt

_EARLIEST, _LATEST = 2000, 2100  # years that calendars and programmes can be asked about
_DAY = len("2027-01-29")


class NoMoment(ValueError):
    """A text means no moment; str() is a clause that says why, and how to write one."""


def read(text: str, zone: dt.tzinfo) -> dt.datetime:
    """Return the moment that an ISO text means; a bare date is its midnight.

    Of an hour that clocks show twice it is the first. Raises NoMoment.
    """
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    if moment is None or not _EARLIEST <= moment.year < _LATEST:
        raise NoMoment(f'"{text}" is no moment; write one as 2026-11-23T09:00.')
    if moment.tzinfo is not None:
        return moment
    moment = moment.replace(tzinfo=zone)
    there = moment.astimezone(dt.UTC).astimezone(zone)
    if there.replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise NoMoment(f'"{text}" does not exist: clocks go forward then; write {there:%H:%M}.')
    return moment


def read_start(text: str, zone: dt.tzinfo) -> dt.datetime:
    """Return the moment at which something is to start. Raises NoMoment, for a bare date too."""
    moment = read(text, zone)
    if len(text.strip()) <= _DAY:
        raise NoMoment(f'"{text}" has no time; write it as {moment:%Y-%m-%d}T16:30.')
    return moment
