"""CSV in the encodings and with the delimiters that exports come in."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re

from ats.errors import FileFault
from ats.intake.sheet import MOST_CHARACTERS, Sheet

_DELIMITERS = ",;\t|"
_BOMS = (  # UTF-32 first: its little-endian mark begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 4096
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_LINE_END = re.compile("\r\n|\r|\n")
_SEPARATOR = re.compile("sep=([,;\t|])\r?\n", re.IGNORECASE)  # Excel's own first line


def read_delimited(name: str, data: bytes) -> Sheet:
    """Return the records of a CSV file. Raises FileFault for what is not text, or broken."""
    text = _decoded(name, data)
    declared = _SEPARATOR.match(text)
    body = text[declared.end() :] if declared else text
    delimiter = declared[1] if declared else _delimiter_of(body)
    return Sheet(
        records=_records(name, body, delimiter, first=2 if declared else 1),
        is_unended=not text.endswith(("\n", "\r")),
    )


def _decoded(name: str, data: bytes) -> str:
    marked = [encoding for bom, encoding in _BOMS if data.startswith(bom)]
    for encoding in marked[:1] or _guesses(data):
        with contextlib.suppress(UnicodeError):
            text = data.decode(encoding)
            if not _is_binary(text):
                return text
    raise FileFault(f"{name} is no text, or damaged; export it again as CSV UTF-8 or XLSX.")


def _is_binary(text: str) -> bool:
    sample = text[:_SAMPLE]
    return "\x00" in text or len(_CONTROL.findall(sample)) * 50 > len(sample)


def _guesses(data: bytes) -> list[str]:
    """Return the encodings of a file without a mark, the likeliest first."""
    sample = data[: _SAMPLE * 2]
    half = max(len(sample) // 2, 1)
    even, odd = sample[::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.6 > 0.2 > even:
        return ["utf-16-le"]
    if even > 0.6 > 0.2 > odd:
        return ["utf-16-be"]
    return ["utf-8", "cp1252"]


def _delimiter_of(text: str) -> str:
    """Return the delimiter that cuts the first line that says something into most cells."""

    start = text.lstrip(f"{_DELIMITERS} \r\n")

    def cells(delimiter: str) -> int:
        reader = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)
        try:
            return next((len(record) for record in reader if any(map(str.strip, record))), 0)
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=cells)


def _records(
    name: str, text: str, delimiter: str, *, first: int
) -> list[tuple[int, tuple[str, ...]]]:
    records: list[tuple[int, tuple[str, ...]]] = []
    width = 0
    file = io.StringIO(text, newline="")
    reader = csv.reader(file, delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        for number, record in enumerate(reader, first):
            width = width or (len(record) if any(map(str.strip, record)) else 0)
            _refuse_swallowed(name, number, record, delimiter, width)
            records.append((number, tuple(record)))
    except csv.Error as error:
        if "field limit" in str(error):
            raise FileFault(
                f"{name} has a cell of more than {MOST_CHARACTERS:,} characters in row "
                f"{first + len(records)}; shorten it, or check that no quotation mark is missing."
            ) from None
        raise FileFault(
            f"{name} has a quotation mark out of place in row {first + len(records)}; "
            "double it or take it out, or export the file again."
        ) from None
    return records


def _refuse_swallowed(
    name: str, number: int, record: list[str], delimiter: str, width: int
) -> None:
    """Refuse a cell that holds whole rows, because a quotation mark was opened and not closed.

    Such a cell ends one row and begins another, just where they have to end and to begin; a long
    comment does not.
    """
    for place, cell in enumerate(record):
        first, *others = _LINE_END.split(cell)
        closing = place + width - len(record)
        ends_row = first.count(delimiter) == width - 1 - place
        if width > 1 and others and ends_row and others[-1].count(delimiter) == closing:
            raise FileFault(
                f"{name} has a quotation mark in row {number} that swallows the rows after it; "
                "take it out, or export the file again."
            )
