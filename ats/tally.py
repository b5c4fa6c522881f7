"""What a tick did, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields


@dataclass(slots=True)
class Tally:
    """What a tick did: `sent` counts messages, the other final outcomes rows finalised by it;
    `queued` and `held` count the rows standing at its end."""

    sent: int = 0
    merged: int = 0
    skipped: int = 0
    expired: int = 0
    superseded: int = 0
    cancelled: int = 0
    failed: int = 0
    cases_opened: int = 0
    queued: int = 0
    held: int = 0
    busy: bool = False
    errors: list[str] = field(default_factory=list)

    def count(self, outcomes: Counter[str]) -> None:
        """Add final outcomes to the tally."""
        for outcome, number in outcomes.items():
            name = "cases_opened" if outcome == "case-opened" else outcome
            if name not in ("queued", "held"):
                setattr(self, name, getattr(self, name) + number)

    def add(self, other: Tally) -> None:
        """Add another cohort's tally."""
        for name in _NAMES:
            value = getattr(other, name)
            if name == "busy":
                self.busy = self.busy or value
            elif value:  # a tick over thousands of cohorts finds little in most
                setattr(self, name, getattr(self, name) + value)


_NAMES = tuple(one.name for one in fields(Tally))
