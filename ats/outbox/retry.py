"""When a message that a recipient's server put off is tried again. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib

_MINUTE, _HOUR = 60, 3600
_FIRST = (_MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR, 2 * _HOUR, 4 * _HOUR)
_THEN = 4 * _HOUR
_LONGEST = 48 * _HOUR
_JITTER = 0.1

#: Seconds to wait after the first attempt, the second …; what would end later is not tried.
WAITS = (*_FIRST, *[_THEN] * ((_LONGEST - sum(_FIRST)) // _THEN))


def retry_after(
    attempts: int, *, at: dt.datetime, key: str, first_at: dt.datetime | None = None
) -> dt.datetime | None:
    """Return when to try again after *attempts* attempts, the last of them made *at*.

    1 m, 5 m, 15 m, 1 h, 2 h, 4 h, then every 4 h, each ±10 % by a hash of *key* (the same key
    gives the same moment), up to 48 h after the first attempt; then None: the failure is final.
    Without *first_at* the 48 hours are counted by attempts, as if each had been made on time.
    Raises ValueError when there was no attempt yet.
    """
    if attempts < 1:
        raise ValueError("a message that was never tried has no retry")
    if attempts > len(WAITS):
        return None
    again = at + dt.timedelta(seconds=round(WAITS[attempts - 1] * _spread(key, attempts)))
    if first_at is not None and again > first_at + dt.timedelta(seconds=_LONGEST):
        return None
    return again


def _spread(key: str, attempts: int) -> float:
    """Return a factor between 0.9 and 1.1, so that not all return at once."""
    hashed = hashlib.sha256(f"{key}/{attempts}".encode()).digest()
    return 1 + _JITTER * (int.from_bytes(hashed[:4], "big") / (2**32 - 1) * 2 - 1)
