"""The watched folder: staff drop files into it and need no shell."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from ats.errors import FileFault, Refused
from ats.intake.columns import ROSTER, kind_of, lay_out
from ats.intake.dates import LONDON
from ats.intake.preflight import is_cohort
from ats.intake.table import Table
from ats.intake.text import clean, shown

_SUFFIXES = frozenset((".csv", ".xlsx", ".tsv", ".txt"))
_DATE = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a file in the folder is; `as_of` counts for progress only."""

    path: Path
    kind: str
    cohort: str
    as_of: dt.date

    @property
    def order(self) -> tuple[bool, dt.date, str]:
        """Sort by this before importing: rosters first, then progress by its day."""
        return self.kind != ROSTER, self.as_of, self.path.name


def scan_folder(folder: Path, *, settle_seconds: float = 0.5) -> list[Path]:
    """Return the files that are there in full: their size holds for a moment.

    Subfolders, hidden files and what Excel and browsers put beside an open file are left out.
    Raises FileFault when the folder cannot be read.
    """
    before = _sizes(folder)
    if before:
        time.sleep(settle_seconds)
    after = _sizes(folder)
    return sorted(path for path, size in after.items() if before.get(path) == size)


def file_kind_and_cohort(
    path: Path,
    table: Table,
    *,
    codes: Collection[str],
    saved: Mapping[str, Mapping[str, str]] | None = None,
    zone: ZoneInfo = LONDON,
) -> Dropped:
    """Return what a file is, by its headers, its cohort column and the date in its name.

    `codes` are the cohorts that are known, `saved` the meanings of other headers. Without an ISO
    date in its name a file is as of the day it was last changed. Raises FileFault when it is
    neither roster nor progress, Refused when its cohort is not known.
    """
    saved = saved or {}
    kind = kind_of(table.headers, saved=saved)
    if kind is None:
        raise FileFault(
            f"{path.name} is neither a roster nor a progress export by its headers; "
            "import it by hand with --map, which will be remembered."
        )
    layout = lay_out(table, kind, given={}, saved=saved.get(kind, {}))
    names = Counter(clean(layout.raw(row, "cohort")) for row in table.rows)
    for name, _ in names.most_common():
        for code in codes:
            if is_cohort(name, code):
                return Dropped(path, kind, code, _as_of(path, zone))
    named = shown(names.most_common(1)[0][0]) if names else "none"
    raise Refused(
        f"{path.name} is of the cohort {named}, which is not here; launch it first, or check "
        "the cohort column."
    )


def move_done(path: Path, state: Literal["applied", "refused"]) -> Path:
    """Move a file into the subfolder of that name and return where it is; overwrites nothing."""
    folder = path.parent / state
    try:
        folder.mkdir(exist_ok=True)
        return _move_into(folder, path)
    except OSError as error:
        raise FileFault(
            f"{path.name} cannot be moved into {folder} ({error.strerror}); "
            "make the folder writable."
        ) from error


def _move_into(folder: Path, path: Path) -> Path:
    number = 1
    while True:
        name = path.name if number == 1 else f"{path.stem} ({number}){path.suffix}"
        target = folder / name
        try:
            target.touch(exist_ok=False)
        except FileExistsError:
            number += 1
            continue
        return path.replace(target)


def _sizes(folder: Path) -> dict[Path, tuple[int, int]]:
    sizes = {}
    try:
        found = list(folder.iterdir())
    except OSError as error:
        raise FileFault(
            f"The folder {folder} cannot be read ({error.strerror}); check ATS_IMPORT_DIR."
        ) from error
    for path in found:
        if path.name.startswith((".", "~$")) or path.suffix.lower() not in _SUFFIXES:
            continue
        with contextlib.suppress(OSError):  # gone in the meantime
            if path.is_file():
                status = path.stat()
                sizes[path] = (status.st_size, status.st_mtime_ns)
    return sizes


def _as_of(path: Path, zone: ZoneInfo) -> dt.date:
    for text in reversed(_DATE.findall(path.name)):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            continue
    return dt.datetime.fromtimestamp(path.stat().st_mtime, zone).date()
