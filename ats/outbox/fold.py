"""Folding the text of an e-mail: no long lines, and no runs of blank ones."""

import re
from typing import Final

WIDTH: Final = 76  # of a line of text; RFC 5322 asks for 78 at most
_MARKED: Final = re.compile(r" *(- |\d{1,2}\. )")
_GAPS: Final = re.compile(r"\n{3,}")


def folded(text: str) -> str:
    """Return *text* without runs of blank lines and without lines longer than WIDTH.

    What a long line leaves over starts the next line of its paragraph, so that a long name leaves
    no ragged paragraph. A line that holds a web address, and a word, stay whole.
    """
    kept: list[str] = []
    waiting = [line.rstrip() for line in reversed(text.strip().split("\n"))]
    while waiting:
        line = waiting.pop()
        if len(line) > WIDTH and "://" not in line:
            hang = _hang(line)
            cut = _cut(line, hang)
            if cut > 0:
                rest = " " * hang + line[cut:].strip()
                if waiting and _continues(waiting[-1], hang):
                    rest += " " + waiting.pop().strip()
                waiting.append(rest)
                line = line[:cut].rstrip()
        kept.append(line)
    return _GAPS.sub("\n\n", "\n".join(kept)) + "\n"


def _cut(line: str, hang: int) -> int:
    """Return the place of the last blank that fits, or of the first beyond; -1 for no cut."""
    fitting = line.rfind(" ", hang, WIDTH + 1)
    return fitting if fitting > 0 else line.find(" ", WIDTH)


def _hang(line: str) -> int:
    """Return how far the lines of a paragraph stand in that begins, or goes on, with this one."""
    marked = _MARKED.match(line)
    return marked.end() if marked else len(line) - len(line.lstrip())


def _continues(line: str, hang: int) -> bool:
    plain = bool(line) and "://" not in line and not _MARKED.match(line)
    return plain and _hang(line) == hang
