"""What people see on a terminal of 80 columns: nothing is wider, and no word is broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import CommandLine
from step import step
from terminal import on_terminal

from ats.commands.demo import _tell
from ats.demo.report import YearReport


@step
def told(live: CommandLine) -> None:
    """The cohort in December, with much sent and two join addresses."""
    for key in ("webinar-1", "mentor-webinar-1"):
        url = f"https://meet.example/2026-10/{key}"
        live.done("webinar", "set", key, "--join-url", url, "--now", "2026-09-03")
    for now in ("2026-10-07T09:00", "2026-11-12T09:00", "2026-12-08T09:00"):
        live.done("tick", "--now", now)


@pytest.mark.parametrize(
    "command",
    [
        ("cohort", "show", "2026-10"),
        ("webinar", "list"),
        ("ledger",),
        ("why", "P0001"),
        ("person", "show", "P0001"),
        ("person", "find", "a"),
        ("case", "list"),
        ("message", "list"),
        ("forecast", "--now", "2026-12-08T09:00"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_nothing_is_wider_than_the_terminal_and_no_word_is_broken(
    told: CommandLine, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    in_pipe = told(*command)
    code, lines = on_terminal(monkeypatch, 80, command)
    # The path of a test's folder may be wider than any terminal.
    assert [line for line in lines if len(line) > 80 and str(told.folder) not in line] == []
    words = [word for word in "\n".join(lines).split() if "─" not in word]
    assert (code, sorted(words)) == (in_pipe.code, sorted(in_pipe.out.split()))


def test_a_row_too_wide_goes_on_below(told: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    _, lines = on_terminal(monkeypatch, 80, ("cohort", "show", "2026-10"))
    at = lines.index("2026-10-08 16:30  webinar-1         participants  confirmed")
    assert lines[at + 1] == "    https://meet.example/2026-10/webinar-1"
    assert lines[at + 2].startswith("2026-11-12 16:30  mentor-webinar-1  mentors")


def test_the_story_goes_on_indented(told: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    _, lines = on_terminal(monkeypatch, 80, ("why", "P0001", "agenda-published"))
    assert lines == [
        "Wed 7 October 2026, 09:00: “Your ATS year: all the dates, and one link for your",
        "    calendar” was sent; it had been due on Thu 3 September 2026, 09:00.",
    ]


def test_every_column_of_the_doctor_has_a_heading(
    ats: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, lines = on_terminal(monkeypatch, 80, ("doctor",))
    heading = " ".join(lines[: [line[:1] for line in lines].index("─")])
    assert heading.split() == ["status", "what", "how", "it", "is"]


A_SCENARIO = {
    "scenario": "silence",
    "at": "2027-04-26T09:30:00+01:00",
    "person": "P0074",
    "text": "nothing goes to or about them, and nobody is told",
}


@pytest.mark.parametrize(("columns", "headings"), [(80, 4 + 2), (200, 14 + 2)])
def test_the_demos_year_fits_the_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, columns: int, headings: int
) -> None:
    months = [f"{2026 + n // 12}-{n % 12 + 1:02}" for n in range(8, 22)]
    steps = {"golden-thread-and-observation": dict.fromkeys(months, 125)}
    report = YearReport(4905, {}, steps, {"sent": 4905}, 9, {"stalled-portfolio": 9}, tmp_path,
                        4905, 60.0, 804, [], [], [A_SCENARIO])  # fmt: skip
    monkeypatch.setattr("ats.cli.app", lambda *_, **__: _tell(report, tmp_path))
    _, lines = on_terminal(monkeypatch, columns, ("demo",))
    assert len(lines[0].split()) == headings
    assert lines[2].split()[0] == "golden-thread-and-observation"
    assert lines[2].split()[-1] == "1750"
