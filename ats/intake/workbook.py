"""XLSX workbooks: the first visible sheet that holds something, as text."""

from __future__ import annotations

import datetime as dt
import functools
import io
import itertools
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook

from ats.errors import FileFault
from ats.intake.dates import EXCEL_1900, EXCEL_1904
from ats.intake.scan import Scan, scan_sheet
from ats.intake.sheet import MOST_COLUMNS, MOST_ROWS, Sheet
from ats.intake.text import shown

_MOST_UNPACKED = 50 * 1024 * 1024  # of sheets and strings
_MOST_BESIDE = 2 * 1024 * 1024  # of each other part; openpyxl takes them in whole
_LARGE = ("xl/worksheets/", "xl/sharedstrings")
_PATH = "_worksheet_path"  # openpyxl has no open name for where a sheet stands in the file
_SHOWN = 6
_LAST_ROW = 1_048_576  # of any sheet; a file may claim to hold more
_MIDNIGHT = dt.time()


def read_workbook(name: str, data: bytes) -> Sheet:
    """Return the records of a workbook. Raises FileFault for whatever else begins like one."""
    _refuse_other_archives(name, data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's remarks on styles and validations
            return _sheet(data)
    except FileFault:
        raise
    except Exception as error:  # a damaged workbook makes openpyxl raise anything
        raise _damaged(name) from error


def _refuse_other_archives(name: str, data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise _damaged(name) from None
    names = {entry.filename for entry in entries}
    if "xl/workbook.bin" in names:
        raise FileFault(f"{name} is a binary workbook (.xlsb); save it as .xlsx.")
    if "mimetype" in names:
        raise FileFault(f"{name} is an OpenDocument file; save it as .xlsx or CSV UTF-8.")
    if "xl/workbook.xml" not in names:
        raise FileFault(f"{name} is an archive or another kind of document; name a CSV or XLSX.")
    _refuse_bombs(name, entries)


def _refuse_bombs(name: str, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse what is small packed and huge unpacked, by the sizes that bind any reader."""
    parts = [entry for entry in entries if entry.filename.lower().endswith((".xml", ".rels"))]
    large = [part for part in parts if part.filename.lower().startswith(_LARGE)]
    beside = [part.file_size for part in parts if part not in large]
    unpacked = sum(part.file_size for part in large)
    if unpacked > _MOST_UNPACKED or max(beside, default=0) > _MOST_BESIDE:
        raise FileFault(
            f"{name} is far larger unpacked than a roster or an export can be; export it again, "
            "or copy the rows into a new workbook."
        )


def _sheet(data: bytes) -> Sheet:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    filled: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    scan = Scan()
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            sheet.reset_dimensions()  # what the file says of its size may be wrong
            records = list(itertools.islice(_records(sheet), MOST_ROWS + 2))
            if any(any(map(str.strip, cells)) for _, cells in records):
                if not filled:
                    with zipfile.ZipFile(io.BytesIO(data)) as archive:
                        scan = scan_sheet(archive.open(getattr(sheet, _PATH)))
                filled[sheet.title] = records
    first, *others = filled or [""]
    unread = [f"Only the first sheet is read, {shown(title)} is not." for title in others]
    return Sheet(
        records=filled.get(first, []),
        notes=(*unread, *_hidden(scan)),
        scan=scan,
        epoch=EXCEL_1904 if book.epoch.year == 1904 else EXCEL_1900,
        is_grid=True,
    )


def _hidden(scan: Scan) -> list[str]:
    first = ", ".join(map(str, scan.hidden[:_SHOWN]))
    more = f" and {len(scan.hidden) - _SHOWN} more" if len(scan.hidden) > _SHOWN else ""
    return [f"Hidden rows are read like the others: {first}{more}."] if first else []


def _records(sheet: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
    rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS, max_row=_LAST_ROW)
    for number, values in enumerate(rows, 1):
        filled = len(values)
        while filled and values[filled - 1] is None:
            filled -= 1
        if filled:
            yield number, tuple(map(_text, values[:filled]))


@functools.lru_cache(maxsize=4096, typed=True)  # equal cells share their text
def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return (value.date() if value.time() == _MIDNIGHT else value).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _damaged(name: str) -> FileFault:
    return FileFault(
        f"{name} is damaged, perhaps cut off on its way; open it in Excel and save it anew."
    )
