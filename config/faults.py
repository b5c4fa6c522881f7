"""Faults of programme and closure files: what is wrong, where, and what would be right. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Set
from dataclasses import dataclass

#: Where something stands in a file: keys of mappings and positions in lists, from the top.
Place = tuple[str | int, ...]


class ProgrammeFault(Exception):
    """A programme or closure file has faults; `faults` holds them all, in the file's order."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: a sentence without its end about a place; `line` where no place tells it."""

    place: Place
    text: str
    line: int | None = None


def place_name(place: Place) -> str:
    """Return a place as people write it: `steps[3].at.time`."""
    name = ""
    for part in place:
        name += f"[{part}]" if isinstance(part, int) else f".{part}"
    return name.removeprefix(".")


def did_you_mean(wrong: object, known: Iterable[str]) -> str:
    """Return the end of a sentence that names the nearest known word, or all there are.

    They are named in the given order; those of a set, which has none, by the alphabet.
    """
    words = sorted(known) if isinstance(known, Set) else list(dict.fromkeys(known))
    near = difflib.get_close_matches(str(wrong).replace("_", "-"), words, n=1, cutoff=0.7)
    if near:
        return f"did you mean {near[0]}?"
    if len(words) == 1:
        return f"there is only {words[0]}"
    return f"there are {', '.join(words)}" if words else "there are none"
