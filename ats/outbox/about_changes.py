"""What e-mails about a change in somebody's year say: dates that moved, an end, where things are.

Values are JSON: moments and days are ISO text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ats.planning import stall
from ats.planning.facts import Participant, Pause
from ats.planning.rules import DATES_CHANGED, LEFT, RETURN
from ats.planning.timeline import Timeline
from config.programme import Milestone

#: The anchors of steps that say so.
CHANGES_TOLD = (DATES_CHANGED, RETURN, LEFT, "mentor-accepted")
#: The parts of the context that only these e-mails fill; of all others they are None.
KEYS = ("changed", "ended", "progress", "back")


@dataclass(frozen=True, slots=True)
class AboutChanges:
    """Tells about one person of a cohort at one moment."""

    timeline: Timeline
    person: Participant
    now: dt.datetime

    def facts(self) -> Mapping[str, Any]:
        """Return the values of `KEYS`; of what has not happened as if it did now."""
        return {
            "changed": self._changed(),
            "ended": self._ended(),
            "progress": {"complete": self._complete(), "ahead": self._ahead()},
            "back": self._back(),
        }

    def _back(self) -> dict[str, str]:
        """Return when they are back next, and from what: a break, or an earlier cohort."""
        today, person = self.timeline.local_date(self.now), self.person
        begins = max(person.joined_on, self.timeline.cohort.starts)
        if person.restarted_at is not None and begins > today:
            return {"from": "deferral", "on": begins.isoformat()}
        ends = (p.until_on for p in person.pauses if p.until_on and p.until_on > today)
        return {"from": "break", "on": min(ends, default=today).isoformat()}

    def _changed(self) -> dict[str, Any]:
        """Return which deadlines are others than the programme's, and which are as it has them."""
        unchanged = replace(self.person, extensions={}, pauses=())
        moved: list[dict[str, str | None]] = []
        stays: list[dict[str, str | None]] = []
        for milestone in self._own_milestones():
            due, was = (self._due(milestone.key, one) for one in (self.person, unchanged))
            if was is None or (due or was) <= self.now:
                continue
            moment = due.isoformat() if due else None
            one = {"title": milestone.title, "due": moment, "was": was.isoformat()}
            (stays if due == was else moved).append(one)
        pause = self._pause()
        return {
            "kind": self._kind(),
            "from_on": pause and pause.from_on.isoformat(),
            "back_on": pause and pause.until_on and pause.until_on.isoformat(),
            "moved": moved,
            "stays": stays,
        }

    def _kind(self) -> str:
        """Return what the last change was; without one, what they would be told of now."""
        last = max(self.person.dates_changed, default=None)
        if last is None:
            return "extension" if self._pause() is None else "pause"
        if last == self.person.called_off_at:
            return "called-off"
        if any(pause.set_at == last for pause in self.person.pauses):
            return "return" if self._pause() is None else "pause"
        return "extension"

    def _pause(self) -> Pause | None:
        """Return the break that the last change was about, or else the next, unless it is over."""
        today = self.timeline.local_date(self.now)
        last = max(self.person.dates_changed, default=None)
        changed = [p for p in self.person.pauses if p.set_at == last]
        ahead = (
            p for p in changed or self.person.pauses if p.until_on is None or p.until_on > today
        )
        return min(ahead, key=lambda p: p.from_on, default=None)

    def _ended(self) -> dict[str, Any]:
        on, into = (
            self.timeline.local_date(self.person.left_at or self.now),
            self.person.next_cohort,
        )
        return {
            "kind": self.person.status,
            "on": on.isoformat(),
            "into": into and into.code,
            "starts": into and into.starts.isoformat(),
        }

    def _complete(self) -> list[str]:
        programme, sections = self.timeline.programme, self.person.sections
        done = [s.key for s in programme.sections if s.key in sections and sections[s.key].complete]
        return [programme.section_title(key) for key in done]

    def _ahead(self) -> list[dict[str, str]]:
        left = (m for m in self._own_milestones() if not self._is_met(m))
        dues = ((m.title, self._due(m.key, self.person)) for m in left)
        return [
            {"title": title, "due": due.isoformat()}
            for title, due in dues
            if due and due > self.now
        ]

    def _is_met(self, milestone: Milestone) -> bool:
        if milestone.mentor is not None:
            return milestone.mentor == "named" and self.person.mentorship is not None
        return stall.is_met(self.person, milestone.complete, milestone.started)

    def _due(self, milestone: str, person: Participant) -> dt.datetime | None:
        due = self.timeline.due(milestone, person)
        return due and due.astimezone(self.timeline.zone)

    def _own_milestones(self) -> list[Milestone]:
        return [m for m in self.timeline.programme.milestones if m.whose == "participant"]
