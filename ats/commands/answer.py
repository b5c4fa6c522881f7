"""How commands answer: one JSON document, or text and tables that are plain in a pipe."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

import typer

_USUAL = 80  # columns of a terminal that does not tell


def answer(document: object, *, as_json: bool, human: Callable[[], None]) -> None:
    """Print the document when asked for JSON, else let *human* speak."""
    if as_json:
        typer.echo(json.dumps(document, indent=2))
    else:
        human()


def say(text: str = "", *, hang: str = "") -> None:
    """Print a line for people; what a terminal has to break is broken between words."""
    typer.echo(_fitted(plain(text), sys.stdout, hang))


def complain(text: str) -> None:
    """Print a line on standard error."""
    typer.echo(_fitted(plain(text), sys.stderr), err=True)


def refuse(text: str) -> typer.Exit:
    """Say why a command did not do it, and return what to raise: exit 1."""
    complain(text)
    return typer.Exit(1)


def plain(text: str) -> str:
    """Return the text without what a terminal would obey or what turns writing round."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")


def spoken(moment: str | None) -> str:
    """Return '2026-11-23 09:00' of an ISO moment, a dash for none."""
    return f"{moment[:10]} {moment[11:16]}" if moment else "–"


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under their headings: fitted to a terminal, one line each in a pipe."""
    cells = [["" if cell is None else plain(str(cell)) for cell in row] for row in rows]
    if (width := terminal_width(sys.stdout)) is not None:
        from ats.commands.layout import table_lines

        for line in table_lines(columns, cells, width=width):
            typer.echo(line)
        return
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    for row in (columns, *cells):
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(padded).rstrip())


def terminal_width(stream: TextIO) -> int | None:
    """Return how many columns the terminal behind a stream has, None where there is none."""
    if not stream.isatty():
        return None
    with contextlib.suppress(OSError, ValueError):
        return os.get_terminal_size(stream.fileno()).columns or _USUAL
    return _USUAL


def _fitted(text: str, stream: TextIO, hang: str = "") -> str:
    if (width := terminal_width(stream)) is None:
        return text
    from ats.commands.layout import wrapped

    return "\n".join(wrapped(text, width, hang=hang))


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Yield what takes (done, of) and shows a bar on a terminal, on standard error."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
