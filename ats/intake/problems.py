"""What is wrong with a file, row by row, in words for the person who will put it right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from ats.intake.columns import Layout
from ats.intake.table import Row
from ats.intake.text import clean

Value = TypeVar("Value")
_LISTED = 6
EMPTY = "the cell is empty; fill it in"


@dataclass(frozen=True, slots=True)
class Problem:
    """One sentence with a remedy; `row` as a spreadsheet counts, None for the whole file."""

    row: int | None
    column: str | None
    problem: str


class Problems:
    """The problems found so far. A row with a problem is refused as a whole."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}
        self._cells: set[tuple[int, str | None]] = set()
        self.rows: set[int] = set()

    def __iter__(self) -> Iterator[Problem]:
        return iter(sorted(self._found, key=lambda problem: problem.row or 0))

    def add(self, row: int, column: str | None, sentence: str) -> None:
        text = f"{sentence[0].upper()}{sentence[1:].rstrip('.')}."
        self._found[Problem(row, column, text)] = None
        self._cells.add((row, column))
        self.rows.add(row)

    def has(self, row: int, column: str) -> bool:
        """Tell whether something is wrong with this cell already."""
        return (row, column) in self._cells

    def add_all(self, rows: Iterable[int], column: str | None, sentence: str) -> None:
        for row in sorted(set(rows)):
            self.add(row, column, sentence)

    def read(
        self, layout: Layout, row: Row, column: str, reader: Callable[[str], Value]
    ) -> Value | None:
        """Return what the cell says; None when it is blank, or faulty (which is noted)."""
        raw = layout.raw(row, column)
        if not raw or not clean(raw):
            return None
        try:
            return reader(raw)
        except ValueError as error:
            self.add(row.number, column, str(error))
            return None

    def require(
        self, layout: Layout, row: Row, column: str, reader: Callable[[str], Value]
    ) -> Value | None:
        """Return what the cell says; a blank one is a problem too."""
        if not clean(layout.raw(row, column)):
            self.add(row.number, column, EMPTY)
            return None
        return self.read(layout, row, column, reader)


def listed(items: Iterable[object]) -> str:
    """Return '4, 9 and 12', or the first few and how many more there are."""
    words = [str(item) for item in items]
    if len(words) > _LISTED + 1:
        words = [*words[:_LISTED], f"{len(words) - _LISTED} more"]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
