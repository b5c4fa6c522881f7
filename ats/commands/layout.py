"""Text and tables that fit a terminal: broken between words only, never within one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.cells import cell_len

_GAP, _INDENT = "  ", "    "
_WHOLE = 20  # a cell that is no wider is never broken: dates, names of states
_READABLE = 28  # a column of sentences is squeezed no further than this
_LONGEST = 60  # a longer word gets no wider column: it would move the others for every row

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class _Column:
    """The cells under a heading, from the `place` on; `least` and `most` are the useful widths."""

    place: int
    least: int
    most: int
    right: bool  # numbers end at the right


def wrapped(text: str, width: int, *, hang: str = "") -> list[str]:
    """Return the text in lines of at most this width, all but the first begun with *hang*.

    Its own line breaks stay; a word wider than a line stands on one of its own, whole.
    """
    return [line for one in text.split("\n") for line in _broken(one, width, hang)]


def table_lines(columns: Cells, rows: Sequence[Cells], *, width: int) -> list[str]:
    """Return heading, rule and rows of a table that fits.

    Where the columns do not fit side by side, the last ones stand below the others, indented.
    """
    cells = zip(columns, *rows, strict=True)
    tiers = list(_tiers([_column(place, column) for place, column in enumerate(cells)], width))
    heading = list(_row(tiers, columns, width))
    body = [line for row in rows for line in _row(tiers, row, width)]
    rule = "─" * min(width, max(map(cell_len, [*heading, *body])))
    return [*heading, rule, *body]


def _broken(line: str, width: int, hang: str) -> list[str]:
    if cell_len(line) <= width:
        return [line]
    words = line.split(" ")
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if cell_len(longer) <= width:
            lines[-1] = longer
        elif word:
            lines.append(hang + word)
    return lines


def _column(place: int, cells: Cells) -> _Column:
    most = max(map(cell_len, cells))
    words = max(cell_len(word) for cell in cells for word in cell.split(" "))
    least = most if most <= _WHOLE else max(min(words, _LONGEST), min(most, _READABLE))
    numbers = any(cells[1:]) and all(cell.isdecimal() or not cell for cell in cells[1:])
    return _Column(place, least, most, numbers)


def _tiers(columns: Sequence[_Column], width: int) -> Iterator[list[tuple[_Column, int]]]:
    """Yield what stands side by side, each column with the width that it gets."""
    tier: list[_Column] = []
    left = width
    for column in columns:
        if tier and column.least > left:
            yield _widened(tier, left + len(_GAP))
            tier, left = [], width - len(_INDENT)
        tier.append(column)
        left -= column.least + len(_GAP)
    yield _widened(tier, left + len(_GAP))


def _widened(tier: Sequence[_Column], left: int) -> list[tuple[_Column, int]]:
    """Return the columns with their widths; those that want little more are served first."""
    widths = {}
    wanting = sorted(tier, key=lambda column: column.most - column.least)
    for served, column in enumerate(wanting):
        more = min(column.most - column.least, max(left, 0) // (len(tier) - served))
        widths[column.place] = column.least + more
        left -= more
    return [(column, widths[column.place]) for column in tier]


def _row(tiers: Sequence[Sequence[tuple[_Column, int]]], row: Cells, width: int) -> Iterator[str]:
    for number, tier in enumerate(tiers):
        if number and not any(row[column.place] for column, _ in tier):
            continue
        lines = zip_longest(*(wrapped(row[c.place], min(w, width)) for c, w in tier), fillvalue="")
        for parts in lines:
            padded = (
                " " * (w - cell_len(part)) + part if column.right else _left(part, w)
                for part, (column, w) in zip(parts, tier, strict=True)
            )
            yield (_INDENT * (number > 0) + _GAP.join(padded)).rstrip()


def _left(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
