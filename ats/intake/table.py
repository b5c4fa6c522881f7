"""A file of rows, whatever program wrote it: all text, numbered as a spreadsheet shows it."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ats.errors import FileFault
from ats.intake.dates import EXCEL_1900
from ats.intake.delimited import read_delimited
from ats.intake.scan import Scan
from ats.intake.sheet import MOST_CHARACTERS, MOST_ROWS
from ats.intake.text import clean, legible, shown
from ats.intake.workbook import read_workbook

MOST_BYTES = 20 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FOREIGN = {
    b"MZ": "a Windows program",
    b"\x7fELF": "a program",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"%PDF": "a PDF",
    b"{\\rtf": "a text document",
    b"\x1f\x8b": "a compressed file",
    b"Rar!": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
    b"SQLite format 3": "a database",
}
_DIGIT = re.compile(r"\d")
_DATE = re.compile(r"(0{4}([-/.])00?\2|00?([-/.])00?\3)00")
_BEGUN = re.compile(r"0+[-/.]")  # how any of them begins
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<meta", b"<style", b"<div")


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank; `number` counts from 1 with the headers' row."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's headers and rows as they stand there, blank rows left out."""

    filename: str
    digest: str  # sha256 of the file
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    epoch: dt.date = EXCEL_1900  # day 0 of its serial dates
    cut_off: bool = False  # the last line has no end and too few cells
    scan: Scan = field(default_factory=Scan)

    def has_cells_in(self, place: int) -> bool:
        """Tell whether anything stands in a column, counted from 0."""
        return any(place < len(row.cells) and clean(row.cells[place]) for row in self.rows)


def read_table(path: Path) -> Table:
    """Return the table in a CSV or XLSX file; what it is, is told by its content.

    Raises FileFault with one sentence and a remedy for whatever is not such a file.
    """
    name = legible(path.name)
    data = _bytes_of(path)
    _refuse_foreign(name, data)
    sheet = (read_workbook if data.startswith(b"PK") else read_delimited)(name, data)
    records = _without_blank(name, sheet.records)
    if not records:
        raise FileFault(f"{name} holds no rows; export it again.")
    headers = records[0].cells
    if sheet.is_grid:
        headers += ("",) * (max(len(row.cells) for row in records) - len(headers))
    return Table(
        filename=name,
        digest=hashlib.sha256(data).hexdigest(),
        headers=headers,
        rows=tuple(records[1:]),
        notes=sheet.notes,
        epoch=sheet.epoch,
        scan=sheet.scan,
        cut_off=sheet.is_unended and len(records) > 1 and _is_cut_off(records),
    )


def _is_cut_off(records: list[Row]) -> bool:
    """Tell whether the last row, which has no line end, lacks cells or ends within a date.

    It does where its last cell begins as other rows' dates do and stops before they stop.
    """
    *others, last = records
    width = len(others[0].cells)
    if len(last.cells) < width:
        return True
    end = _shape(last.cells[-1])
    shapes = {_shape(row.cells[-1]) for row in others[1:] if len(row.cells) == width}
    dates = {shape for shape in (shapes or {"0000-00-00"}) if _DATE.match(shape)}
    if end in shapes or not _BEGUN.match(end):
        return False
    return any(shape.startswith(end) for shape in dates - {end})


def _shape(cell: str) -> str:
    """Return the cell with all digits alike."""
    return _DIGIT.sub("0", clean(cell))


def _bytes_of(path: Path) -> bytes:
    name, where = legible(path.name), legible(str(path))
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise FileFault(f"{where} is a folder; name the file in it.")
        if not stat.S_ISREG(found.st_mode):
            raise FileFault(f"{where} is no ordinary file; name a CSV or XLSX file.")
        if found.st_size > MOST_BYTES:
            raise FileFault(
                f"{name} has {found.st_size / 1_048_576:.0f} MB, more than the "
                f"{MOST_BYTES // 1_048_576} MB that are read; export one cohort only."
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise FileFault(f"{where} does not exist; check the name and the folder.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name cannot be used"
        raise FileFault(f"{shown(str(path))} cannot be read ({reason}); check it.") from error
    if not data.strip():
        raise FileFault(f"{name} is empty; export it again.")
    return data


def _refuse_foreign(name: str, data: bytes) -> None:
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise FileFault(f"{name} is protected by a password; save it without one.")
        raise FileFault(f"{name} is an old Excel workbook; save it as .xlsx or CSV UTF-8.")
    for start, what in _FOREIGN.items():
        if data.startswith(start):
            raise FileFault(f"{name} is {what}; name a CSV or XLSX file.")
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:9].lower().startswith(_MARKUP):
        raise FileFault(
            f"{name} is a web page under another name; open it in Excel and save it as .xlsx."
        )


def _without_blank(name: str, records: Iterable[tuple[int, tuple[str, ...]]]) -> list[Row]:
    rows = []
    for number, cells in records:
        if any(map(clean, cells)):
            if max(map(len, cells)) > MOST_CHARACTERS:
                raise FileFault(
                    f"{name} has a cell of more than {MOST_CHARACTERS:,} characters in row "
                    f"{number}; shorten it, or check that no quotation mark is missing."
                )
            rows.append(Row(number, cells))
            if len(rows) > MOST_ROWS + 1:
                raise FileFault(f"{name} has more than {MOST_ROWS:,} rows; export one cohort only.")
    return rows
