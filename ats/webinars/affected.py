"""Whom a change of a webinar concerns: what each was told, and whether they are told now.

The planner itself is asked, over facts in which the change has been made, so what staff are shown
is what the next tick does.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Literal

from ats.planning.facts import Participant, WebinarFact
from ats.planning.planner import Decision, Planner
from ats.planning.rules import WEBINAR_CANCELLED, WEBINAR_MOVED, WEBINAR_RECORDED
from ats.planning.timeline import Timeline
from ats.webinars.outlook import Outlook, outlook

Kind = Literal["move", "cancel", "recording"]

_ANCHORS = {"move": WEBINAR_MOVED, "cancel": WEBINAR_CANCELLED, "recording": WEBINAR_RECORDED}


@dataclass(frozen=True, slots=True)
class Concerned:
    """Somebody whom a change concerns: what they were told last, and whether they are told now."""

    ref: str
    role: str
    told: dt.datetime | None  # when they take the webinar to start; None: nobody told them
    outlook: Outlook
    told_address: str | None = None  # where they were told last that the recording is

    @property
    def why_not(self) -> str | None:
        """Why no e-mail goes to them; None: one goes, now or later."""
        return self.outlook.why_not

    @property
    def waits(self) -> str | None:
        """What their e-mail waits for, if it does: 'when …'."""
        return self.outlook.waits

    @property
    def goes_at(self) -> dt.datetime | None:
        """When it goes, if that is known; None: with the next tick, or what it waits for."""
        return self.outlook.goes_at

    def document(self, timeline: Timeline) -> dict[str, Any]:
        """Return this as JSON tells it."""
        told = self.told.astimezone(timeline.zone).isoformat() if self.told else None
        return {
            "ref": self.ref,
            "role": self.role,
            "told": told,
            "will_be_told": self.why_not is None,
            "why_not": self.why_not,
            "waits": self.waits,
            "told_address": self.told_address,
            "goes_at": self.goes_at.astimezone(timeline.zone).isoformat() if self.goes_at else None,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """A change as it would be, or as it was applied. `remarks` are what staff should think of."""

    kind: Kind
    cohort: str
    key: str
    title: str
    was_at: dt.datetime
    starts_at: dt.datetime | None  # None: it does not take place
    sequence: int
    concerned: tuple[Concerned, ...]
    remarks: tuple[str, ...]
    applied: bool
    timeline: Timeline
    recording_url: str | None = None
    recording_was: str | None = None  # another address that it had
    summary: str = ""  # of the recording

    @property
    def to_be_told(self) -> int:
        """How many people get an e-mail about it, now or later."""
        return sum(one.why_not is None for one in self.concerned)

    @property
    def told_later(self) -> int:
        """How many of those get it later, when what it waits for has happened."""
        return sum(one.waits is not None for one in self.concerned)

    @property
    def times(self) -> tuple[tuple[dt.datetime | None, int], ...]:
        """How many e-mails that wait for nothing go when, in order; None: with the next tick."""
        going = (one for one in self.concerned if one.why_not is None and one.waits is None)
        found = Counter(one.goes_at for one in going)
        at_once = [(None, found.pop(None))] if None in found else []
        return (*at_once, *sorted((at, number) for at, number in found.items() if at))

    def document(self) -> dict[str, Any]:
        """Return this as JSON tells it."""
        zone = self.timeline.zone
        return {
            "change": self.kind,
            "cohort": self.cohort,
            "webinar": self.key,
            "title": self.title,
            "was_at": self.was_at.astimezone(zone).isoformat(),
            "starts_at": self.starts_at.astimezone(zone).isoformat() if self.starts_at else None,
            "recording_url": self.recording_url,
            "recording_was": self.recording_was,
            "summary": self.summary,
            "sequence": self.sequence,
            "applied": self.applied,
            "will_be_told": self.to_be_told,
            "told_later": self.told_later,
            "when": [
                {"at": at.astimezone(zone).isoformat() if at else None, "people": number}
                for at, number in self.times
            ],
            "concerned": [one.document(self.timeline) for one in self.concerned],
            "remarks": list(self.remarks),
        }


@dataclass(frozen=True, slots=True)
class Affected:
    """Looks at what a change means: `planner` knows of it, `before` does not."""

    before: Timeline
    planner: Planner
    kind: Kind
    webinar: WebinarFact  # as the change leaves it

    @classmethod
    def by(
        cls,
        kind: Kind,
        webinar: WebinarFact,
        *,
        timeline: Timeline,
        now: dt.datetime,
        reachable_in_trial: frozenset[str],
    ) -> Affected:
        """Return the look at a webinar that a change would leave like this."""
        known = timeline.cohort
        changed = replace(
            known, webinars=tuple(webinar if w.key == webinar.key else w for w in known.webinars)
        )
        planner = Planner(
            Timeline(timeline.programme, changed, timeline.workdays),
            now=now,
            reachable_in_trial=lambda o: o.recipient in reachable_in_trial,
        )
        return cls(timeline, planner, kind, webinar)

    def of(self, people: list[Participant]) -> tuple[Concerned, ...]:
        """Return whom it concerns among these participants and their mentors, each once."""
        found: dict[str, Concerned] = {}
        for person in people:
            one = self._concerned(person)
            if one is None:
                continue
            known = found.setdefault(one.ref, one)
            if one.outlook.rank < known.outlook.rank:
                found[one.ref] = one
        return tuple(found.values())

    def _concerned(self, person: Participant) -> Concerned | None:
        ref, role = self._recipient(person)
        if ref is None:
            return None
        tellings, webinar = self.before.tellings, self.before.webinars[self.webinar.key]
        told = tellings.told_start(person, ref, webinar)
        address = tellings.told_recording(person, ref, webinar)
        last = self._last_decision(person, ref)
        if last is None:
            return Concerned(ref, role, told, Outlook(self._nothing_planned()), address)
        return Concerned(ref, role, told, outlook(last, person, self.planner, told=told), address)

    def _recipient(self, person: Participant) -> tuple[str | None, str]:
        """Return whom it concerns about a participant: they, or the mentor who agreed."""
        if self.webinar.audience == "participants":
            return person.ref, "participant"
        standing = person.mentorship
        agreed = standing is not None and standing.accepted_at is not None
        return standing.ref if standing and agreed else None, "mentor"

    def _last_decision(self, person: Participant, recipient: str) -> Decision | None:
        """Return what is decided about the last e-mail of this kind that is open."""
        found = (
            decision
            for step in self._steps
            for decision in self.planner.decisions(person, step).values()
            if decision.occurrence.subject == self.webinar.key
            and decision.occurrence.recipient == recipient
        )
        return max(found, key=lambda decision: decision.occurrence.number, default=None)

    @property
    def _steps(self) -> set[str]:
        anchor, audience = _ANCHORS[self.kind], self.webinar.audience
        rules = self.planner.timeline.rules
        return {r.step for r in rules if (r.anchor, r.audience) == (anchor, audience)}

    def _nothing_planned(self) -> str:
        return "they have had it" if self._steps else "the programme has no e-mail for it"
