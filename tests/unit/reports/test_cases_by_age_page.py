"""The cases of a cohort as the dashboard shows them."""

from __future__ import annotations

import datetime as dt

import pytest

from ats.cases.by_age import CasesByAge, ClosedCase, WaitingCase
from ats.cases.owners import Owner
from ats.reports.cases_by_age import cases_headline, cases_page

NOW = dt.datetime(2027, 2, 12, 9, tzinfo=dt.UTC)
OPENED = dt.date(2027, 2, 1)
DUE = dt.date(2027, 2, 8)
FEBRUARY_15 = dt.date(2027, 2, 15)
ROBIN = Owner("Robin <Vale>", "robin@provider.example", OPENED)
SAM = Owner("Sam Field", "sam@provider.example", OPENED, until_on=FEBRUARY_15)

OVERDUE = WaitingCase(3, "P0001", "No | mentor", "pxm", OPENED, 9, DUE, None, True)
RESTING = WaitingCase(4, "P0002", "Call", "operations", OPENED, 9, DUE, FEBRUARY_15, True)
OPEN = WaitingCase(5, "P0003", "Call", "operations", DUE, 4, FEBRUARY_15, None, False)
CLOSED = ClosedCase(1, "P0004", "Call", DUE, "the portfolio had moved", "", "")
DECIDED = ClosedCase(2, "P0005", "Call", DUE, "extended to *Y*", "extend", "R<V>")


def made(
    *waiting: WaitingCase, closed: tuple[ClosedCase, ...] = (), pxm: Owner | None = ROBIN
) -> CasesByAge:
    return CasesByAge("2026-10", NOW, pxm, waiting, closed)


def rows(page: str, *columns: int) -> list[list[str]]:
    """Return these cells of the lines of tables that are about somebody."""
    lines = [line.split("|") for line in page.splitlines() if "| P0" in line]
    return [[line[column].strip() for column in columns] for line in lines]


def test_it_shows_age_due_day_and_state_of_each_in_the_order_given() -> None:
    page = cases_page(made(OVERDUE, RESTING, OPEN))

    assert rows(page, 1, 2, 7, 3) == [
        ["3", "P0001", "No &#124; mentor", "PXM"],
        ["4", "P0002", "Call", "operations"],
        ["5", "P0003", "Call", "operations"],
    ]
    assert rows(page, 8, 4, 5, 6) == [
        ["Mon 1 Feb 2027", "9", "Mon 8 Feb 2027", "past due"],
        ["Mon 1 Feb 2027", "9", "Mon 8 Feb 2027", "rests until Mon 15 Feb 2027"],
        ["Mon 8 Feb 2027", "4", "Mon 15 Feb 2027", "open"],
    ]
    assert (
        cases_headline(made(OVERDUE, RESTING, OPEN))
        == "Cohort 2026-10, cases: 1 past due, 1 open, 1 at rest"
    )


def test_it_shows_why_a_case_closed_and_who_decided_it() -> None:
    page = cases_page(made(closed=(CLOSED, DECIDED)))

    assert rows(page, 1, 2, 3, 6, 4) == [
        ["1", "P0004", "Mon 8 Feb 2027", "the portfolio had moved", ""],
        ["2", "P0005", "Mon 8 Feb 2027", "extended to &#42;Y&#42;", "extend, by R&lt;V&gt;"],
    ]


@pytest.mark.parametrize(
    ("pxm", "line"),
    [
        (ROBIN, "PXM: Robin &lt;Vale&gt;."),
        (SAM, "PXM: Sam Field, who covers until Sun 14 Feb 2027."),
        (None, "PXM: the one of the settings."),
    ],
)
def test_it_names_who_answers_for_the_pxms_cases(pxm: Owner | None, line: str) -> None:
    assert f"As of Fri 12 Feb 2027, 09:00. {line}" in cases_page(made(OPEN, pxm=pxm)).splitlines()


def test_without_cases_there_is_nothing() -> None:
    assert cases_headline(made()) == "Cohort 2026-10, cases: there is nothing"
    assert cases_page(made(pxm=None)) == (
        "# Cases 2026-10\n\nAs of Fri 12 Feb 2027, 09:00. PXM: the one of the settings.\n\n"
        "There is nothing: no case is open, and none rests.\n\n"
        "## Closed lately\n\nThere is nothing from the last 5 working days.\n"
    )
