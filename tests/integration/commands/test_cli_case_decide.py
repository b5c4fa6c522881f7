"""Decisions about cases from the command line, which are the same as those from the form."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine
from sqlalchemy import MetaData, create_engine
from step import step

from ats.commands.entry import open_office
from ats.reports.cases import run_decision
from ats.reports.people import Form
from config.settings import load_settings

NOW = "2026-12-02T11:00"
AT = dt.datetime(2026, 12, 2, 11, tzinfo=dt.UTC)
BY = ("--by", "Pat", "--now", NOW)
EMPTY = {"milestone": "", "to": None, "into": "", "mentor_stays": False}


@step
def stuck(live: CommandLine) -> None:
    """Ada's portfolio has stood still since October."""
    rows = "2026-10,P0001,about-you,in-progress,2026-10-06\n"
    live.write("p.csv", f"cohort,participant_ref,section,status,updated_on\n{rows}")
    for day in ("2026-11-16", "2026-11-30"):
        export = ("progress", "import", "p.csv", "--cohort", "2026-10", "--as-of", day, "--apply")
        live.done(*export, "--now", f"{day}T07:30", "--allow-large-change")
        live.done("tick", "--now", f"{day}T09:00")
    live.done("tick", "--now", "2026-12-02T09:00")


def number(line: CommandLine, kind: str = "stalled-portfolio") -> str:
    found = [one for one in line.done("case", "list", "--state", "open") if one["kind"] == kind]
    return str(next(one["id"] for one in found if one["person"] == "P0001"))


def records(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, whatever the program thinks of them."""
    engine = create_engine(f"sqlite:///{database}")
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        found = {
            name: sorted(map(tuple, connection.execute(table.select())), key=repr)
            for name, table in tables.tables.items()
        }
    engine.dispose()
    return found


DECISIONS = [
    (
        ("extend", "--milestone", "first-observation", "--to", "2027-01-15"),
        {"kind": "extend", "milestone": "first-observation", "to": dt.date(2027, 1, 15)},
        "",
    ),
    (("continue",), {"kind": "continue"}, ""),
    (("withdraw",), {"kind": "withdraw"}, "Alex"),
    (("defer",), {"kind": "defer"}, "Alex"),
    (
        ("defer", "--into", "2027-10"),
        {"kind": "defer", "into": "2027-10"},
        "Alex",
    ),
]


@pytest.mark.parametrize(
    ("arguments", "what", "approver"), DECISIONS, ids=[" ".join(one[0]) for one in DECISIONS]
)
def test_the_form_and_the_command_leave_identical_records(
    stuck: CommandLine, arguments: tuple[str, ...], what: dict[str, Any], approver: str
) -> None:
    launch = ("2027-10", "--starts", "2027-10-04", "--now", "2026-12-01T10:00")
    stuck.done("cohort", "launch", *launch)
    database, case = stuck.database, number(stuck)
    before = Path(shutil.copy(database, stuck.folder / "before.db"))

    approved = ("--approved-by", approver) if approver else ()
    told = stuck.done("case", "decide", case, *arguments, *approved, "--reason", "workload", *BY)
    by_command = records(database)
    shutil.copy(before, database)
    office = open_office(load_settings())
    form = Form("Pat", "workload", True, approver)
    ran = run_decision(office, int(case), form, EMPTY | what, now=AT)
    office.store.close()

    assert by_command == records(database)
    assert by_command != records(before)
    assert (told["decision"], told["applied"], ran["applied"]) == (arguments[0], True, True)


def test_people_read_what_it_means_before_they_decide(stuck: CommandLine) -> None:
    case = number(stuck)
    shown = stuck("case", "show", case).out
    assert f"ats case decide {case} extend|defer|withdraw|continue" in shown

    looked = stuck("case", "decide", case, "extend", "--to", "2027-01-15", *BY, "--preview")
    assert looked.code == 0
    assert "P0001, cohort 2026-10: nothing changed yet." in looked.out
    assert number(stuck) == case

    done = stuck("case", "decide", case, "extend", "--to", "2027-01-15", *BY)
    assert (done.code, f"Closed with it: case {case}" in done.out) == (0, True)
    assert "extend by Pat" in stuck("case", "show", case).out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("extend",), "More time needs the new day: add --to DATE."),
        (("withdraw",), "A withdrawal needs the name of whoever approves it: add --approved-by."),
        (("continue", "--to", "2027-01-15"), "A milestone and a day belong to extend"),
        (("release",), "No e-mail about P0001 waits for a release"),
        (("continue", "--reason", "bored"), 'There is no reason "bored"'),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(
    stuck: CommandLine, arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in stuck.refused("case", "decide", number(stuck), *arguments, *BY)


def test_another_word_is_a_usage_error(stuck: CommandLine) -> None:
    assert stuck("case", "decide", "1", "expel", *BY).code == 2
    assert stuck("case", "decide", "1", "defer", "--mentor-stays", *BY).code == 2
