"""Read a YAML file into plain values that know their lines.

PyYAML forgets lines and drops duplicate keys in silence; `config.yaml_nodes` reads its nodes
instead. Here a file becomes text, and what cannot be read at all becomes a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml
from yaml.reader import ReaderError

from config.faults import Finding, Place, ProgrammeFault, place_name
from config.yaml_nodes import read_nodes

LARGEST = 1_000_000  # bytes; the whole year of ATS takes a thirtieth of it


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read: its top mapping, the line of every place, and what reading found wrong."""

    name: str
    data: dict[str, Any]
    lines: Mapping[Place, int]
    findings: tuple[Finding, ...] = ()

    def sentences(self, findings: Iterable[Finding]) -> list[str]:
        """Return one sentence for each distinct finding, in the file's order."""
        placed = {(f.line or self._line(f.place), place_name(f.place), f.text) for f in findings}
        return [sentence(self.name, text, line, place) for line, place, text in sorted(placed)]

    def _line(self, place: Place) -> int:
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def sentence(name: str, text: str, line: int | None = None, place: str = "") -> str:
    """Return `ats.yaml, line 42, steps[3].at.time: what is wrong; what would be right.`"""
    where = ", ".join(part for part in (name, f"line {line}" if line else "", place) if part)
    return f"{where}: {text}" + ("" if text.endswith("?") else ".")


def read_yaml(path: Path) -> Source:
    """Read a file whose top is a mapping; ProgrammeFault if nothing of it can be read."""
    text = _text(path)
    try:
        data, lines, findings = read_nodes(text)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        _refuse(path, f"the control character U+{error.character:04X} stands here; delete it", line)
    except yaml.MarkedYAMLError as error:
        raise ProgrammeFault(_syntax(path.name, text, error)) from None
    except RecursionError:
        _refuse(
            path, "the file is nested too deeply, or an alias (*) holds itself; write it flatter"
        )
    if data is None:
        _refuse(path, "the file is empty; it begins with a key and its value, such as title: ATS")
    if not isinstance(data, dict):
        _refuse(
            path, "the file is a list or a single value; it begins with a key, such as title: ATS"
        )
    return Source(path.name, data, lines, tuple(findings))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            _refuse(path, "the file is larger than 1 MB; such a file has a few hundred lines")
        raw = path.read_bytes()
    except FileNotFoundError:
        _refuse(path, "there is no such file; check its name and folder")
    except IsADirectoryError:
        _refuse(path, "this is a folder; name a file in it")
    except OSError as error:
        _refuse(path, f"the file cannot be read ({error.strerror}); check its permissions")
    if b"\0" in raw:
        _refuse(path, "this is no text file; give a YAML file saved as UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        _refuse(path, "a character here is not UTF-8; save the file as UTF-8", line)


def _refuse(path: Path, text: str, line: int | None = None) -> NoReturn:
    raise ProgrammeFault([sentence(path.name, text, line)]) from None


_REMEDIES = {
    "found another document": "a second document begins here (---); a file holds one",
    "mapping values are not allowed here": "a colon stands where no key can be; put the text in "
    "quotes, or check the indentation and the line above",
    "could not find expected ':'": "a colon is missing here; write key: value, and put a text "
    "of several words in quotes",
    "found unexpected end of stream": "a quotation mark opens here and is never closed; close it",
    "expected ',' or ']'": "a [ opens here, and its ] or a comma inside it is missing; add it",
    "expected ',' or '}'": "a { opens here, and its } or a comma inside it is missing; add it",
}


def _syntax(name: str, text: str, error: yaml.MarkedYAMLError) -> list[str]:
    """Return the sentence for what YAML cannot read; for tabs, one for each line that has one."""
    problem = error.problem or "it cannot be read"
    opened = (error.context or "").startswith(("while scanning a", "while parsing a flow"))
    marks = (error.context_mark, error.problem_mark)
    mark = next(filter(None, marks if opened else reversed(marks)), None)
    line = mark.line + 1 if mark else 1
    if "'\\t'" in problem:
        tabbed = [n for n, row in enumerate(text.splitlines(), start=1) if _indents_by_tab(row)]
        return [sentence(name, _TAB, n) for n in tabbed or [line]]
    return [sentence(name, _remedy(problem, error.context or ""), line)]


def _remedy(problem: str, context: str) -> str:
    quoted = f"{context} {problem}".partition("'")[2].partition("'")[0]
    if problem.startswith("found undefined alias"):
        return f"the alias *{quoted} stands for nothing; mark its value with &{quoted} further up"
    if context.startswith("found duplicate anchor"):
        return f"the anchor &{quoted} is given twice; give each a name of its own"
    if problem.endswith("cannot start any token"):
        return f"a text cannot begin with {quoted}; put it in quotes"
    near = (remedy for words, remedy in _REMEDIES.items() if words in problem)
    return next(near, f"this is not YAML ({problem}); {_LOOK}")


_TAB = "a tab stands here; YAML wants spaces"
_LOOK = "look for a missing quote, bracket, colon or space here or just above"


def _indents_by_tab(row: str) -> bool:
    return "\t" in row[: len(row) - len(row.lstrip())]
