"""One `ats up` or `ats demo` a folder: a lock that its process holds, and that ends with it."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ats.errors import AtsError, SettingsFault

LOCK = "ats.lock"
_IN_SETTINGS = "in ATS_DATA_DIR"


class FolderInUse(AtsError):
    """An `ats up` or `ats demo` works in this folder already."""

    def __init__(self, folder: Path, elsewhere: str) -> None:
        super().__init__(
            f"An `ats up` or `ats demo` works in {folder} already; end it or let it end first, or "
            f"name another folder {elsewhere}."
        )


@contextlib.contextmanager
def only_one(folder: Path, *, elsewhere: str = _IN_SETTINGS) -> Iterator[None]:
    """Hold the folder's lock within the block; the folder is made if need be.

    Raises FolderInUse while another process has it. `elsewhere`: how one names another folder.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("a")
    except OSError as error:
        raise SettingsFault(
            f"The folder {folder} cannot be written ({error.strerror}); make it writable, or name "
            f"another one {elsewhere}."
        ) from error
    with file:
        if not _taken(file):
            raise FolderInUse(folder, elsewhere)
        yield


def refuse_second(folder: Path) -> None:
    """Raise FolderInUse while another process has the folder's lock. Makes nothing."""
    with contextlib.suppress(OSError), (folder / LOCK).open("r+") as file:
        if not _taken(file):
            raise FolderInUse(folder, _IN_SETTINGS)


def _taken(file: IO[str]) -> bool:
    """Say whether the lock is ours now. The kernel frees it with our process, however that ends;
    no child of ours inherits it."""
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
