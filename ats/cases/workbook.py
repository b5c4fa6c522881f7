"""The caseload as a workbook, for those who work in one."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from ats.cases.caseload import Caseload, CaseloadRow

_HEADS = ("Participant", "State", "Why", "Since", "Portfolio as of", "Next e-mail", "On", "Cases",
          "Owner")  # fmt: skip
_WIDTHS = (12, 10, 60, 12, 15, 28, 12, 10, 18)
_FILLS = {"red": "F4CCCC", "amber": "FCE5CD", "unknown": "E0E0E0", "paused": "D9E2F3"}


def write(caseload: Caseload, path: Path) -> None:
    """Write the workbook. Raises OSError where the file cannot be written."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = f"Caseload {caseload.cohort}"[:31]  # as long as a sheet's name may be
    sheet.append(_HEADS)
    for one in caseload.people:
        sheet.append(_cells(one))
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # text, even where it begins like a formula
        fill = _FILLS.get(one.standing.state)
        if fill:
            cell = sheet.cell(sheet.max_row, 2)
            cell.fill = PatternFill("solid", start_color=fill, end_color=fill)
        sheet.cell(sheet.max_row, 3).alignment = Alignment(wrap_text=True, vertical="top")
    for number, width in enumerate(_WIDTHS, 1):
        sheet.cell(1, number).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    book.save(path)


def _cells(one: CaseloadRow) -> list[object]:
    standing = one.standing
    return [
        one.ref,
        standing.state,
        "\n".join(one.why),
        standing.since,
        standing.as_of,
        one.next_step,
        one.next_on,
        ", ".join(map(str, one.cases)),
        one.owner,
    ]
