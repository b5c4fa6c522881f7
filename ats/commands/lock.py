"""One `ats up` for each data folder: a lock that its process holds, and that ends with it."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ats.errors import AtsError, SettingsFault

LOCK = "up.lock"


class AlreadyUp(AtsError):
    """An `ats up` works in this data folder already."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"An `ats up` works in {folder} already; use that one, or end it first (a second one "
            "needs a folder of its own in ATS_DATA_DIR)."
        )


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock within the block. Raises AlreadyUp while another process has it."""
    try:
        file = (folder / LOCK).open("a")
    except OSError as error:
        raise SettingsFault(
            f"The folder {folder} cannot be written ({error.strerror}); make it writable, or name "
            "another one in ATS_DATA_DIR."
        ) from error
    with file:
        if not _taken(file):
            raise AlreadyUp(folder)
        yield


def refuse_second(folder: Path) -> None:
    """Raise AlreadyUp while another process has the folder's lock. Makes nothing."""
    with contextlib.suppress(OSError), (folder / LOCK).open("r+") as file:
        if not _taken(file):
            raise AlreadyUp(folder)


def _taken(file: IO[str]) -> bool:
    """Say whether the lock is ours now. The kernel frees it with our process, however that ends;
    no child of ours inherits it."""
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
