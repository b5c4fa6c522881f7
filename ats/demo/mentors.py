"""How the mentors of the demo behave: by ref and seed, the same in every run."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from ats.planning.workdays import Workdays, local_moment

AT = dt.time(15, 40)  # they answer in the afternoon


@dataclass(frozen=True, slots=True)
class Mentors:
    """Seeded behaviour: most answer within days, some after a chaser, a few never."""

    workdays: Workdays
    zone: dt.tzinfo
    seed: int = 2026

    def accepts(self, ref: str, *, asked: dt.datetime) -> dt.datetime | None:
        """Return when a mentor who was asked then accepts; None: never answers."""
        return self._answer(f"accepts/{ref}", asked, prompt=80, reminded=14)

    def signs_off(self, ref: str, mentee: str, *, asked: dt.datetime) -> dt.datetime | None:
        """Return when a mentor signs off one mentee's portfolio; None: never does."""
        return self._answer(f"signs/{ref}/{mentee}", asked, prompt=85, reminded=12)

    def _answer(
        self, what: str, asked: dt.datetime, *, prompt: int, reminded: int
    ) -> dt.datetime | None:
        hashed = hashlib.sha256(f"{self.seed}/{what}".encode()).digest()
        lot, pace = hashed[0] * 100 // 256, hashed[1]
        if lot < prompt:
            days = 1 + pace % 4
        elif lot < prompt + reminded:
            days = 6 + pace % 7
        else:
            return None
        day = self.workdays.shift(asked.astimezone(self.zone).date(), days, away_counts=True)
        return local_moment(day, AT, self.zone)
