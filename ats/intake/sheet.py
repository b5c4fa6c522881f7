"""What a reader of one file format hands on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from ats.intake.dates import EXCEL_1900
from ats.intake.scan import Scan

MOST_ROWS = 50_000
MOST_COLUMNS = 200
MOST_CHARACTERS = 10_000  # in one cell


@dataclass(frozen=True, slots=True)
class Sheet:
    """Records with their row numbers, and what is known of the file."""

    records: Iterable[tuple[int, tuple[str, ...]]]
    notes: tuple[str, ...] = ()
    epoch: dt.date = EXCEL_1900
    is_grid: bool = False  # cells have fixed places, so nothing can have shifted
    is_unended: bool = False  # the last line has no line end
    scan: Scan = field(default_factory=Scan)  # what stands behind the cells of a workbook
