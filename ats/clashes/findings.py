"""What the clash check finds, and the words it finds it in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from config.vocabulary import IN_IT

if TYPE_CHECKING:
    from ats.clashes.year import Year

Severity = Literal["red", "amber"]


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that may end a clash: in words, and the year as it would then be."""

    text: str
    year: Year


def no_remedies() -> Iterator[Remedy]:
    """Yield nothing: no date that we could propose would end it."""
    yield from ()


@dataclass(frozen=True, slots=True)
class Clash:
    """Dates that stand in each other's way. `kind` and `subject` tell it from every other.

    `remedies` yields what may end it, the nearest first; `advice` is for where nothing does.
    """

    kind: str
    subject: str
    dates: tuple[dt.date, ...]
    who: tuple[str, ...]  # calendars, see `config.closures`
    text: str
    severity: Severity = "amber"
    remedies: Callable[[], Iterator[Remedy]] = no_remedies
    advice: str | None = None

    @property
    def name(self) -> tuple[str, str]:
        """What stays the same while other dates move."""
        return self.kind, self.subject


@dataclass(frozen=True, slots=True)
class Finding:
    """A clash as people are told of it. `remedy` is what `proposal` says, applied."""

    clash: Clash
    remedy: Remedy | None

    @property
    def severity(self) -> Severity:
        return self.clash.severity

    @property
    def text(self) -> str:
        return self.clash.text

    @property
    def proposal(self) -> str | None:
        """What to do about it, a sentence; None where nothing can be done."""
        return self.remedy.text if self.remedy else self.clash.advice

    def document(self) -> dict[str, Any]:
        """Return this as JSON tells it."""
        return {
            "kind": self.clash.kind,
            "severity": self.clash.severity,
            "dates": [day.isoformat() for day in self.clash.dates],
            "who": list(self.clash.who),
            "text": self.clash.text,
            "proposal": self.proposal,
        }


# -- words --------------------------------------------------------------------------------------


def long_date(day: dt.date) -> str:
    """Return 'Wednesday 28 October 2026'."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def place(calendar: str) -> str:
    """Return the name of a nation, or of an organisation and its nation."""
    nation, _, organisation = calendar.partition(IN_IT)
    titled = nation.replace("-", " ").title()
    return f"{organisation} ({titled})" if organisation else titled


def places(calendars: Sequence[str]) -> str:
    """Return the names of these, in words."""
    return in_words([place(one) for one in calendars])


def in_words(names: Sequence[str]) -> str:
    """Return 'a', 'a and b', or 'a, b and c'."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def reasons(by_calendar: Mapping[str, str]) -> str:
    """Return why these have a day off, each reason once: 'Autumn half-term in England'."""
    why: dict[str, list[str]] = {}
    for calendar, reason in by_calendar.items():
        why.setdefault(reason, []).append(calendar)
    return "; ".join(f"{reason} in {places(those)}" for reason, those in why.items())
