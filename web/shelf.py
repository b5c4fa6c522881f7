"""The published feeds as they are served: each file read once, and again when it has changed."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ats.feeds.publishing import SUFFIX
from ats.unexpected import told

_KEPT: Final = 1_000  # feeds of some ten kB each; those asked for longest ago are read again


@dataclass(frozen=True, slots=True)
class Served:
    """The bytes of a feed, and what tells one version from another."""

    data: bytes
    etag: str
    modified: int | None  # seconds since 1970; None: nobody has dated it

    @classmethod
    def of(cls, data: bytes, modified: float | None) -> Served:
        """Return these bytes with their strong tag."""
        digest = hashlib.sha256(data).hexdigest()
        return cls(data, f'"{digest}"', None if modified is None else int(modified))


_Mark = tuple[int, int, int]


class Shelf:
    """Hands out the files of a folder by their link's token; keeps a limited number in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._kept: OrderedDict[str, tuple[_Mark, Served]] = OrderedDict()

    def get(self, token: str) -> Served | None:
        """Return the feed published for a token that was found to be ours; None without one.

        It costs a look at the file, whose time tells its newest revision; that a file was
        replaced tells the file system.
        """
        if self._folder is None:
            return None
        path = self._folder / f"{token}{SUFFIX}"
        try:
            mark = _mark(path.stat())
            kept = self._kept.get(token)
            if kept is None or kept[0] != mark:
                kept = _read(path)
                self._kept[token] = kept
        except FileNotFoundError:
            self._kept.pop(token, None)
            return None
        except OSError as fault:  # the records still tell
            told(fault)
            return None
        self._kept.move_to_end(token)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return kept[1]


def _read(path: Path) -> tuple[_Mark, Served]:
    with path.open("rb") as file:
        found = os.fstat(file.fileno())
        return _mark(found), Served.of(file.read(), found.st_mtime)


def _mark(found: os.stat_result) -> _Mark:
    return found.st_ino, found.st_ctime_ns, found.st_size
