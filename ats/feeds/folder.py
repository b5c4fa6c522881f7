"""The folder that calendars are published in: a file for each feed, named after its link."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Iterable
from pathlib import Path

from ats.errors import Refused
from ats.feeds.composing import Whose
from ats.people.links import Links

SUFFIX = ".ics"


class CalendarFolder:
    """The folder of the calendars, as it was when first looked at."""

    def __init__(self, path: Path, links: Links) -> None:
        self.path = path
        self._links = links
        self.sizes = self._looked_at()

    def _looked_at(self) -> dict[str, int]:
        try:
            with os.scandir(self.path) as entries:
                return {entry.name: entry.stat().st_size for entry in entries}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _unusable(self.path, error) from error

    def name(self, whose: Whose) -> str:
        """Return what a feed's file is called."""
        return f"{self._links.calendar_token(whose.name, whose.generation)}{SUFFIX}"

    def older(self, whose: Whose) -> Iterable[str]:
        """Return what its files were called under older links."""
        for generation in range(1, whose.generation):
            yield f"{self._links.calendar_token(whose.name, generation)}{SUFFIX}"

    def remove(self, name: str) -> bool:
        """Take a file away; say whether it was there."""
        try:
            (self.path / name).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _unusable(self.path, error) from error
        return True

    def put(self, whose: Whose, data: bytes, *, revised_at: dt.datetime) -> None:
        """Write a feed's file at once or not at all; its time is that of the newest revision.

        Raises Refused where that cannot be done; what stood there stays.
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
            raise _unusable(self.path, error) from error


def _unusable(folder: Path, error: OSError) -> Refused:
    return Refused(
        f"Calendars cannot be written to {folder} ({error.strerror}); mend that, or set "
        "ATS_CALENDAR_DIR."
    )
