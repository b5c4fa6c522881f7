"""Every command keeps its contract: one document, exit codes, sentences."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import CommandLine
from sqlalchemy import text

from ats.outbox.mailbox import InMemoryMailbox
from ats.records.store import Store

COHORT = ("--cohort", "2026-10")
READING = [
    ("doctor",),
    ("init",),
    ("programme", "check", "ats"),
    ("cohort", "show", "2026-10"),
    ("cohort", "check", "2026-10"),
    ("webinar", "list"),
    ("webinar", "list", *COHORT),
    ("person", "find", "lovelace"),
    ("person", "show", "P0001"),
    ("ledger",),
    ("ledger", *COHORT, "--person", "P0001", "--step", "pdp-tip"),
    ("why", "P0001"),
    ("why", "M0001", "mentor-request"),
    ("forecast", "--weeks", "8"),
    ("case", "list"),
    ("contact", "list"),
    ("message", "list"),
    ("message", "list", *COHORT, "--person", "M0001", "--limit", "5"),
    ("reconcile", "--now", "2026-09-02T12:00"),
]
WRITING = [
    ("cohort", "pause", "2026-10"),
    ("webinar", "set", "webinar-1", "--join-url", "https://webinar.example/1"),
    ("mentor", "accept", "P0001"),
    ("mentor", "decline", "P0001"),
    ("roster", "import", "roster.csv", *COHORT),
    ("tick",),
]


@pytest.mark.parametrize("command", [*READING, *WRITING], ids=" ".join)
def test_with_json_there_is_one_document_on_standard_output_and_nothing_else(
    live: CommandLine, command: tuple[str, ...]
) -> None:
    ran = live(*command, "--json")

    assert (ran.code, ran.err) == (0, "")
    assert isinstance(json.loads(ran.out), list | dict)


@pytest.mark.parametrize("command", [*READING, *WRITING], ids=" ".join)
def test_without_json_people_are_told_something_without_codes_of_a_terminal(
    live: CommandLine, command: tuple[str, ...]
) -> None:
    ran = live(*command)

    assert ran.code == 0
    assert ran.out.strip()
    assert "\x1b" not in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("tick", "--now", "yesterday"), '--now: "yesterday" is no moment; write one as'),
        (("tick", "--now", "2026-02-30"), '"2026-02-30" is no moment'),
        (("tick", "--now", "0001-01-01T00:00"), "is no moment"),
        (("cohort", "pause", "2026-10", "--now", ""), "is no moment"),
        (("cohort", "launch", "x", "--starts", "05/10/2026"), '--starts: "05/10/2026" is no date'),
        (("progress", "import", "p.csv", *COHORT, "--as-of", "soon"), '--as-of: "soon" is no date'),
        (("mentor", "accept", "P0001", "--by", " "), "--by: give the name of a person"),
        (("forecast", "--weeks", "0"), "--weeks"),
        (("import", "undo", "one"), "ID"),
        (("roster", "import", "r.csv", *COHORT, "--map", "Forename"), 'write "Header=column"'),
        (("tick", "--nix"), "No such option: --nix"),
        (("webinar", "set", "webinar-1"), "--join-url"),
        (("dance",), "No such command 'dance'"),
    ],
)
def test_a_fault_of_the_command_line_is_exit_2_with_a_sentence_and_no_document(
    live: CommandLine, arguments: tuple[str, ...], said: str
) -> None:
    ran = live(*arguments)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_moment_without_an_offset_is_local_and_one_with_an_offset_is_what_it_says(
    live: CommandLine,
) -> None:
    def now(text: str) -> str:
        return str(live.done("tick", "--now", text)["now"])

    assert now("2026-09-02T12:00") == "2026-09-02T12:00:00+01:00"
    assert now("2026-11-23T09:00") == "2026-11-23T09:00:00+00:00"
    assert now("2026-11-23") == "2026-11-23T00:00:00+00:00"
    assert now("2026-11-23T09:00+02:00") == "2026-11-23T09:00:00+02:00"
    assert now("2026-11-23T09:00Z") == "2026-11-23T09:00:00+00:00"


@pytest.mark.parametrize(
    "command",
    [
        ("cohort", "show", "1999-01"),
        ("cohort", "check", "1999-01"),
        ("cohort", "go-live", "1999-01"),
        ("cohort", "pause", "1999-01"),
        ("webinar", "list", "--cohort", "1999-01"),
        ("ledger", "--cohort", "1999-01"),
        ("forecast", "--cohort", "1999-01"),
        ("case", "list", "--cohort", "1999-01"),
        ("contact", "list", "--cohort", "1999-01"),
        ("message", "list", "--cohort", "1999-01"),
        ("tick", "--cohort", "1999-01"),
        ("reconcile", "--cohort", "1999-01"),
        ("calendars", "publish", "--cohort", "1999-01"),
        ("roster", "import", "roster.csv", "--cohort", "1999-01"),
    ],
    ids=" ".join,
)
def test_an_unknown_cohort_is_refused_with_the_names_of_those_there_are(
    live: CommandLine, command: tuple[str, ...]
) -> None:
    assert live.refused(*command) == "There is no cohort 1999-01; the records hold: 2026-10."
    without = ["" if word == "1999-01" else word for word in command]
    assert live.refused(*without) == "The cohort's code is missing; the records hold: 2026-10."


@pytest.mark.parametrize(
    "command",
    [
        ("person", "show", "P0999"),
        ("why", "P0999"),
        ("ledger", "--person", "P0999"),
        ("message", "list", "--person", "P0999"),
        ("contact", "lift", "P0999"),
        ("mentor", "accept", "P0999"),
        ("mentor", "decline", "P0999"),
        ("mentor", "sign-off", "P0999"),
    ],
    ids=" ".join,
)
def test_an_unknown_ref_is_refused_with_the_way_to_find_people(
    live: CommandLine, command: tuple[str, ...]
) -> None:
    assert live.refused(*command) == (
        'There is nobody with the ref "P0999" in the records; '
        "look for people with `ats person find`."
    )


def test_who_decided_stands_in_the_audit_trail(live: CommandLine) -> None:
    live.done("mentor", "accept", "P0001", "--by", "Sam", "--now", "2026-09-03T10:00")

    store = Store(f"sqlite:///{live.database}")
    with store.read() as session:
        trail = session.execute(text("SELECT action, by, subject FROM audit ORDER BY id")).all()
    store.close()
    assert trail[-1] == ("mentor-accepted", "Sam", "P0001")
    assert [row[0] for row in trail] == [
        "cohort-launch",
        "roster import",
        "cohort-go-live",
        "mentor-accepted",
    ]


def test_an_unexpected_fault_is_one_sentence_and_its_places_are_in_the_error_log(
    live: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("ada@harbour.example")

    monkeypatch.setattr("ats.engine.ticks", broken)

    log = live.folder / "var" / "error.log"
    assert live.refused("tick") == (
        f"Something unexpected happened (RuntimeError); details are in {log}."
    )
    assert "RuntimeError" in log.read_text()
    assert "in broken" in log.read_text()
    assert "ada@harbour.example" not in log.read_text().replace(
        'raise RuntimeError("ada@harbour.example")', ""
    )


def test_ctrl_c_ends_a_command_quietly_with_130(
    live: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ats.engine.ticks", interrupted)

    ran = live("tick")
    assert (ran.code, ran.out, ran.err) == (130, "", "")


# -- as a process -------------------------------------------------------------------------------


def test_help_starts_fast_and_loads_neither_prefect_nor_the_database() -> None:
    code = (
        "import sys, contextlib\n"
        "from ats.cli import main\n"
        "main(['--help'])\n"
        "heavy = {'prefect', 'sqlalchemy', 'jinja2', 'pydantic', 'rich'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    begun = time.monotonic()
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "webinar" in ran.stdout
    assert time.monotonic() - begun < 3  # about 0.15 s when nothing else runs


def test_the_version_is_told(bare: CommandLine) -> None:
    ran = bare("--version")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("ats 0.")


def test_a_tick_never_loads_prefect(live: CommandLine, mailbox: InMemoryMailbox) -> None:
    code = (
        "import sys\n"
        "from ats.cli import main\n"
        "done = main(['tick', '--now', '2026-09-03T09:00', '--json'])\n"
        "sys.exit(done or 'prefect' in sys.modules)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=live.folder,
        env=_environment(),
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["sent"] == len(mailbox.received) > 0


def test_a_reader_that_has_seen_enough_leaves_no_traceback(live: CommandLine) -> None:
    live.done("tick", "--now", "2026-10-05T12:00")
    command = f"'{sys.executable}' -c 'from ats.cli import main; import sys; sys.exit(main())'"
    ran = subprocess.run(
        ["bash", "-c", f"{command} ledger --json | head -c 10"],
        capture_output=True,
        text=True,
        check=False,
        cwd=live.folder,
        env=_environment(),
    )

    assert ran.stdout.startswith("[")
    assert ran.stderr == ""


@pytest.mark.parametrize(
    "command", [("message", "show", "1"), ("message", "show", "1", "--json"), ("--help",)]
)
def test_a_reader_that_has_seen_enough_is_no_failure(
    live: CommandLine, command: tuple[str, ...]
) -> None:
    live.done("tick", "--now", "2026-09-03T09:00")
    reading, writing = os.pipe()
    os.close(reading)  # as `head` has, once it has its lines
    try:
        ran = subprocess.run(
            [sys.executable, "-c", "from ats.cli import main; raise SystemExit(main())", *command],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=live.folder,
            env=_environment(),
        )
    finally:
        os.close(writing)

    assert (ran.returncode, ran.stderr) == (0, "")


def _environment() -> dict[str, str]:
    root = str(Path(__file__).parents[3])
    return {**os.environ, "PYTHONPATH": root}
