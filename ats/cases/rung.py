"""The rung of a ladder behind a case, as its signal names it: "chase-milestone pdp/plus-18/1"."""

from __future__ import annotations

from typing import NamedTuple, Self

from config.programme import Programme


class Rung(NamedTuple):
    """A step and the occurrence of it."""

    step: str
    occurrence: str

    @classmethod
    def of(cls, signal: str) -> Self:
        """Return the rung that a signal names."""
        step, _, occurrence = signal.partition(" ")
        return cls(step, occurrence)

    @property
    def subject(self) -> str:
        """Whom or what it is about: a milestone's key, somebody's ref, else the rung's own."""
        return self.occurrence.partition("/")[0]

    def milestone(self, programme: Programme) -> str | None:
        """Return the key of the milestone that it chases, or whose own ladder it is."""
        for milestone in programme.milestones:
            if self.subject == milestone.key or self.step == milestone.ladder:
                return milestone.key
        return None
