"""What a worksheet's XML tells and openpyxl does not: formulas without result, merged cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

_REF = re.compile(r"([A-Z]{1,3})(\d{1,7})", re.ASCII)
_MOST_NOTED = 20_000
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Area:
    """A block of cells; rows count from 1, places from 0."""

    first_row: int
    first_place: int
    last_row: int
    last_place: int

    def hides(self, row: int, place: int) -> bool:
        """Tell whether a merge leaves this cell empty: all but its first one."""
        return (
            self.first_row <= row <= self.last_row
            and self.first_place <= place <= self.last_place
            and (row, place) != (self.first_row, self.first_place)
        )


@dataclass(slots=True)
class Scan:
    """What was found in a sheet; at most some thousand of each."""

    unreckoned: set[tuple[int, int]] = field(default_factory=set)  # formulas: row, place
    merged: list[Area] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)  # rows


def scan_sheet(source: IO[bytes]) -> Scan:
    """Return what stands in the XML of a worksheet. Raises expat.ExpatError for what is none."""
    reader = _Reader()
    while chunk := source.read(_CHUNK):
        reader.parser.Parse(chunk, False)
    reader.parser.Parse(b"", True)
    return reader.scan


class _Reader:
    """Follows the elements, of which only the place of the current cell is kept."""

    def __init__(self) -> None:
        self.scan = Scan()
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._row, self._place = 0, -1
        self._is_formula = self._has_value = self._in_value = False

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(" ")[2]:
            case "row":
                said = attributes.get("r", "")
                self._row = int(said) if said.isdecimal() else self._row + 1
                self._place = -1
                if attributes.get("hidden") in ("1", "true") and self._has_room(self.scan.hidden):
                    self.scan.hidden.append(self._row)
            case "c":
                at = place_of(attributes.get("r", ""))
                self._place = at[1] if at else self._place + 1
                self._is_formula = False
                self._has_value = attributes.get("t") == "str"  # an empty text is a result
            case "f":
                self._is_formula = True
            case "v":
                self._in_value = True
            case "mergeCell" if self._has_room(self.scan.merged):
                first, _, last = attributes.get("ref", "").partition(":")
                one, other = place_of(first), place_of(last or first)
                if one and other:
                    self.scan.merged.append(Area(*one, *other))

    def _end(self, name: str) -> None:
        match name.rpartition(" ")[2]:
            case "v":
                self._in_value = False
            case "c":
                is_blank = self._is_formula and not self._has_value
                if is_blank and self._has_room(self.scan.unreckoned):
                    self.scan.unreckoned.add((self._row, self._place))

    def _text(self, text: str) -> None:
        self._has_value = self._has_value or self._in_value

    @staticmethod
    def _has_room(found: list[int] | list[Area] | set[tuple[int, int]]) -> bool:
        return len(found) < _MOST_NOTED


def place_of(ref: str) -> tuple[int, int] | None:
    """Return row and place of a cell's name: 'C2' is (2, 2)."""
    found = _REF.fullmatch(ref)
    if found is None:
        return None
    place = 0
    for letter in found[1]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return int(found[2]), place - 1
