"""How often somebody may be told that a link is none of ours: no more, in real time.

Links cannot be guessed; this keeps whoever tries from keeping us busy. It holds for links that are
not ours only: many subscribers share the address of their calendar's servers, and get theirs.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

AT_ONCE: Final = 60
PER_SECOND: Final = 1.0
_REMEMBERED: Final = 10_000  # addresses; the ones not heard of for longest are forgotten
_NETWORK: Final = 64  # bits of an IPv6 address: who has one has all of its network


class Guesses:
    """Counts links that were not ours by the address they were asked from: a leaking bucket."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()  # level, as of

    def wait(self, address: str) -> int:
        """Count one more; return the whole seconds to wait before the next, 0 when this is fine."""
        who, now = _network(address), self._clock()
        level, as_of = self._levels.pop(who, (0.0, now))
        level = max(0.0, level - (now - as_of) * PER_SECOND)
        too_many = level > AT_ONCE - 1
        self._levels[who] = (level if too_many else level + 1, now)
        while len(self._levels) > _REMEMBERED:
            self._levels.popitem(last=False)
        return math.ceil((level - AT_ONCE + 1) / PER_SECOND) if too_many else 0


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), _NETWORK), strict=False))
