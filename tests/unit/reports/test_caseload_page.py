"""The caseload as the dashboard and the workbook show it."""

from __future__ import annotations

import datetime as dt

import pytest

from ats.cases.caseload import Caseload, CaseloadRow
from ats.planning.stall import Signal, Standing
from ats.records.exports import Export
from ats.reports.caseload import caseload_headline, caseload_page

NOW = dt.datetime(2027, 2, 3, 9, tzinfo=dt.UTC)
AS_OF = dt.date(2027, 2, 1)
EXPORT = Export(12, AS_OF, NOW, "9f86d081884c7d65")
SINCE = dt.date(2026, 12, 4)
STILL = Signal("standing-still", "red", SINCE, workdays=30)
RED = CaseloadRow(
    "P0001",
    Standing("red", (STILL,), SINCE, AS_OF),
    ("no movement since Fri 4 Dec 2026, 30 working days", "overdue: <b>PDP</b> | x"),
    "diary-habit",
    dt.date(2027, 2, 9),
    (3, 7),
    ("pxm",),
)
GREEN = CaseloadRow("P0002", Standing("green", as_of=AS_OF), (), "", None, (), ())


def made(
    *people: CaseloadRow, pxm: str | None = "Robin <Vale>", export: Export | None = EXPORT
) -> Caseload:
    return Caseload("2026-10", NOW, export, pxm, people)


def test_it_counts_everybody_and_shows_those_to_look_at() -> None:
    page = caseload_page(made(RED, GREEN))

    assert caseload_headline(made(RED, GREEN)) == "Cohort 2026-10, caseload: 1 red, 1 green"
    assert "| red | 1 | look at these first |" in page
    assert "| P0001 | red | 4 Dec 2026 | 3, 7 | PXM | no movement since Fri 4 Dec 2026, 30 " in page
    assert " x | diary-habit on 9 Feb 2027 |" in page
    assert "P0002" not in page
    assert "1 participant with nothing to look at left out." in page


def test_it_names_the_export_by_which_portfolios_are_known() -> None:
    known = "Portfolios as they stood on Mon 1 Feb 2027 (import 12, 9f86d081)."
    unknown = "No export of portfolios has been imported yet."

    pages = caseload_page(made(RED)), caseload_page(made(RED, export=None))

    assert [(known in page, unknown in page) for page in pages] == [(True, False), (False, True)]


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
