"""What the in-memory year keeps: rows, messages, and what recipients have had."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from people import LONDON

from ats.planning.facts import PastRow
from ats.planning.timeline import Occurrence
from ats.planning.traffic import Inbox

Place = tuple[str, str, str]  # recipient, role, bundle
Line = tuple[str, Occurrence]  # the ref of the participant whom it is about, and the occurrence


@dataclass(slots=True)
class Row:
    """A ledger row, with the occurrence it is about."""

    occurrence: Occurrence
    outcome: str
    reason: str | None
    until: dt.datetime | None
    decided_at: dt.datetime
    sent_at: dt.datetime | None = None

    @property
    def is_final(self) -> bool:
        return self.outcome not in ("queued", "held")

    @property
    def said(self) -> str:
        return self.outcome if self.reason is None else f"{self.outcome}: {self.reason}"

    def past(self) -> PastRow:
        """Return what the store tells the planner about this row."""
        if self.is_final:
            unsent = None if self.sent_at else self.decided_at
            return PastRow(self.outcome, self.sent_at, decided_at=unsent)
        return PastRow(
            self.outcome,
            due_at=self.occurrence.due_at,
            reason=self.reason,
            until=self.until,
            decided_at=self.decided_at,
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """One message: to whom, when, its rows in order, and the export it was written on."""

    at: dt.datetime
    recipient: str
    role: str
    counts: bool
    rows: tuple[Line, ...]
    as_of: dt.date | None

    @property
    def classes(self) -> set[str]:
        return {occurrence.rule.class_ for _, occurrence in self.rows}


def week_of(moment: dt.datetime) -> tuple[int, int]:
    """Return the local ISO year and week of a moment."""
    return moment.astimezone(LONDON).date().isocalendar()[:2]


class Inboxes:
    """What recipients have had by now, as the store would tell; asked once for each of them."""

    def __init__(self, messages: Sequence[Sent], now: dt.datetime) -> None:
        self._messages = messages
        self._now = now
        self._known: dict[tuple[str, str], Inbox] = {}

    def __call__(self, o: Occurrence) -> Inbox:
        place = (o.recipient, o.role)
        if place not in self._known:
            self._known[place] = self._inbox(*place)
        return self._known[place]

    def _inbox(self, recipient: str, role: str) -> Inbox:
        mine = [m for m in self._messages if (m.recipient, m.role) == (recipient, role)]
        return Inbox(
            counted=sum(m.counts and week_of(m.at) == week_of(self._now) for m in mine),
            last_chaser=max((m.at for m in mine if "chaser" in m.classes), default=None),
        )
