"""The figures of a cohort that reports are written from: frozen values with refs, never names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from ats.planning.forecast import Expected


@dataclass(frozen=True, slots=True, order=True)
class Sent:
    """So many e-mails went in one week of the cohort, each under the first step that it tells."""

    week: int
    step: str
    to: str
    count: int


@dataclass(frozen=True, slots=True)
class Held:
    """So many rows wait for the same reason; `until` is the first date on which one may go."""

    reason: str
    step: str
    to: str
    count: int
    until: dt.date | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became on one day of the e-mails of one step to one role; of those that wait, now."""

    day: dt.date
    step: str
    to: str
    counts: Mapping[str, int]  # by outcome


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What became of a cohort's e-mails lately, the newest day first."""

    code: str
    now: dt.datetime  # local
    days: tuple[Delivered, ...]
    longer: int = 0  # that have waited since before

    def count(self, *outcomes: str) -> int:
        """Return how many ended so, or wait."""
        return sum(one.counts.get(outcome, 0) for one in self.days for outcome in outcomes)


@dataclass(frozen=True, slots=True)
class OpenCases:
    """Cases of one kind that wait for their owner."""

    title: str
    owner: str
    count: int
    oldest: dt.date


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """A published date, a webinar or a deadline; `missing` is what it still lacks."""

    at: dt.datetime  # local
    what: str
    missing: str = ""


@dataclass(frozen=True, slots=True)
class CohortFigures:
    """One cohort as it stands; `sent` and `coming` cover 14 days back and ahead."""

    code: str
    programme: str
    status: str
    now: dt.datetime  # local
    week: int
    people: int
    mentors: int  # who have accepted
    as_of: dt.date | None  # of the newest export
    data_age: int  # working days since then
    fresh_workdays: int  # how old data may be for a reminder about the portfolio
    export_by: dt.date | None = None  # when the next one goes, if these data will be too old
    sent: tuple[Sent, ...] = ()
    failed: int = 0
    unread: tuple[str, ...] = ()  # offices whose last e-mail failed
    coming: tuple[Expected, ...] = ()
    held: tuple[Held, ...] = ()
    queued: int = 0
    cases: tuple[OpenCases, ...] = ()
    events: tuple[Event, ...] = ()


def week_of(starts: dt.date, day: dt.date) -> int:
    """Return the week of the cohort in which a day lies: 0 holds the start, before it below 0."""
    return ((day - starts).days + starts.weekday()) // 7
