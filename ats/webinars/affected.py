"""Whom a change of a webinar concerns: what each was told, and whether they are told now.

The planner itself is asked, over facts in which the change has been made, so what staff are shown
is what the next tick does.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from ats.planning.facts import Participant, WebinarFact
from ats.planning.planner import DATED, Planner, Verdict
from ats.planning.rules import WEBINAR_CANCELLED, WEBINAR_MOVED, WEBINAR_RECORDED
from ats.planning.timeline import Timeline

Kind = Literal["move", "cancel", "recording"]

_ANCHORS = {"move": WEBINAR_MOVED, "cancel": WEBINAR_CANCELLED, "recording": WEBINAR_RECORDED}
_WHY_NOT: Mapping[str, str] = {
    "suppressed": "their address does not work",
    "opted-out": "they have switched e-mails about webinars off",
    "submitted": "they have submitted",
    "late-joiner": "they have not joined yet",
    "paused-out": "they are on a break",
    "mentor-ended": "they mentor nobody here any more",
    "trial": "the cohort is in trial",
    "paused": "it waits until the pause ends",
    "parked": "it waits until something else is settled",
}


@dataclass(frozen=True, slots=True)
class Concerned:
    """Somebody whom a change concerns: what they were told last, and whether they are told now."""

    ref: str
    role: str
    told: dt.datetime | None  # when they take the webinar to start; None: nobody told them
    why_not: str | None  # why no e-mail goes to them; None: one goes
    goes_at: dt.datetime | None = None  # when it goes; None: with the next tick, or none goes
    is_paused: bool = False  # one goes when the pause ends
    told_address: str | None = None  # where they were told last that the recording is

    def document(self, timeline: Timeline) -> dict[str, Any]:
        """Return this as JSON tells it."""
        told = self.told.astimezone(timeline.zone).isoformat() if self.told else None
        return {
            "ref": self.ref,
            "role": self.role,
            "told": told,
            "will_be_told": self.why_not is None,
            "why_not": self.why_not,
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
        """How many people get an e-mail about it."""
        return sum(one.why_not is None for one in self.concerned)

    @property
    def waiting(self) -> int:
        """How many people get one when a pause ends."""
        return sum(one.is_paused for one in self.concerned)

    @property
    def times(self) -> tuple[tuple[dt.datetime | None, int], ...]:
        """How many e-mails go when, in that order; None: with the next tick."""
        found = Counter(one.goes_at for one in self.concerned if one.why_not is None)
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
            "when": [
                {"at": at.astimezone(zone).isoformat() if at else None, "people": number}
                for at, number in self.times
            ],
            "wait_for_pause": self.waiting,
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
            known = found.get(one.ref)
            if known is None or (known.why_not is not None and one.why_not is None):
                found[one.ref] = one
        return tuple(found.values())

    def _concerned(self, person: Participant) -> Concerned | None:
        ref, role = self._recipient(person)
        if ref is None:
            return None
        tellings, webinar = self.before.tellings, self.before.webinars[self.webinar.key]
        told = tellings.told_start(person, ref, webinar)
        address = tellings.told_recording(person, ref, webinar)
        verdicts = list(self._verdicts(person, ref))
        if not verdicts:
            return Concerned(ref, role, told, self._nothing_planned(), told_address=address)
        verdict = verdicts[-1]
        why_not = _why_not(verdict, told)
        return Concerned(
            ref,
            role,
            told,
            why_not,
            goes_at=verdict.until if why_not is None else None,
            is_paused=(verdict.outcome, verdict.reason) == ("held", "paused"),
            told_address=address,
        )

    def _recipient(self, person: Participant) -> tuple[str | None, str]:
        """Return whom it concerns about a participant: they, or the mentor who agreed."""
        if self.webinar.audience == "participants":
            return person.ref, "participant"
        standing = person.mentorship
        agreed = standing is not None and standing.accepted_at is not None
        return standing.ref if standing and agreed else None, "mentor"

    def _verdicts(self, person: Participant, recipient: str) -> Iterator[Verdict]:
        """Yield what becomes of the e-mails of this kind that are open, in their order."""
        found = {
            decision.occurrence.number: decision.verdict
            for step in self._steps
            for decision in self.planner.decisions(person, step).values()
            if decision.occurrence.subject == self.webinar.key
            and decision.occurrence.recipient == recipient
        }
        yield from (found[number] for number in sorted(found))

    @property
    def _steps(self) -> set[str]:
        anchor, audience = _ANCHORS[self.kind], self.webinar.audience
        rules = self.planner.timeline.rules
        return {r.step for r in rules if (r.anchor, r.audience) == (anchor, audience)}

    def _nothing_planned(self) -> str:
        return "they have had it" if self._steps else "the programme has no e-mail for it"


def _why_not(verdict: Verdict, told: dt.datetime | None) -> str | None:
    """Return why a verdict means that no e-mail goes, None if one does, if only in the morning."""
    reason = verdict.reason or ""
    if verdict.outcome == "queued" or (verdict.outcome == "held" and reason in DATED):
        return None
    if reason == "condition-unmet":
        return "nobody has told them a time yet" if told is None else "they were told this time"
    if verdict.outcome == "expired":
        return "it is too late to be of use"
    return _WHY_NOT.get(reason, reason.replace("-", " "))
