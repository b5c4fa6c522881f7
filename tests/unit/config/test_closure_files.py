"""What an organisation changes, and what can be wrong with a closure file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from config.closure_schema import YearRange
from config.closures import load_closures
from config.faults import ProgrammeFault

OURS = """\
nation: wales
bank-holidays: WLS
known-until: 2027-06-30
every-year:
  - {name: Christmas break, kind: away, from: 21 december, to: 4 january}
dated:
  - {name: Half-term, kind: away, from: 2027-02-08, to: 2027-02-12}
organisations:
  Castle College Dyfed:
    - {name: Teaching goes on, kind: open, from: 2027-02-11, to: 2027-02-12}
    - {name: Inset day, kind: closed, from: 2027-02-15, to: 2027-02-15}
    - {name: Reading week, kind: away, from: 2027-02-16, to: 2027-02-17}
"""


def february(folder: Path, organisation: str | None) -> tuple[list[int], list[int]]:
    (folder / "wales.yaml").write_text(OURS)
    closures = load_closures("wales", [2027], folder, organisation=organisation)
    closed, away = (
        sorted(day.day for day in days if day.month == 2)
        for days in (closures.closed, closures.away)
    )
    return closed, away


def test_an_organisation_may_differ_from_its_nation(tmp_path: Path) -> None:
    assert february(tmp_path, "castle college  dyfed") == ([15], [8, 9, 10, 16, 17])


def test_an_organisation_that_is_not_named_has_its_nations_days(tmp_path: Path) -> None:
    assert february(tmp_path, "Riverside College") == february(tmp_path, None)
    assert february(tmp_path, None) == ([], [8, 9, 10, 11, 12])


def test_an_organisation_that_stays_open_still_keeps_bank_holidays(tmp_path: Path) -> None:
    open_in_march = "- {name: Open, kind: open, from: 2027-03-17, to: 2027-03-31}"
    text = OURS.replace("- {name: Inset day", open_in_march + "\n    - {name: Inset day")
    (tmp_path / "wales.yaml").write_text(text)
    closures = load_closures("wales", [2027], tmp_path, organisation="Castle College Dyfed")
    assert closures.closed[dt.date(2027, 3, 26)] == "Good Friday"


def test_an_organisation_may_teach_for_longer_than_its_nation(tmp_path: Path) -> None:
    text = OURS.replace(
        "dated:", "dated:\n  - {name: End, kind: not-teaching, from: 2027-02-08, to: 2027-02-14}"
    )
    (tmp_path / "wales.yaml").write_text(text)

    def days(organisation: str | None) -> list[int]:
        found = load_closures("wales", [2027], tmp_path, organisation=organisation)
        return sorted(day.day for day in found.not_teaching)

    assert days(None) == [8, 9, 10, 11, 12, 13, 14]
    assert days("Castle College Dyfed") == [8, 9, 10, 13, 14]


@pytest.mark.parametrize(
    ("rule", "day"),
    [
        ("21 december", "2027-12-21"),
        ("first monday of september", "2027-09-06"),
        ("fourth sunday of march", "2027-03-28"),
        ("sunday before first monday of september", "2027-09-05"),
        ("monday before first monday of september", "2027-08-30"),
        ("Friday  before 25 December", "2027-12-24"),
        ("saturday before 25 december", "2027-12-18"),  # the 25th is a Saturday itself
    ],
)
def test_a_day_of_every_year_is_found_in_its_year(rule: str, day: str) -> None:
    fields = {"name": "A", "kind": "away", "from": rule, "to": rule}
    assert YearRange.model_validate(fields).from_.of(2027) == dt.date.fromisoformat(day)


def faults_of(text: str, folder: Path) -> list[str]:
    (folder / "wales.yaml").write_text(text)
    with pytest.raises(ProgrammeFault) as fault:
        load_closures("wales", [2027], folder)
    return fault.value.faults


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "from: 21 december",
            "from: 31 june",
            (
                'line 5, every-year[0].from: "31 june" is no day of every year; write one as '
                "21 december, second monday of july, or sunday before first monday of september."
            ),
        ),
        (
            "from: 21 december, ",
            "",
            (
                "line 5, every-year[0].from: this is missing; give a day of every year, such as "
                "21 december."
            ),
        ),
        (
            "to: 2027-02-12}\norg",
            "to: 2026-02-12}\norg",
            "line 7, dated[0]: it ends on 2026-02-12, before it begins on 2027-02-08; swap them.",
        ),
        (
            "to: 2027-02-12}\norg",
            "to: 2028-02-12}\norg",
            "line 7, dated[0]: it lasts longer than 200 days; check the years.",
        ),
        (
            "kind: closed",
            "kind: close",
            (
                'line 11, organisations.Castle College Dyfed[1].kind: "close" is not possible '
                "here; did you mean closed?"
            ),
        ),
        (
            "known-until: 2027-06-30",
            "known-until: next summer",
            'line 3, known-until: "next summer" is no date; write it as 2026-11-01.',
        ),
        (
            "nation: wales",
            "nation: scotland",
            "line 1, nation: the file is named after wales and speaks of scotland; rename one.",
        ),
        (
            "bank-holidays: WLS",
            "bank-holidays: WAL",
            'line 2, bank-holidays: "WAL" is not possible here; there are ENG, WLS, SCT, NIR.',
        ),
    ],
)
def test_a_fault_of_a_closure_file_is_told_with_its_line(
    old: str, new: str, sentence: str, tmp_path: Path
) -> None:
    assert OURS.count(old) == 1
    assert faults_of(OURS.replace(old, new), tmp_path) == [f"wales.yaml, {sentence}"]


def test_all_faults_of_a_closure_file_are_told_at_once(tmp_path: Path) -> None:
    text = OURS.replace("kind: open", "kind: opne").replace("known-until", "known-till")
    assert faults_of(text + "nation: wales\n", tmp_path) == [
        "wales.yaml, line 1, known-until: this is missing; give a date, such as 2026-11-01.",
        "wales.yaml, line 3, known-till: this key means nothing here; did you mean known-until?",
        (
            'wales.yaml, line 10, organisations.Castle College Dyfed[0].kind: "opne" is not '
            "possible here; did you mean open?"
        ),
        "wales.yaml, line 13, nation: the key is given twice, first on line 1; keep one of them.",
    ]


def test_an_unknown_nation_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    (tmp_path / "wales.yaml").write_text(OURS)
    with pytest.raises(ProgrammeFault) as fault:
        load_closures("wale", [2027], tmp_path)
    assert fault.value.faults == [f'{tmp_path}: there is no nation "wale"; did you mean wales?']
