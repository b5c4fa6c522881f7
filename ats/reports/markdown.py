"""Markdown that shows exactly the words it is given, whatever signs are in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# The last three make links of bare addresses.
_SIGNS = re.compile(r"[&<>\\`*_{}\[\]#!|~$]|@|:(?=//)|(?<=www)\.", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


def plain(words: object) -> str:
    """Return words as one line of Markdown in which no sign has a meaning."""
    line = _SPACE.sub(" ", str(words)).strip()
    return _SIGNS.sub(_harmless, line)


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table of plain cells; a column whose cells are all numbers stands at the right."""
    lines = [list(row) for row in rows]
    numbers = [all(isinstance(line[i], int) for line in lines) for i in range(len(headers))]
    rule = ["---:" if number else "---" for number in numbers]
    body = [[plain(cell) for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [list(headers), rule, *body])


def bullets(lines: Iterable[str]) -> str:
    """Return a list of lines that are Markdown already."""
    return "\n".join(f"- {line}" for line in lines)


def _harmless(sign: re.Match[str]) -> str:
    # Entities, for every renderer knows them, within tables too.
    return _ENTITIES.get(sign.group(), f"&#{ord(sign.group())};")
