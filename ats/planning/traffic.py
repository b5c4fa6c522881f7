"""How much one recipient has had: the weekly cap, the gap between chasers, and shared messages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from ats.planning.timeline import Occurrence


@dataclass(slots=True)
class Inbox:
    """What one recipient in one role has had, and what is queued for today.

    `counted`: messages of this ISO week that count towards the cap, queued ones included.
    `bundles`: today's queued messages by bundle, with the classes of their rows.
    """

    counted: int = 0
    last_chaser: dt.datetime | None = None
    bundles: dict[str, set[str]] = field(default_factory=dict)

    def bundle_of(self, occurrence: Occurrence) -> str:
        """Return the name of the message that this would share today.

        Its class says whether it shares with all of that day, its own step only, or nothing;
        `alone` steps share with the same event, and a chaser never with a tip.
        """
        rule = occurrence.rule
        if rule.merges == "never":
            return "/".join(occurrence.key)
        if rule.alone:
            return f"{rule.step}/{occurrence.subject or ''}"
        if rule.merges == "step":
            return f"{rule.step}/{rule.rung or ''}"
        shared = self.bundles.get("day", set())
        if rule.class_ == "tip" and "chaser" in shared:
            return "tip"
        if rule.class_ == "chaser" and "tip" in shared:
            return "chaser"
        return "day"

    def take(self, occurrence: Occurrence, bundle: str, *, counts: bool, now: dt.datetime) -> None:
        """Note that the occurrence goes into this bundle now."""
        if bundle not in self.bundles and counts:
            self.counted += 1
        self.bundles.setdefault(bundle, set()).add(occurrence.rule.class_)
        if occurrence.rule.class_ == "chaser":
            self.last_chaser = now
