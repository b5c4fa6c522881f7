"""What one run was refused for good: a sentence when that was much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ats.outbox.result import Result
from ats.outbox.suspicion import IN_A_ROW


@dataclass(slots=True)
class GivenUp:
    """Counts the messages that were refused for good, by what was answered."""

    answers: Counter[str] = field(default_factory=Counter)

    def note(self, results: Iterable[Result]) -> None:
        """Count what was answered."""
        refused = (result for result in results if result.kind == "permanent")
        self.answers.update(
            f"{result.code} {result.answer}" if result.code else result.answer for result in refused
        )

    @property
    def is_worth_telling(self) -> bool:
        """Whether it is so much that it is no matter of one recipient."""
        return self.answers.total() >= IN_A_ROW

    def sentence(self) -> str:
        """Return what operations are told."""
        answer, _ = self.answers.most_common(1)[0]
        mostly = "mostly " if len(self.answers) > 1 else ""
        return (
            f"{self.answers.total()} e-mails were refused for good ({mostly}{answer}); "
            "`ats message list --status failed` has them."
        )
