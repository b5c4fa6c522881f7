"""The year's messages by step, in as many columns as a terminal has room for. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_GAP = 2
_TERM = 4  # months, as schools count
ALL = "all"

Table = tuple[list[str], list[list[object]]]


def year_table(by_month: Mapping[str, Mapping[str, int]], *, width: int | None) -> Table:
    """Return headings and rows: `by_month` (step → ISO month → messages) by months if they fit.

    Else by terms, else in total only. `width` in columns; None: as wide as it likes.
    """
    months = sorted({month for counts in by_month.values() for month in counts})
    steps: dict[str, Mapping[str, int]] = {**by_month, ALL: _sum(by_month)}
    for size in (1, _TERM):
        spans = [months[first : first + size] for first in range(0, len(months), size)]
        table = _table(steps, spans)
        if width is None or _wide(table) <= width:
            return table
    return _table(steps, [])


def _sum(by_month: Mapping[str, Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for counts in by_month.values():
        total.update(counts)
    return total


def _table(steps: Mapping[str, Mapping[str, int]], spans: Sequence[Sequence[str]]) -> Table:
    rows: list[list[object]] = [
        [step, *(sum(counts.get(m, 0) for m in span) or "" for span in spans), sum(counts.values())]
        for step, counts in steps.items()
    ]
    return ["messages", *map(_named, spans), "total"], rows


def _named(span: Sequence[str]) -> str:
    first, last = (_NAMES[int(month[5:7]) - 1] for month in (span[0], span[-1]))
    return first if first == last else f"{first}–{last}"


def _wide(table: Table) -> int:
    columns, rows = table
    widths = (max(len(str(cell)) for cell in column) for column in zip(columns, *rows, strict=True))
    return sum(widths) + _GAP * (len(columns) - 1)
