"""How commands answer: one JSON document, or text and tables that are plain in a pipe."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import typer


def answer(document: object, *, as_json: bool, human: Callable[[], None]) -> None:
    """Print the document when asked for JSON, else let *human* speak."""
    if as_json:
        typer.echo(json.dumps(document, indent=2))
    else:
        human()


def say(text: str = "") -> None:
    """Print a line for people."""
    typer.echo(plain(text))


def complain(text: str) -> None:
    """Print a line on standard error."""
    typer.echo(plain(text), err=True)


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


def table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str | None = None
) -> None:
    """Print rows under their headings: framed on a terminal, aligned with blanks in a pipe."""
    cells = [["" if cell is None else plain(str(cell)) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _framed(columns, cells, title)
        return
    if title:
        say(title)
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    for row in (columns, *cells):
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(padded).rstrip())


def _framed(columns: Sequence[str], cells: Sequence[Sequence[str]], title: str | None) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in cells:
        drawn.add_row(*(Text(cell) for cell in row))  # Text: a name is never markup
    Console().print(drawn)


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
