"""Dates as exports write them. Day first, as in Britain; never month first by guessing."""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import re
from zoneinfo import ZoneInfo

from ats.intake.text import shown

EXCEL_1900 = dt.date(1899, 12, 30)  # day 0 of serial numbers, false leap day of 1900 included
EXCEL_1904 = dt.date(1904, 1, 1)
LONDON = ZoneInfo("Europe/London")
_YEARS = range(2000, 2100)

_TIME = r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?)?"
_ISO = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})", re.ASCII)
_BRITISH = re.compile(rf"(\d{{1,2}})([-/. ])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.ASCII)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? +)?"
_NAMED = re.compile(
    rf"{_WEEKDAY}(\d{{1,2}})(?:st|nd|rd|th)?[-/. ]+(?:of +)?([a-z]{{3,9}})[-/., ]+(\d{{4}}|\d{{2}})"
    rf"{_TIME}",
    re.ASCII | re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"{_WEEKDAY}([a-z]{{3,9}})[. ]+(\d{{1,2}})(?:st|nd|rd|th)?,? +(\d{{4}}){_TIME}",
    re.ASCII | re.IGNORECASE,
)
_MONTHS = {
    name[:length].lower(): number
    for number, name in enumerate(calendar.month_name)
    for length in {3, len(name)}
    if name
} | {"sept": 9}
_REMEDY = "write 05/10/2026 or 2026-10-05"


@functools.lru_cache(maxsize=4096)
def parse_date(text: str, *, base: dt.date = EXCEL_1900, zone: ZoneInfo = LONDON) -> dt.date:
    """Return the date that a trimmed cell shows.

    Reads ISO dates and moments (a moment with an offset is taken in `zone`), day-first dates
    with two or four digits of the year, dates with the month in letters, and Excel serial
    numbers counted from `base`. Raises ValueError, whose text is a sentence with a remedy.
    """
    if _ZONED.fullmatch(text):
        return _in_zone(text, zone)
    if found := _ISO.fullmatch(text):
        return _date(text, found[1], int(found[3]), found[4])
    if found := _BRITISH.fullmatch(text):
        return _date(text, found[4], int(found[3]), found[1])
    if found := _COMPACT.fullmatch(text):
        return _date(text, found[1], int(found[2]), found[3])
    if found := _SERIAL.fullmatch(text):
        return _from_serial(text, int(found[1]), base)
    if (found := _NAMED.fullmatch(text)) and found[2].lower() in _MONTHS:
        return _date(text, found[3], _MONTHS[found[2].lower()], found[1])
    if (found := _MONTH_FIRST.fullmatch(text)) and found[1].lower() in _MONTHS:
        return _date(text, found[3], _MONTHS[found[1].lower()], found[2])
    raise ValueError(f"{shown(text)} is not a date; {_REMEDY}")


def _in_zone(text: str, zone: ZoneInfo) -> dt.date:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is not a date; {_REMEDY}") from None
    day = moment.astimezone(zone).date()
    return _date(text, str(day.year), day.month, str(day.day))


def _date(text: str, year: str, month: int, day: str) -> dt.date:
    whole = int(year) + 2000 if len(year) == 2 else int(year)
    if whole not in _YEARS:
        raise ValueError(f"{shown(text)} lies in the year {whole}; check it, and {_REMEDY}")
    if not 1 <= month <= 12:
        hint = "; the day stands first here" if 1 <= int(day) <= 12 else ""
        raise ValueError(f"{shown(text)} is not a date: there is no month {month}{hint}; {_REMEDY}")
    last = calendar.monthrange(whole, month)[1]
    if not 1 <= int(day) <= last:
        raise ValueError(
            f"{shown(text)} is not a date: {calendar.month_name[month]} {whole} has {last} days; "
            f"{_REMEDY}"
        )
    return dt.date(whole, month, int(day))


def _from_serial(text: str, serial: int, base: dt.date) -> dt.date:
    day = base + dt.timedelta(days=serial)
    if day.year not in _YEARS:
        raise ValueError(f"{shown(text)} is not a date; {_REMEDY}")
    return day
