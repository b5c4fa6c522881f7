"""Notices that a webinar changed, at one moment: which still go, and what they make needless."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from ats.planning.facts import Participant, PastRow, WebinarFact
from ats.planning.occurrence import Occurrence
from ats.planning.rules import WEBINAR_CANCELLED, WEBINAR_MOVED
from ats.planning.timeline import Timeline

#: So shortly before a webinar, the notice that it moved is its reminder, too.
NOTICE_SUFFICES = dt.timedelta(hours=24)

#: How long a notice waits for what is on its way to the same person.
LOOK_AGAIN = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Notices:
    """What one cohort's notices come to now."""

    timeline: Timeline
    now: dt.datetime
    waits_for_all: Callable[[Occurrence, Participant], bool]  # whether nothing goes to them now

    def of_use_until(self, o: Occurrence, person: Participant) -> dt.datetime | None:
        """Return until when this is of use.

        A notice is as long as its webinar is ahead: by the time that stands, or by the one that
        its recipient was told.
        """
        if not is_notice(o):
            return o.useful_until
        return self._is_ahead_until(o, person, self.timeline.webinars[o.subject or ""])

    def is_overtaken(self, o: Occurrence) -> bool:
        """Say whether this tells of a move after which the webinar has changed once more."""
        if o.rule.anchor != WEBINAR_MOVED:
            return False
        webinar = self.timeline.webinars[o.subject or ""]
        return o.number < len(webinar.moves) or webinar.status == "cancelled"

    def waits_until(self, o: Occurrence, person: Participant) -> dt.datetime | None:
        """Return until when a notice waits, while what may tell the old time is on its way."""
        if not is_notice(o):
            return None
        tellings, webinar = self.timeline.tellings, self.timeline.webinars[o.subject or ""]
        if o.event_at is not None and self.now >= o.event_at:
            return None
        if tellings.is_told_otherwise(person, o.recipient, webinar):
            return None
        is_on_its_way = tellings.is_being_told(person, o.recipient, webinar)
        return self.now + LOOK_AGAIN if is_on_its_way else None

    def say_it_all(self, o: Occurrence, person: Participant, row: PastRow | None) -> bool:
        """Say whether the notice that a webinar moved says all that this reminder would.

        So it is when the reminder had fallen due before the move, and when the notice goes less
        than a day before the new time; but not of the join link, if that was missing then.
        """
        webinar = self.timeline.webinars.get(o.subject or "") if o.rule.repeats else None
        if webinar is None or not webinar.changes:
            return False
        noticed = self.noticed_at(o, person, webinar)
        if noticed is None or noticed >= webinar.starts_at:
            return False
        if o.rule.needs_join_link and _lacked_link(row, webinar, noticed):
            return False
        fell_due_before = o.due_at <= webinar.changes[-1].at
        return fell_due_before or webinar.starts_at - noticed < NOTICE_SUFFICES

    def noticed_at(
        self, o: Occurrence, person: Participant, webinar: WebinarFact
    ) -> dt.datetime | None:
        """Return when the notice of this webinar's last move went, or now if it goes now."""
        noticed = self.timeline.tellings.noticed_at(person, o.recipient, webinar)
        return self.now if noticed is None and self._goes_now(o, person, webinar) else noticed

    def _goes_now(self, o: Occurrence, person: Participant, webinar: WebinarFact) -> bool:
        """Say whether the notice of this webinar's last move goes to the recipient of this now."""
        tellings = self.timeline.tellings
        if not tellings.is_told_otherwise(person, o.recipient, webinar):
            return False
        if self.now >= self._is_ahead_until(o, person, webinar) or self.waits_for_all(o, person):
            return False
        last = f"{webinar.key}/{len(webinar.moves)}"
        rows = (person.past.get((step, last, o.recipient)) for step in tellings.notices)
        return not any(row is not None and row.is_final for row in rows)

    def _is_ahead_until(
        self, o: Occurrence, person: Participant, webinar: WebinarFact
    ) -> dt.datetime:
        told = self.timeline.tellings.told_start(person, o.recipient, webinar)
        return max(webinar.starts_at, told or webinar.starts_at)


def is_notice(o: Occurrence) -> bool:
    """Say whether this tells that a webinar moved, or does not take place."""
    return o.rule.anchor in (WEBINAR_MOVED, WEBINAR_CANCELLED)


def _lacked_link(row: PastRow | None, webinar: WebinarFact, noticed: dt.datetime) -> bool:
    """Say whether a reminder waits for its join link, or waited and was queued since the notice."""
    if not webinar.join_url:
        return True
    if row is None or row.outcome != "queued":
        return row is not None and row.reason == "join-link"
    return row.decided_at is not None and row.decided_at > noticed
