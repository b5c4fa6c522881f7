"""The journal: a worker's own notes, one line before a body leaves and one when it is answered.

The database learns of a sending a moment after it happened. When a worker is killed in between,
its journal says which messages never left, which were answered, and which left unanswered: only
those, at most one per connection, are in doubt. A line is one write to a file opened for
appending, so it outlives the process; it is not synced to disk, so a crash of the whole machine
may lose it, and then every message of that worker is in doubt.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ats.errors import DeliveryFault
from ats.outbox.result import Result


class JournalFault(DeliveryFault):
    """The journal of the outbox cannot be written; make room, or make the data folder writable."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What a journal knows of one message: its body was to leave; how it was answered, if it was.

    `message` is the message's id.
    """

    message: int
    digest: str  # sha256 of the bytes
    wording: str  # version of the templates
    result: Result | None = None


class Journal:
    """One worker's notes. The file is there before the worker claims anything.

    Raises JournalFault where it cannot be written.
    """

    def __init__(self, folder: Path, owner: str) -> None:
        self.path = path_of(folder, owner)
        self._is_torn = False
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise self._fault(error) from error

    def leaves(self, message: int, *, digest: str, wording: str) -> None:
        """Note that the body of this message is about to leave."""
        self._note(["leaves", message, digest, wording])

    def answered(self, message: int, result: Result) -> None:
        """Note what became of an attempt."""
        self._note(["answered", message, result.kind, result.code, result.answer, result.stage])

    def close(self, *, settled: bool) -> None:
        """End the notes; where all that they say is in the database, remove them."""
        os.close(self._file)
        if settled:
            self.path.unlink(missing_ok=True)

    def _note(self, line: list[Any]) -> None:
        data = json.dumps(line).encode() + b"\n"
        try:
            if self._is_torn or os.write(self._file, data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self._is_torn = True  # what is written behind half a line cannot be read
            raise self._fault(error) from error

    def _fault(self, error: OSError) -> JournalFault:
        return JournalFault(
            f"The journal {self.path} cannot be written ({error.strerror}); nothing is sent "
            "until it can: make room, or make its folder writable."
        )


def path_of(folder: Path, owner: str) -> Path:
    """Return where this owner keeps its journal."""
    return folder / f"{''.join(c if c.isalnum() else '-' for c in owner)}.log"


def read(path: Path) -> dict[int, Noted]:
    """Return what the journal at *path* knows, by message; empty without a journal.

    A last line that was cut off by the end of its worker counts as never written.
    """
    noted: dict[int, Noted] = {}
    for line in _lines(path):
        match line:
            case ["leaves", int(message), str(digest), str(wording)]:
                noted[message] = Noted(message, digest, wording)
            case ["answered", int(message), kind, code, answer, stage] if message in noted:
                noted[message] = replace(noted[message], result=Result(kind, code, answer, stage))
    return noted


def _lines(path: Path) -> Iterator[Any]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    for line in content.split(b"\n")[:-1]:
        try:
            yield json.loads(line)
        except ValueError:
            continue
