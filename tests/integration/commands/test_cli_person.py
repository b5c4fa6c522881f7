"""People are found by whatever a caller says, and shown whole."""

from __future__ import annotations

import pytest
from command_line import PROGRESS, CommandLine

from ats.commands.answer import plain


@pytest.mark.parametrize(
    ("said", "refs"),
    [
        ("LOVELACE", ["P0001"]),
        ("ada love", ["P0001"]),
        ("lovelace ada", ["P0001"]),
        ("zoe o briain", ["P0002"]),
        ("Zoë", ["P0002"]),
        ("P0003", ["P0003"]),
        ("p0003", ["P0003"]),
        ("grace@harbour.example", ["M0001"]),
        ("harbour college", ["P0001", "P0003"]),
        ("harbour", ["M0001", "P0001", "P0003"]),
        ("nobody", []),
    ],
)
def test_people_are_found_by_parts_of_what_is_known_of_them(
    live: CommandLine, said: str, refs: list[str]
) -> None:
    found = live.done("person", "find", *said.split(" "))

    assert sorted(ref for one in found for ref in one["refs"]) == refs


def test_a_search_for_nothing_is_refused(live: CommandLine) -> None:
    assert live.refused("person", "find", " - ") == (
        "Give a name, an address, a ref or an organisation to look for."
    )


def test_a_participant_is_shown_with_dates_of_their_own_mentor_and_last_mail(
    live: CommandLine,
) -> None:
    live.write("progress.csv", PROGRESS)
    now = ("--now", "2026-10-12T10:00")
    at = ("--cohort", "2026-10", "--as-of", "2026-10-12", "--apply")
    live.done("progress", "import", "progress.csv", *at, *now)
    live.done("tick", *now)

    told = live.done("person", "show", "P0001", "--now", "2026-11-21T10:00")

    (enrolment,) = told["enrolments"]
    states = {one["key"]: one["state"] for one in enrolment["milestones"]}
    assert (told["given_name"], told["email"]) == ("Ada", "ada@harbour.example")
    assert (enrolment["status"], enrolment["as_of"]) == ("active", "2026-10-12")
    assert states["mentor-named"] == "met"
    assert states["first-observation"] == "overdue"
    assert states["mentor-accepted"] == "overdue"
    assert states["submission"] == "open"
    assert enrolment["mentor"]["ref"] == "M0001"
    assert enrolment["mentor"]["request_sent_at"] == "2026-10-12T10:00:00+01:00"
    assert {message["to"] for message in told["messages"]} == {"P0001"}


def test_a_late_joiner_has_due_dates_of_their_own(live: CommandLine) -> None:
    (enrolment,) = live.done("person", "show", "P0003")["enrolments"]

    dues = {one["key"]: one["due"] for one in enrolment["milestones"]}
    assert enrolment["late_joiner"] is True
    assert dues["first-observation"] == "2026-12-07T17:00:00+00:00"  # six weeks after joining
    assert dues["submission"] == "2027-10-06T17:00:00+01:00"


def test_a_mentor_is_shown_with_their_mentees(live: CommandLine) -> None:
    told = live.done("person", "show", "M0001")

    assert (told["kind"], told["enrolments"]) == ("mentor", [])
    assert [(one["person"], one["state"]) for one in told["mentees"]] == [
        ("P0001", "named"),
        ("P0003", "named"),
    ]


def test_a_name_cannot_command_the_terminal() -> None:
    assert plain("A\x1b[31mda\u202e\x07 Ó") == "A[31mda Ó"
