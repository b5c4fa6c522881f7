"""The year's messages, on terminals of every width."""

from __future__ import annotations

from ats.commands.layout import table_lines
from ats.commands.year_table import year_table

MONTHS = [f"2026-{month:02}" for month in range(9, 13)]
MONTHS += [f"2027-{month:02}" for month in range(1, 11)]
YEAR = {
    "golden-thread-and-observation": {"2027-03": 125},
    "webinar-tomorrow": dict.fromkeys(MONTHS, 80),
}


def shown(width: int) -> list[str]:
    columns, rows = year_table(YEAR, width=width)
    return table_lines(columns, [[str(cell) for cell in row] for row in rows], width=width)


def test_a_wide_terminal_shows_every_month() -> None:
    lines = shown(120)
    names = "Sep  Oct  Nov  Dec  Jan  Feb  Mar  Apr  May  Jun  Jul  Aug  Sep  Oct"
    assert lines[0] == f"messages                       {names}  total"
    assert len(lines) == 2 + 3


def test_a_terminal_of_80_shows_terms_and_a_row_stays_one_line() -> None:
    assert shown(80) == [
        "messages                       Sep–Dec  Jan–Apr  May–Aug  Sep–Oct  total",
        "────────────────────────────────────────────────────────────────────────",
        "golden-thread-and-observation               125                      125",
        "webinar-tomorrow                   320      320      320      160   1120",
        "all                                320      445      320      160   1245",
    ]


def test_a_very_narrow_one_shows_totals() -> None:
    assert shown(60)[2:] == [
        "golden-thread-and-observation    125",
        "webinar-tomorrow                1120",
        "all                             1245",
    ]


def test_a_pipe_gets_every_month() -> None:
    assert len(year_table(YEAR, width=None)[0]) == 1 + 14 + 1
