"""Dates, times, names and numbers in words, as e-mails say them: the filters of the templates."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

NUMBERS: Final = "one two three four five six seven eight nine ten eleven twelve"


def date_long(moment: str) -> str:
    """Return 'Friday 15 January 2027'."""
    return f"{date_short(moment)} {_moment(moment):%Y}"


def date_short(moment: str) -> str:
    """Return 'Friday 15 January'."""
    return f"{_moment(moment):%A} {_moment(moment).day} {_moment(moment):%B}"


def weekday(moment: str) -> str:
    """Return 'Friday'."""
    return f"{_moment(moment):%A}"


def clock(moment: str) -> str:
    """Return '17:00', the time in the offset that *moment* is written with."""
    if "T" not in moment:
        raise ValueError("a day without a time has no clock")
    return f"{_moment(moment):%H:%M}"


def names(people: Sequence[str]) -> str:
    """Return 'A', 'A and B' or 'A, B and C'."""
    *others, last = people
    return f"{', '.join(others)} and {last}" if others else last


def count_words(number: int) -> str:
    """Return one to twelve in words and other numbers in digits."""
    return dict(enumerate(NUMBERS.split(), start=1)).get(number, str(number))


def days_after(later: str, earlier: str) -> int:
    """Return how many days one date lies after another; below 0 if it lies before."""
    return (_moment(later).date() - _moment(earlier).date()).days


def _moment(iso: str | None) -> datetime:
    if iso is None:
        raise ValueError("a moment is None")
    return datetime.fromisoformat(iso)


FILTERS: Final[tuple[Callable[..., Any], ...]] = (
    date_long,
    date_short,
    weekday,
    clock,
    names,
    count_words,
    days_after,
)
