"""What an entry point hands to the domain: the database, the programmes, the letterhead, the relay.

The domain reads no settings of its own; everything that differs between installations is here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from ats.outbox.render import Renderer
from ats.outbox.smtp_url import USUAL, SmtpAddress, Timeouts
from ats.outbox.verp import BounceAddress
from ats.outbox.wordings import Wordings
from ats.people.links import Links
from ats.planning.facts import CohortFacts
from ats.planning.timeline import Timeline
from ats.planning.workdays import Workdays
from ats.records.store import Store
from config.closures import load_calendar, own_calendars
from config.programme import Programme
from config.vocabulary import NATIONS

#: Each remembers what it has computed for its people: a tick over hundreds must not keep them all.
TIMELINES_KEPT = 4


@dataclass(frozen=True)
class Letterhead:
    """Who writes, where replies go, and the addresses that every e-mail may name."""

    sender: str  # "Name <address>"
    reply_to: str
    operations: str
    pxm: str
    portfolio: str
    knowledge_base: str
    privacy_notice: str
    dashboard: str | None = None  # without a slash at its end; None: digests name commands
    redirect_to: str | None = None
    trial_recipients: frozenset[str] = frozenset()  # folded addresses

    @cached_property
    def domain(self) -> str:
        """The domain of Message-IDs."""
        return self.sender_address.rpartition("@")[2] or "localhost"

    @cached_property
    def sender_address(self) -> str:
        """The sender without a name."""
        return parseaddr(self.sender)[1]


class Calendars(dict[str, Workdays]):
    """The working days of every nation in these years; of organisations as they are asked for."""

    def __init__(self, years: Iterable[int]) -> None:
        self._years = tuple(years)
        super().__init__((nation, self[nation]) for nation in NATIONS)

    def __missing__(self, calendar: str) -> Workdays:
        self[calendar] = Workdays(load_calendar(calendar, self._years))
        return self[calendar]


@dataclass(frozen=True)
class Office:
    """Everything that a tick needs, made once per process."""

    store: Store
    letterhead: Letterhead
    renderer: Renderer
    programme_named: Callable[[str], Programme]
    relay: Callable[[], SmtpAddress]  # asked when there is something to send
    pool: int = 10
    rate: float | None = None  # messages a second, None: no limit
    timeouts: Timeouts = USUAL  # how long the mail server may take
    journals: Path | None = None  # folder for the notes of workers; None: they keep none
    links: Links | None = None  # to the public pages; None: there are none yet
    bounces: BounceAddress | None = None  # None: bounces go to the sender, and nobody reads them
    mail_stays_here: bool = False  # in a local mailbox
    _workdays: dict[int, Mapping[str, Workdays]] = field(default_factory=dict)
    _timelines: dict[int, Timeline] = field(default_factory=dict)
    _fingerprints: dict[tuple[str, int], str] = field(default_factory=dict)

    @cached_property
    def wordings(self) -> Wordings:
        """The versions of the templates that the records keep."""
        return Wordings(self.store, self.renderer)

    def workdays(self, starts: dt.date) -> Mapping[str, Workdays]:
        """Return the calendars of all nations around a cohort that starts then."""
        if starts.year not in self._workdays:
            self._workdays[starts.year] = Calendars(self._years(starts))
        return self._workdays[starts.year]

    def fingerprint(self, programme: Programme, starts: dt.date) -> str:
        """Return what all dates of such a cohort depend on, as one digest.

        The programme file, the days off of nations and organisations, and this version of ours.
        """
        known = (programme.programme, starts.year)
        if known not in self._fingerprints:
            digest = hashlib.sha256(programme.model_dump_json().encode())
            calendars = self.workdays(starts)
            for name in (*NATIONS, *own_calendars()):
                off = calendars[name].closures
                digest.update(repr((name, sorted(off.closed), sorted(off.away))).encode())
            digest.update(version("ats-engine").encode())
            self._fingerprints[known] = digest.hexdigest()
        return self._fingerprints[known]

    @staticmethod
    def _years(starts: dt.date) -> range:
        return range(starts.year - 1, starts.year + 4)

    def timeline(self, programme: Programme, cohort: CohortFacts) -> Timeline:
        """Return the timeline of a cohort; the last few are kept while their facts are the same."""
        known = self._timelines.pop(cohort.id, None)
        if known is None or known.programme is not programme or not known.has_dates_of(cohort):
            known = Timeline(programme, cohort, self.workdays(cohort.starts))
        elif known.cohort != cohort:
            known = known.with_data(cohort)
        while len(self._timelines) >= TIMELINES_KEPT:
            del self._timelines[next(iter(self._timelines))]
        self._timelines[cohort.id] = known
        return known
