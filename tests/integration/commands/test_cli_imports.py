"""Rosters and exports are looked at, applied and taken back."""

from __future__ import annotations

import pytest
from command_line import PROGRESS, ROSTER, CommandLine

COHORT = ("--cohort", "2026-10")
NOW = ("--now", "2026-10-12T10:00")
LAUNCH = ("cohort", "launch", "2026-10", "--starts", "2026-10-05", "--now", "2026-09-01")


def test_without_apply_a_file_is_only_looked_at(ats: CommandLine) -> None:
    ats.done(*LAUNCH)
    ats.write("roster.csv", ROSTER)

    told = ats.done("roster", "import", "roster.csv", *COHORT, *NOW)

    assert (told["import_id"], told["applied"]) == (None, False)
    assert [told[n] for n in ("new", "changed", "unchanged", "missing", "refused")] == [
        3,
        0,
        0,
        0,
        0,
    ]
    assert told["problems"] == []
    assert ats.done("person", "find", "ada") == []


def test_the_same_file_twice_changes_nothing(trial: CommandLine) -> None:
    told = trial.done("roster", "import", "roster.csv", *COHORT, *NOW, "--apply")

    assert (told["import_id"], told["applied"], told["unchanged"]) == (1, True, 3)


def test_a_row_with_a_problem_is_told_and_stops_the_apply(ats: CommandLine) -> None:
    ats.done(*LAUNCH)
    ats.write("roster.csv", ROSTER.replace("zoe@valley.example", "zoe at valley"))
    command = ("roster", "import", "roster.csv", *COHORT, *NOW)

    looked = ats.done(*command)
    refused = ats(*command, "--apply", "--json")

    (problem,) = looked["problems"]
    assert (looked["new"], looked["refused"]) == (2, 1)
    assert (problem["row"], problem["column"]) == (3, "email")
    assert (refused.code, refused.document) == (1, looked)
    assert refused.err.startswith("roster.csv was not applied: 1 row has problems")
    assert ats.done("person", "find", "ada") == []


def test_rows_with_problems_can_be_left_out(ats: CommandLine) -> None:
    ats.done(*LAUNCH)
    ats.write("roster.csv", ROSTER.replace("zoe@valley.example", "zoe at valley"))

    told = ats.done(
        "roster", "import", "roster.csv", *COHORT, *NOW, "--apply", "--skip-problem-rows"
    )

    assert (told["applied"], told["new"], told["refused"]) == (True, 2, 1)


def test_a_large_change_has_to_be_allowed(trial: CommandLine) -> None:
    ben = "2026-10,P00{0},Ben,Shah,ben{0}@valley.example,,wales,2026-10-05,,,,,\n"
    more = ROSTER + "".join(ben.format(number) for number in range(10, 20))
    trial.write("more.csv", more)
    trial.done("roster", "import", "more.csv", *COHORT, *NOW, "--apply")
    trial.write("other.csv", more.replace("Shah", "King"))
    command = ("roster", "import", "other.csv", *COHORT, *NOW, "--apply")

    assert "repeat with --allow-large-change" in trial.refused(*command)
    assert trial.done(*command, "--allow-large-change")["changed"] == 10


def test_who_is_left_behind_by_an_undone_roster_waits_and_everything_says_why(
    live: CommandLine,
) -> None:
    live.done("tick", "--now", "2026-10-07T09:00")

    undone = live.done("import", "undo", "1", "--now", "2026-10-08T09:00")
    assert undone["parked"] == ["P0001", "P0002"]
    live.done("tick", "--now", "2026-10-20T09:00")

    because, until = "the import that named them was undone", "a roster names them again"
    waits = f"until {until}, because {because}."
    (enrolment,) = live.done("person", "show", "P0002", "--now", "2026-10-20T10:00")["enrolments"]
    since = "2026-10-08T09:00:00+01:00"
    assert enrolment["parked"] == {"since": since, "because": because, "until": until}
    shown = live("person", "show", "P0002", "--now", "2026-10-20T10:00").out
    assert f"Everything waits {waits}" in shown.splitlines()
    told = [one["text"] for one in live.done("why", "P0002", "--now", "2026-10-20T10:00")["story"]]
    assert (
        "Thu 8 October 2026, 09:00: e-mails to and about Zoë Ó Briain wait from here on "
        f"{waits}" in told
    )
    assert all("will be sent" not in text for text in told)
    held = [row for row in live.done("ledger", "--person", "P0002") if row["outcome"] == "held"]
    assert {row["reason"] for row in held} == {"parked"}
    assert any(text.endswith(f"was due, and waits {waits}") for text in told)


