"""The folder that calendars are published in: a file for each feed, named after its link."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ats.errors import Refused
from ats.feeds.composing import Whose
from ats.people.links import BadLink, Links

SUFFIX = ".ics"
_PART = f"{SUFFIX}.part"
#: For how long somebody may still be writing what is not a calendar yet; real time.
PART_AGE = dt.timedelta(hours=1)


class FolderUnusable(Refused):
    """Nothing can be published in this folder."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(
            f"Calendars cannot be written to {folder} ({error.strerror}); mend that, or set "
            "ATS_CALENDAR_DIR."
        )


class InTheWay(Refused):
    """Something that is no file stands where the file of one feed belongs."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"A folder stands in {folder} where the file of this calendar belongs; remove it."
        )


class Ours(NamedTuple):
    """A file whose name only we can have given it: whose feed it was, and of which generation."""

    file: str
    name: str
    generation: int


class CalendarFolder:
    """The folder of the calendars, as it was when first looked at."""

    def __init__(self, path: Path, links: Links) -> None:
        self.path = path
        self._links = links
        self._found = self._looked_at()

    def _looked_at(self) -> dict[str, os.stat_result]:
        try:
            with os.scandir(self.path) as entries:
                return dict(_files(entries))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise FolderUnusable(self.path, error) from error

    def name(self, whose: Whose) -> str:
        """Return what a feed's file is called."""
        return self._named(whose.name, whose.generation)

    def older(self, whose: Whose) -> Iterable[str]:
        """Return what its files were called under older links."""
        for generation in range(1, whose.generation):
            yield self._named(whose.name, generation)

    def _named(self, name: str, generation: int) -> str:
        return f"{self._links.calendar_token(name, generation)}{SUFFIX}"

    def holds(self, whose: Whose, *, size: int, revised_at: dt.datetime) -> bool:
        """Say whether a feed's file is there, as long and as old as it was written.

        Its time is compared by the second, for some file systems keep no more.
        """
        found = self._found.get(self.name(whose))
        if found is None or not stat.S_ISREG(found.st_mode):
            return False
        return (found.st_size, int(found.st_mtime)) == (size, int(revised_at.timestamp()))

    def ours(self, *, without: Collection[str]) -> Iterator[Ours]:
        """Yield the files whose names we gave, *without* these."""
        for file in self._calendars():
            if file not in without and (read := self._read(file)) is not None:
                yield read

    def foreign(self) -> int:
        """Return how many calendars have names that we did not give, as under another key."""
        return sum(1 for file in self._calendars() if self._read(file) is None)

    def _calendars(self) -> Iterator[str]:
        return (file for file in self._found if file.endswith(SUFFIX))

    def _read(self, file: str) -> Ours | None:
        """Return what a file's name says; None where we would have written it otherwise."""
        try:
            name, generation = self._links.read_calendar(file.removesuffix(SUFFIX))
        except BadLink:
            return None
        return Ours(file, name, generation) if self._named(name, generation) == file else None

    def remove(self, name: str) -> bool:
        """Take a file away; say whether it was there."""
        try:
            (self.path / name).unlink()
        except FileNotFoundError:
            return False
        except IsADirectoryError:
            raise InTheWay(self.path) from None
        except OSError as error:
            raise FolderUnusable(self.path, error) from error
        return True

    def remove_parts(self, *, real_now: dt.datetime) -> None:
        """Take away what was begun over an hour ago and never became a calendar."""
        before = (real_now - PART_AGE).timestamp()
        for file, found in self._found.items():
            if file.endswith(_PART) and found.st_ctime <= before:  # its mtime may be a feed's
                self.remove(file)

    def put(self, whose: Whose, data: bytes, *, revised_at: dt.datetime) -> None:
        """Write a feed's file at once or not at all; its time is that of the newest revision.

        Raises InTheWay, or FolderUnusable where nobody's can be written; what stood there stays.
        """
        path = self.path / self.name(whose)
        part = path.with_name(f"{path.name}.part")  # what a killed process leaves is written over
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.chmod(0o644)
            os.utime(part, (revised_at.timestamp(), revised_at.timestamp()))
            part.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink()
            if isinstance(error, IsADirectoryError):
                raise InTheWay(self.path) from None
            raise FolderUnusable(self.path, error) from error

    def settle(self) -> None:
        """Have the names of files outlast a failure of the machine, too.

        Some file systems cannot be asked for it; what is lost there is written by the next run.
        """
        with contextlib.suppress(OSError):
            folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _files(entries: Iterable[os.DirEntry[str]]) -> Iterator[tuple[str, os.stat_result]]:
    """Yield what is no folder, with how it is; a link is a file of its own."""
    for entry in entries:
        with contextlib.suppress(FileNotFoundError):  # somebody took it away meanwhile
            found = entry.stat(follow_symlinks=False)
            if not stat.S_ISDIR(found.st_mode):
                yield entry.name, found
