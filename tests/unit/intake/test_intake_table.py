"""Files as programs write them: encodings, delimiters, workbooks, and what is no table."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from ats.errors import FileFault
from ats.intake.scan import Area, scan_sheet
from ats.intake.table import MOST_BYTES, Row, Table, read_table

TEXT = "Ref;Name;Joined\r\n17;Zoë;05/10/2026\r\n18;Siân;\r\n"
ROWS = (Row(2, ("17", "Zoë", "05/10/2026")), Row(3, ("18", "Siân", "")))


def table(tmp_path: Path, data: bytes | str, name: str = "file.csv") -> Table:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_table(path)


def workbook(**sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"],
)
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    found = table(tmp_path, TEXT.encode(encoding))
    assert (found.headers, found.rows) == (("Ref", "Name", "Joined"), ROWS)


def test_big_endian_with_its_mark_is_read(tmp_path: Path) -> None:
    assert table(tmp_path, b"\xfe\xff" + TEXT.encode("utf-16-be")).rows == ROWS


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_delimiter_and_line_end_is_read(
    tmp_path: Path, delimiter: str, end: str
) -> None:
    text = TEXT.replace(";", delimiter).replace("\r\n", end)
    assert table(tmp_path, text).rows == ROWS


def test_excels_own_first_line_names_the_delimiter(tmp_path: Path) -> None:
    found = table(tmp_path, "sep=;\r\na,b;c\r\n1;2\r\n")
    assert (found.headers, found.rows) == (("a,b", "c"), (Row(3, ("1", "2")),))


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    found = table(tmp_path, '\n\na,b\n\n1,"two\nlines"\n , \n3,4\n')
    assert found.headers == ("a", "b")
    assert found.rows == (Row(5, ("1", "two\nlines")), Row(7, ("3", "4")))


def test_formulas_in_a_csv_are_text(tmp_path: Path) -> None:
    assert table(tmp_path, "a,b\n=1+1,@x\n").rows == (Row(2, ("=1+1", "@x")),)


def test_a_blank_before_a_quotation_mark_is_no_part_of_the_cell(tmp_path: Path) -> None:
    assert table(tmp_path, 'a,b\n1, "two, three"\n').rows == (Row(2, ("1", "two, three")),)


def test_a_file_that_ends_within_a_row_is_marked(tmp_path: Path) -> None:
    assert table(tmp_path, "a,b,c\n1,2,3\n4,5").cut_off
    assert not table(tmp_path, "a,b,c\n1,2,3\n4,5\n").cut_off
    assert not table(tmp_path, "a,b,c\n1,2,3").cut_off


@pytest.mark.parametrize(
    ("before", "end", "is_cut"),
    [
        ("2026-10-05", "2026-11-1", True),
        ("2026-10-05", "2026-11-12", False),
        (None, "2026-11-1", True),
        (None, "2026-11-12", False),
        ("05/10/2026", "05/11/20", True),
        ("5/10/2026", "15/11/2026", False),
        ("15/10/2026", "5/1/2026", False),
        ("2026-10-05T10:30", "2026-10-05T10:3", True),
        ("123", "12", False),
        ("england", "eng", False),
    ],
)
def test_a_file_that_ends_within_a_date_is_marked(
    tmp_path: Path, before: str | None, end: str, is_cut: bool
) -> None:
    row = f"1,{before}\n" if before else ""
    assert table(tmp_path, f"a,b\n{row}2,{end}").cut_off is is_cut
    assert not table(tmp_path, f"a,b\n{row}2,{end}\n").cut_off


def test_a_comment_on_two_lines_may_hold_any_number_of_delimiters(tmp_path: Path) -> None:
    comment = "Well, done, Ann, Bob, and Cy,\nall, good"
    assert table(tmp_path, f'a,b,c\n1,2,"{comment}"\n').rows == (Row(2, ("1", "2", comment)),)


def test_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Ref", "Joined", "Serial", "Share", "Late"],
        [17, dt.date(2026, 10, 5), 46300, 0.5, True],
        [],
        ["18", dt.datetime(2026, 10, 5, 16, 30), 46300.0],  # noqa: DTZ001 (cells have no zone)
    ]
    found = table(tmp_path, workbook(Roster=rows), "file.xlsx")
    assert found.headers == ("Ref", "Joined", "Serial", "Share", "Late")
    assert found.rows == (
        Row(2, ("17", "2026-10-05", "46300", "0.5", "True")),
        Row(4, ("18", "2026-10-05T16:30:00", "46300")),
    )


def test_only_the_first_sheet_with_something_in_it_is_read(tmp_path: Path) -> None:
    data = workbook(Empty=[], Roster=[["a"], ["1"]], Notes=[["b"]])
    found = table(tmp_path, data)
    assert (found.headers, found.notes) == (
        ("a",),
        ("Only the first sheet is read, 'Notes' is not.",),
    )


def test_cells_beside_the_headers_of_a_workbook_are_columns_without_one(tmp_path: Path) -> None:
    assert table(tmp_path, workbook(Roster=[["a"], ["1", None, "x"]])).headers == ("a", "", "")


ZIP = io.BytesIO()
with zipfile.ZipFile(ZIP, "w") as archive:
    archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty; export it again"),
        (b" \r\n\r\n", "is empty; export it again"),
        (b"\xef\xbb\xbf\n,,\n", "holds no rows; export it again"),
        (b"MZ\x90\x00" + bytes(99), "is a Windows program; name a CSV or XLSX file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "is a picture; name a CSV or XLSX file"),
        (b"%PDF-1.7\n%\xe2\xe3", "is a PDF; name a CSV or XLSX file"),
        (OLE, "is an old Excel workbook; save it as .xlsx or CSV UTF-8"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "is protected by a password"),
        (b"\r\n<html><table><tr>", "is a web page under another name; open it in Excel"),
        (ZIP.getvalue(), "is an OpenDocument file; save it as .xlsx or CSV UTF-8"),
        (b"PK\x03\x04" + bytes(99), "is damaged, perhaps cut off on its way"),
        (bytes(range(256)) * 20, "is no text, or damaged"),
        (b"a,b\n1,\x81\x8d\n", "is no text, or damaged"),
        (b"\xff\xfea\x00,\x00b\x00\n\x00\x00\xd8", "is no text, or damaged"),
        (b'a,b\n1,"2\n3,4\n', "has a quotation mark out of place in row 2"),
        (b'a,b\n1,2\n3,"4" x\n', "has a quotation mark out of place in row 3"),
        (b'a,b,c\n1,"2,3\n4,5",6\n', "has a quotation mark in row 2 that swallows the rows after"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(
    tmp_path: Path, data: bytes, problem: str
) -> None:
    with pytest.raises(FileFault) as error:
        table(tmp_path, data)
    assert str(error.value).startswith(f"file.csv {problem}")
    assert str(error.value).count("\n") == 0


def test_a_workbook_that_was_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    data = workbook(Roster=[["a", "b"], *([n, "x" * 50] for n in range(50))])
    for length in range(2, len(data), 97):
        with pytest.raises(FileFault, match=r"is damaged|is no text"):
            table(tmp_path, data[:length])


def test_what_cannot_be_opened_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match="does not exist; check the name and the folder"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(FileFault, match="is a folder; name the file in it"):
        read_table(tmp_path)
    with pytest.raises(FileFault, match="is no ordinary file"):
        read_table(Path("/dev/null"))
    with pytest.raises(FileFault, match="cannot be read"):
        read_table(tmp_path / ("x" * 300))
    with pytest.raises(FileFault, match="cannot be read"):
        read_table(tmp_path / "a\0b")


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(FileFault, match="has 20 MB, more than the 20 MB that are read"):
        read_table(path)


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match="more than 50,000 rows; export one cohort only"):
        table(tmp_path, "a,b\n" + "1,2\n" * 50_001)
    assert len(table(tmp_path, "a,b\n" + "1,2\n" * 50_000).rows) == 50_000


def zipped(**parts: bytes) -> bytes:
    """Return a workbook of one row with some of its parts replaced or added."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(Roster=[["a"], ["1"]]))) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.namelist():
            found = [data for name, data in parts.items() if f"/{name}." in entry]
            new.writestr(entry, found[0] if found else old.read(entry))
        if "sharedStrings" in parts:
            new.writestr("xl/sharedStrings.xml", parts["sharedStrings"])
    return file.getvalue()


