"""What one run put off: a sentence when nothing else came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from ats.outbox.result import Result
from ats.outbox.suspicion import IN_A_ROW


@dataclass(slots=True)
class PutOff:
    """Counts temporary refusals for as long as there is no other answer."""

    number: int = 0
    answer: str = ""  # the first
    is_all: bool = True

    def note(self, results: Iterable[Result]) -> None:
        """Count what was answered."""
        for result in results:
            if result.kind == "temporary":
                self.number += 1
                self.answer = self.answer or result.answer
            else:
                self.is_all = False

    @property
    def is_worth_telling(self) -> bool:
        """Whether all was put off, and so much that it is no matter of one recipient."""
        return self.is_all and self.number >= IN_A_ROW

    def sentence(self, again: dt.datetime | None) -> str:
        """Return what operations are told; the first goes *again* then, in local time."""
        when = f" from {again:%H:%M}" if again else " later"
        return (
            f"All {self.number} e-mails were put off by the mail server ({self.answer}); they are "
            f"tried again{when}."
        )
