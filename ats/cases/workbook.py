"""The tables of a cohort as a workbook, for those who work in one: a sheet for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ats.cases.by_age import CasesByAge, WaitingCase
from ats.cases.caseload import Caseload, CaseloadRow
from ats.cases.mentorships import MentorshipRow, Mentorships
from ats.cases.owners import Owner
from ats.records.exports import Export

Columns = Sequence[tuple[str, int]]  # heading and width

_CASELOAD: Columns = (
    ("Participant", 12),
    ("State", 10),
    ("Why", 60),
    ("Since", 12),
    ("Portfolio as of", 15),
    ("Import", 8),
    ("Next e-mail", 28),
    ("On", 12),
    ("Cases", 10),
    ("Owner", 18),
)
_MENTORS: Columns = (
    ("Participant", 12),
    ("Mentor", 12),
    ("State", 20),
    ("Since", 12),
    ("Working days", 13),
    ("Next e-mail", 28),
    ("On", 12),
    ("Cases", 10),
)
_CASES: Columns = (
    ("Case", 8),
    ("Participant", 12),
    ("What", 48),
    ("Owner", 12),
    ("Name", 20),
    ("Opened", 12),
    ("Working days", 13),
    ("Due", 12),
    ("State", 10),
    ("Rests until", 12),
)
_STATE = 2  # the column of the caseload that is filled
_FILLS = {"red": "F4CCCC", "amber": "FCE5CD", "unknown": "E0E0E0", "paused": "D9E2F3"}


@dataclass(frozen=True, slots=True)
class Tables:
    """What the workbook of a cohort holds."""

    caseload: Caseload
    mentors: Mentorships
    cases: CasesByAge


def write(tables: Tables, path: Path) -> None:
    """Write the workbook. Raises OSError where the file cannot be written."""
    book = Workbook()
    book.remove(book.worksheets[0])
    export, pxm = tables.caseload.export, tables.cases.pxm
    people = tables.caseload.people
    sheet = _sheet(book, "Caseload", _CASELOAD, [_person(one, export) for one in people])
    for number, one in enumerate(people, 2):
        if fill := _FILLS.get(one.standing.state):
            cell = sheet.cell(number, _STATE)
            cell.fill = PatternFill("solid", start_color=fill, end_color=fill)
    _sheet(book, "Mentors", _MENTORS, [_mentorship(one) for one in tables.mentors.rows])
    _sheet(book, "Cases", _CASES, [_case(one, pxm) for one in tables.cases.waiting])
    book.save(path)


def _sheet(
    book: Workbook, title: str, columns: Columns, rows: Iterable[Sequence[object]]
) -> Worksheet:
    """Add a sheet with a heading that stays in view and can be filtered by."""
    sheet: Worksheet = book.create_sheet(title)
    sheet.append([heading for heading, _ in columns])
    for row in rows:
        sheet.append(list(row))
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # text, even where it begins like a formula
                cell.alignment = Alignment(wrap_text="\n" in cell.value, vertical="top")
    for number, (_, width) in enumerate(columns, 1):
        sheet.cell(1, number).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    return sheet


def _person(one: CaseloadRow, export: Export | None) -> Sequence[object]:
    standing = one.standing
    return [
        one.ref,
        standing.state,
        "\n".join(one.why),
        standing.since,
        standing.as_of,
        export.number if export else None,
        one.next_step,
        one.next_on,
        _listed(one.cases),
        " and ".join(one.owners),
    ]


def _mentorship(one: MentorshipRow) -> Sequence[object]:
    return [
        one.participant,
        one.mentor,
        one.state,
        one.since,
        one.waited,
        one.next_step,
        one.next_on,
        _listed(one.cases),
    ]


def _case(one: WaitingCase, pxm: Owner | None) -> Sequence[object]:
    return [
        one.number,
        one.ref,
        one.title,
        one.owner,
        pxm.name if pxm and one.owner == "pxm" else "",
        one.opened_on,
        one.age,
        one.due_on,
        one.state,
        one.rests_until,
    ]


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))
