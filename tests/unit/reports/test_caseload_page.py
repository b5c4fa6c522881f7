"""The caseload as the dashboard and the workbook show it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import load_workbook

from ats.cases.caseload import Caseload, CaseloadRow
from ats.cases.workbook import write
from ats.planning.stall import Signal, Standing
from ats.reports.caseload import caseload_headline, caseload_page

NOW = dt.datetime(2027, 2, 3, 9, tzinfo=dt.UTC)
AS_OF = dt.date(2027, 2, 1)
SINCE = dt.date(2026, 12, 4)
STILL = Signal("standing-still", "red", SINCE, workdays=30)
RED = CaseloadRow(
    "P0001",
    Standing("red", (STILL,), SINCE, AS_OF),
    ("no movement since Fri 4 Dec 2026, 30 working days", "overdue: <b>PDP</b> | x"),
    "diary-habit",
    dt.date(2027, 2, 9),
    (3, 7),
    "pxm",
)
GREEN = CaseloadRow("P0002", Standing("green", as_of=AS_OF), (), "", None, (), "")


def made(*people: CaseloadRow, pxm: str | None = "Robin <Vale>") -> Caseload:
    return Caseload("2026-10", NOW, AS_OF, pxm, people)


def test_it_counts_everybody_and_shows_those_to_look_at() -> None:
    page = caseload_page(made(RED, GREEN))

    assert caseload_headline(made(RED, GREEN)) == "Cohort 2026-10, caseload: 1 red, 1 green"
    assert "| 🔴 red | 1 | look at these first |" in page
    assert "| P0001 | 🔴 red | no movement since Fri 4 Dec 2026, 30 working days; overdue: " in page
    assert "| 4 Dec 2026 | diary-habit on 9 Feb 2027 | 3, 7 | pxm |" in page
    assert "P0002" not in page
    assert "1 participant with nothing to look at left out." in page


def test_no_sign_in_it_has_a_meaning() -> None:
    page = caseload_page(made(RED))

    assert "<b>" not in page
    assert "&lt;b&gt;PDP&lt;/b&gt; &#124; x" in page
    assert "PXM: Robin &lt;Vale&gt;." in page


@pytest.mark.parametrize("people", [(), (GREEN,)])
def test_with_nobody_to_look_at_it_is_short(people: tuple[CaseloadRow, ...]) -> None:
    page = caseload_page(made(*people, pxm=None))

    assert "Whom to look at" not in page
    assert ("Nobody is enrolled." in page) == (not people)


def test_the_workbook_says_the_same_and_holds_dates_as_dates(tmp_path: Path) -> None:
    write(made(RED, GREEN), tmp_path / "caseload.xlsx")

    sheet = load_workbook(tmp_path / "caseload.xlsx").active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("Participant", "State", "Why")
    assert rows[1][:2] == ("P0001", "red")
    assert str(rows[1][2]).splitlines() == list(RED.why)
    assert rows[1][3] == dt.datetime(2026, 12, 4)  # noqa: DTZ001 (a workbook's dates have no zone)
    assert rows[1][7:] == ("3, 7", "pxm")
    assert rows[2][0] == "P0002"
    assert sheet.freeze_panes == "A2"


def test_what_begins_like_a_formula_is_text(tmp_path: Path) -> None:
    evil = CaseloadRow("P0003", RED.standing, ("=1+1",), "", None, (), "")

    write(made(evil), tmp_path / "caseload.xlsx")

    sheet = load_workbook(tmp_path / "caseload.xlsx").active
    assert sheet is not None
    assert sheet["C2"].data_type == "s"
