"""What people are told when a command cannot do it: one sentence; details go into a file."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

import typer

from ats.commands.answer import complain
from ats.errors import AtsError


def usage_error(error: Exception) -> int:
    """Print a fault of the command line and return 2; return 0 if it is none."""
    if not isinstance(error, typer.TyperException):
        return 0
    complain(error.format_message())
    context = getattr(error, "ctx", None)
    if context is not None and "Usage:" not in error.format_message():
        complain(f"`{context.command_path} --help` tells what it takes.")
    return error.exit_code


def sentence_about(error: Exception) -> int:
    """Print the sentences of an error, write down an unexpected one, and return 1."""
    faults = getattr(error, "faults", None)
    if isinstance(faults, list) and faults:
        for fault in faults:
            complain(str(fault))
    elif isinstance(error, AtsError):
        complain(str(error))
    else:
        where = _written_down(error)
        complain(f"Something unexpected happened ({type(error).__name__}); details are in {where}.")
    return 1


def _written_down(error: Exception) -> Path:
    """Append the traceback to the error log and return where that is."""
    moment = dt.datetime.now(dt.UTC)  # noqa: TID251 (a log runs in real time)
    text = f"{moment:%Y-%m-%dT%H:%M:%SZ} {''.join(_places(error))}\n"
    for place in (_data_dir(), Path(tempfile.gettempdir())):
        try:
            place.mkdir(parents=True, exist_ok=True)
            with (place / "error.log").open("a", encoding="utf-8") as log:
                log.write(text)
        except OSError:
            continue
        return (place / "error.log").absolute()
    return Path(os.devnull)


def _data_dir() -> Path:
    from config.settings import SettingsFaults, load_settings

    try:
        return load_settings().data_dir
    except SettingsFaults:
        return Path("var")


def _places(error: BaseException | None) -> Iterator[str]:
    """Yield what was raised and where, the cause last; no error's own text: it may name people."""
    while error is not None:
        yield f"{type(error).__name__}\n"
        yield from traceback.format_tb(error.__traceback__)
        error = error.__cause__ or error.__context__
