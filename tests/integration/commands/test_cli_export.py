"""The tables of a cohort, on the terminal, as JSON and as a workbook."""

from __future__ import annotations

import pytest
from command_line import PROGRESS, CommandLine
from openpyxl import load_workbook

AT = ("--now", "2026-10-13T12:00")
CASELOAD = ("export", "caseload", "--cohort", "2026-10", *AT)


@pytest.fixture
def exported(live: CommandLine) -> CommandLine:
    """With an export of 12 October."""
    file = live.write("progress.csv", PROGRESS)
    day = ("--cohort", "2026-10", "--as-of", "2026-10-12", "--now", "2026-10-12T08:00")
    live.done("progress", "import", file, *day, "--apply")
    return live


def test_it_tells_of_everybody_their_mentor_and_cases_and_by_which_import(
    exported: CommandLine,
) -> None:
    told = exported.done(*CASELOAD)

    assert (told["as_of"], told["import"]["id"], told["file"]) == ("2026-10-12", 2, None)
    assert told["import"]["applied_at"] == "2026-10-12T08:00:00+01:00"
    assert {one["person"]: one["state"] for one in told["people"]} == {
        "P0001": "green",
        "P0002": "green",
        "P0003": "green",
    }
    assert {one["person"]: one["mentor"] for one in told["mentors"]} == {
        "P0001": "M0001",
        "P0002": None,
        "P0003": "M0001",
    }
    assert told["cases"] == []


def test_on_the_terminal_it_says_which_export_it_rests_on(exported: CommandLine) -> None:
    assert exported(*CASELOAD).out.splitlines() == [
        "3 of 3 need nothing.",
        "Portfolios as of 2026-10-12: import 2.",
    ]


def test_the_workbook_is_written_where_asked(exported: CommandLine) -> None:
    told = exported.done(*CASELOAD, "--out", "tables.xlsx")

    book = load_workbook(exported.folder / told["file"])
    rows = {sheet.title: sheet.max_row - 1 for sheet in book.worksheets}
    assert rows == {"Caseload": 3, "Mentors": 3, "Cases": 0}


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("tables.csv", "tables.csv is no name of a workbook; let it end in .xlsx."),
        (
            "nowhere/tables.xlsx",
            "nowhere/tables.xlsx cannot be written (No such file or directory); name another file.",
        ),
    ],
)
def test_a_file_that_cannot_be_is_refused(exported: CommandLine, file: str, said: str) -> None:
    assert exported.refused(*CASELOAD, "--out", file) == said


def test_why_ends_with_how_somebody_stands_today_and_by_which_import(
    exported: CommandLine,
) -> None:
    told = exported.done("why", "P0002", *AT)["standing"]
    digest = told["import"]["digest"]

    assert (told["state"], told["as_of"], told["import"]["id"]) == ("green", "2026-10-12", 2)
    assert exported("why", "P0002", *AT).out.splitlines()[-3:] == [
        "",
        "Today: green.",
        f"Portfolio as of Mon 12 Oct 2026: import 2 ({digest[:8]}), applied 2026-10-12 08:00.",
    ]


def test_why_names_every_signal_and_since_when(exported: CommandLine) -> None:
    day = ("--cohort", "2026-10", "--as-of", "2027-01-18", "--now", "2027-01-18T08:00")
    exported.done("progress", "import", "progress.csv", *day, "--apply")

    lines = exported("why", "P0002", "--now", "2027-01-18T12:00").out.splitlines()

    today = lines.index("Today: red since Sun 11 Oct 2026.")
    overdue = "First observation (Fri 20 Nov 2026), Personal Development Plan (Fri 15 Jan 2027)"
    assert lines[today + 1 : today + 3] == [
        "- no movement since Sun 11 Oct 2026, 54 working days",
        f"- overdue: {overdue}",
    ]


def test_of_one_step_nothing_is_said_about_today(exported: CommandLine) -> None:
    assert "Today:" not in exported("why", "P0002", "pdp-tip", *AT).out
