"""What a publication came to."""

from __future__ import annotations

from dataclasses import dataclass

#: Of what could not be published so many are named; a list of thousands would tell no more.
NAMED = 10


@dataclass(frozen=True, slots=True)
class Published:
    """Feeds looked at, files written, files taken away, and a sentence for each that failed."""

    feeds: int = 0
    written: int = 0
    removed: int = 0
    faults: tuple[str, ...] = ()

    def __add__(self, other: Published) -> Published:
        return Published(
            self.feeds + other.feeds,
            self.written + other.written,
            self.removed + other.removed,
            self.faults + other.faults,
        )

    @property
    def errors(self) -> list[str]:
        """The first of the faults, and how many there are besides."""
        more = len(self.faults) - NAMED
        rest = [f"{more} more could not be published."] if more > 0 else []
        return [*self.faults[:NAMED], *rest]
