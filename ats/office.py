"""What an entry point hands to the domain: the database, the programmes, the letterhead, the relay.

The domain reads no settings of its own; everything that differs between installations is here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from functools import cached_property
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
from config.closures import load_closures
from config.programme import Programme

NATIONS = ("england", "wales", "scotland", "northern-ireland")


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
    redirect_to: str | None = None
    trial_recipients: frozenset[str] = frozenset()  # folded addresses

    @cached_property
    def domain(self) -> str:
        """The domain of Message-IDs."""
        return parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"


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
    _workdays: dict[int, Mapping[str, Workdays]] = field(default_factory=dict)
    _timelines: dict[int, Timeline] = field(default_factory=dict)

    @cached_property
    def wordings(self) -> Wordings:
        """The versions of the templates that the records keep."""
        return Wordings(self.store, self.renderer)

    def workdays(self, starts: dt.date) -> Mapping[str, Workdays]:
        """Return the calendars of all nations around a cohort that starts then."""
        if starts.year not in self._workdays:
            years = range(starts.year - 1, starts.year + 4)
            self._workdays[starts.year] = {
                nation: Workdays(load_closures(nation, years)) for nation in NATIONS
            }
        return self._workdays[starts.year]

    def timeline(self, programme: Programme, cohort: CohortFacts) -> Timeline:
        """Return the timeline of a cohort; the same one as long as the facts are the same."""
        known = self._timelines.get(cohort.id)
        if known is None or known.cohort != cohort or known.programme is not programme:
            known = Timeline(programme, cohort, self.workdays(cohort.starts))
            self._timelines[cohort.id] = known
        return known
