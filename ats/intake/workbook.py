"""XLSX workbooks: the first visible sheet that holds something, as text."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook

from ats.errors import FileFault
from ats.intake.dates import EXCEL_1900, EXCEL_1904
from ats.intake.sheet import MOST_COLUMNS, MOST_ROWS, Sheet
from ats.intake.text import shown

_MOST_UNPACKED = 300 * 1024 * 1024
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
    if sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise FileFault(f"{name} is far larger unpacked than a roster can be; export it again.")


def _sheet(data: bytes) -> Sheet:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    filled = {}
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            sheet.reset_dimensions()  # what the file says of its size may be wrong
            records = list(itertools.islice(_records(sheet), MOST_ROWS + 2))
            if any(any(map(str.strip, cells)) for _, cells in records):
                filled[sheet.title] = records
    first, *others = filled or [""]
    return Sheet(
        records=filled.get(first, []),
        notes=tuple(f"Only the first sheet is read, {shown(title)} is not." for title in others),
        epoch=EXCEL_1904 if book.epoch.year == 1904 else EXCEL_1900,
        is_grid=True,
    )


def _records(sheet: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
    rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS, max_row=_LAST_ROW)
    for number, values in enumerate(rows, 1):
        filled = len(values)
        while filled and values[filled - 1] is None:
            filled -= 1
        if filled:
            yield number, tuple(map(_text, values[:filled]))


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