def test_another_header_is_told_once_and_remembered(ats: CommandLine) -> None:
    ats.done(*LAUNCH)
    ats.write("roster.csv", ROSTER.replace(",email,", ",Anschrift,", 1))
    command = ("roster", "import", "roster.csv", *COHORT, *NOW)

    assert "--map" in ats.refused(*command)
    assert ats.done(*command, "--map", "Anschrift=email", "--apply")["new"] == 3
    assert ats.done(*command)["unchanged"] == 3


def test_progress_is_applied_as_of_its_day(trial: CommandLine) -> None:
    trial.write("progress.csv", PROGRESS)
    command = ("progress", "import", "progress.csv", *COHORT, "--as-of", "2026-10-12", *NOW)

    assert trial.done(*command)["new"] == 2
    assert trial.done(*command, "--apply")["applied"] is True
    (enrolment,) = trial.done("person", "show", "P0001")["enrolments"]
    assert enrolment["as_of"] == "2026-10-12"


def test_progress_of_a_day_to_come_and_older_than_what_is_known_are_refused(
    trial: CommandLine,
) -> None:
    trial.write("progress.csv", PROGRESS)
    trial.write("older.csv", PROGRESS.replace("2026-10-11", "2026-10-09"))
    command = ("progress", "import", *COHORT, *NOW, "--apply")

    assert "is yet to come" in trial.refused(*command, "progress.csv", "--as-of", "2026-10-13")
    trial.done(*command, "progress.csv", "--as-of", "2026-10-12")
    assert "import a newer export" in trial.refused(*command, "older.csv", "--as-of", "2026-10-11")


def test_an_undone_import_leaves_no_trace_but_the_trail(trial: CommandLine) -> None:
    told = trial.done("import", "undo", "1", *NOW)

    assert (told["import_id"], told["kept"], told["parked"]) == (1, [], [])
    assert trial.done("person", "find", "ada") == []
    assert "1" in trial.refused("import", "undo", "1")


def test_an_unknown_import_is_refused(trial: CommandLine) -> None:
    assert trial.refused("import", "undo", "77").startswith("There is no import 77;")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "does not exist"),
        (b"", "r.csv "),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "is a picture"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (bytes(range(256)), "r.csv "),
        (b"PK\x03\x04 cut off", "r.csv "),
        (b"one,two\n1,2\n", "r.csv "),
        (ROSTER.replace("2026-10,P", "2025-10,P").encode(), "names the cohort '2025-10'"),
    ],
)
def test_a_file_that_is_no_roster_of_the_cohort_is_one_sentence(
    ats: CommandLine, content: bytes | None, said: str
) -> None:
    ats.done(*LAUNCH)
    if content is not None:
        (ats.folder / "r.csv").write_bytes(content)

    sentence = ats.refused("roster", "import", "r.csv", *COHORT, *NOW, "--apply")

    assert said in sentence
    assert ats.done("person", "find", "ada") == []


def test_people_are_told_problems_in_a_table_and_what_to_do_next(ats: CommandLine) -> None:
    ats.done(*LAUNCH)
    ats.write("roster.csv", ROSTER.replace("2026-10-26", "2026-02-30"))

    ran = ats("roster", "import", "roster.csv", *COHORT, *NOW)

    assert ran.code == 0
    assert ran.out.splitlines()[0] == (
        "roster.csv, not applied: 2 new, 0 changed, 0 unchanged, 0 missing, 1 refused."
    )
    assert "row  column     problem" in ran.out
    assert ran.out.splitlines()[-1] == "Nothing was changed; repeat with --apply to do it."