@pytest.mark.parametrize(
    ("part", "bytes_"), [("sheet1", 51 << 20), ("sharedStrings", 51 << 20), ("styles", 3 << 20)]
)
def test_what_is_huge_only_unpacked_is_refused_before_it_is_read(
    tmp_path: Path, part: str, bytes_: int
) -> None:
    with pytest.raises(FileFault, match="far larger unpacked than a roster or an export can be"):
        table(tmp_path, zipped(**{part: b" " * bytes_}), "file.xlsx")


@pytest.mark.parametrize("length", [10_001, 200_000])
def test_a_cell_of_a_books_length_is_refused(tmp_path: Path, length: int) -> None:
    problem = r"has a cell of more than 10,000 characters in row 2; shorten it"
    with pytest.raises(FileFault, match=problem):
        table(tmp_path, f"a,b\n1,{'x' * length}\n")
    with pytest.raises(FileFault, match=problem):
        table(tmp_path, workbook(Roster=[["a"], ["x" * min(length, 32_000)]]), "file.xlsx")


def test_formulas_without_result_merged_cells_and_hidden_rows_are_found(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["a", "b", "c"], ["1", "=A2", "2"], ["3", '=""', "4"], ["5", "6", "7"]):
        book.active.append(row)
    book.active.merge_cells("C3:C4")
    book.active.row_dimensions[4].hidden = True
    file = io.BytesIO()
    book.save(file)
    found = table(tmp_path, file.getvalue(), "file.xlsx")
    assert found.scan.unreckoned == {(2, 1), (3, 1)}
    assert found.scan.merged == [Area(3, 2, 4, 2)]
    assert found.notes == ("Hidden rows are read like the others: 4.",)


def test_a_formula_whose_result_is_an_empty_text_has_one() -> None:
    xml = (
        b"<worksheet xmlns='x'><row r='2'><c r='A2' t='str'><f>1</f><v></v></c><c><f>1</f></c>"
        b"<c r='AA2'><f>1</f><v>7</v></c></row></worksheet>"
    )
    assert scan_sheet(io.BytesIO(xml)).unreckoned == {(2, 1)}
