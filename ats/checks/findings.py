"""What a check found: a sentence, what to do, and whom or what it is about. By refs only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

SHOWN = 20  # of whom or what each finding is about


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not add up. `about` is empty where it does."""

    what: str
    remedy: str
    about: tuple[str, ...]

    @property
    def sentence(self) -> str:
        more = len(self.about) - SHOWN
        shown = ", ".join(self.about[:SHOWN]) + (f" and {more} more" if more > 0 else "")
        return f"{self.what} {shown}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that should go on by itself and does not: what, since when, and what to do.

    `key` tells it from others of its day, `cause` is the subject of an e-mail about it. `cohort`
    is empty where it concerns all of them.
    """

    key: str
    cause: str
    what: str
    remedy: str
    cohort: str = ""

    @property
    def name(self) -> str:
        return f"{self.key} {self.cohort}".strip()

    @property
    def sentence(self) -> str:
        return f"{self.what} {self.remedy}"


@dataclass(slots=True)
class Report:
    """What was looked at in one cohort, and what was off."""

    code: str
    people: int = 0
    rows: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, findings: Iterable[Finding]) -> None:
        """Take up those findings that are about something."""
        self.findings += [finding for finding in findings if finding.about]

    @property
    def line(self) -> str:
        """The report in a few words: `125 people, 812 rows, nothing off`."""
        number = len(self.findings)
        off = "nothing" if not number else "1 thing" if number == 1 else f"{number} things"
        return f"{self.people} people, {self.rows} rows, {off} off"

    @property
    def digest(self) -> str:
        """Return what is off as a short digest, by which it is known again."""
        said = repr([(finding.what, finding.about) for finding in self.findings])
        return hashlib.sha256(said.encode()).hexdigest()[:8]
