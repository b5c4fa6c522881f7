"""The workbook of a cohort, as whoever opens it finds it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from openpyxl import Workbook, load_workbook

from ats.cases.by_age import CasesByAge, WaitingCase
from ats.cases.caseload import Caseload, CaseloadRow
from ats.cases.mentorships import MentorshipRow, Mentorships
from ats.cases.owners import Owner
from ats.cases.workbook import Tables, write
from ats.planning.stall import Signal, Standing
from ats.records.exports import Export

NOW = dt.datetime(2027, 2, 3, 9, tzinfo=dt.UTC)
DAY = dt.date(2026, 12, 4)
SIGNALS = (Signal("standing-still", "red", DAY, workdays=30),)
WHY = ("no movement since Fri 4 Dec 2026, 30 working days", "overdue: PDP")
EVIL = "=HYPERLINK(1)"


def written(path: Path, *, text: str = "text", people: bool = True) -> Workbook:
    """Return the workbook with one row on each sheet, or none, as it is read back."""
    person = CaseloadRow(
        "P0001", Standing("red", SIGNALS, DAY, DAY), WHY, text, DAY, (3, 7), ("pxm",)
    )
    mentor = MentorshipRow("P0001", text, "asked", DAY, 29, text, DAY, (3,))
    case = WaitingCase(3, "P0001", text, "pxm", DAY, 4, DAY, None, False)
    owner = Owner(text, "pxm@provider.example", DAY)
    tables = Tables(
        Caseload("2026-10", NOW, Export(12, DAY, NOW, "9f86"), None, (person,) * people),
        Mentorships("2026-10", NOW, (mentor,) * people),
        CasesByAge("2026-10", NOW, owner, (case,) * people, ()),
    )
    write(tables, path / "tables.xlsx")
    return load_workbook(path / "tables.xlsx")


def test_signals_stand_on_lines_of_their_own_and_dates_are_dates(tmp_path: Path) -> None:
    sheet = written(tmp_path)["Caseload"]

    heads, row = sheet.iter_rows(values_only=True)
    found = dict(zip(heads, row, strict=True))
    assert str(found["Why"]).splitlines() == list(WHY)
    assert found["Since"] == dt.datetime(2026, 12, 4)  # noqa: DTZ001 (a workbook's have no zone)
    assert (found["Cases"], found["Import"]) == ("3, 7", 12)


def test_the_state_is_filled_in_its_colour(tmp_path: Path) -> None:
    assert written(tmp_path)["Caseload"]["B2"].fill.start_color.rgb == "00F4CCCC"


def test_what_begins_like_a_formula_is_text_on_every_sheet(tmp_path: Path) -> None:
    book = written(tmp_path, text=EVIL)

    found = [
        (sheet.title, cell.data_type)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value == EVIL
    ]
    assert found == [("Caseload", "s"), *[("Mentors", "s")] * 2, *[("Cases", "s")] * 2]


def test_of_nobody_it_holds_the_headings_that_stay_in_view(tmp_path: Path) -> None:
    book = written(tmp_path, people=False)

    assert [(sheet.max_row, sheet.freeze_panes) for sheet in book.worksheets] == [(1, "A2")] * 3
