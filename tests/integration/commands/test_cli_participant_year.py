"""Deferral, those who wait, restart and a new role, by the command."""

from __future__ import annotations

import pytest
from command_line import PROGRESS, CommandLine

NEXT = ("2027-10", "--starts", "2027-10-04", "--now", "2027-03-01T10:00")
DEFER = ("participant", "defer", "P0001", "--approved-by", "Sam", "--by", "Jo")
ON = ("--now", "2026-11-23T10:00")
BACK = ("--now", "2027-03-08T10:00")


def test_somebody_leaves_waits_and_begins_again(live: CommandLine) -> None:
    live.write("progress.csv", PROGRESS)
    export = ("progress", "import", "progress.csv", "--cohort", "2026-10", "--as-of", "2026-10-12")
    live.done(*export, "--apply", "--now", "2026-10-12T08:00")
    left = live.done(*DEFER, "--reason", "illness", *ON)
    assert (left["action"], left["applied"], left["next"]) == ("defer", True, None)

    waits = {
        "ref": "P0001",
        "cohort": "2026-10",
        "since": "2026-11-23T10:00:00+00:00",
        "sections": ["about-you"],
        "later": [],
        "enrolled_in": None,
    }
    assert live.done("participant", "parked", "--cohort", "2026-10") == [waits]
    assert live.done("cohort", "launch", *NEXT)["waiting"] == [{**waits, "later": ["2027-10"]}]
    (enrolment,) = live.done("person", "show", "P0001")["enrolments"]
    assert (enrolment["waits"]["later"], enrolment["goes_on_in"]) == (["2027-10"], None)

    began = live.done("participant", "restart", "P0001", "--into", "2027-10", *BACK)
    assert (began["cohort"], began["remarks"][1]) == (
        "2027-10",
        "finished sections that travel: about-you",
    )
    assert live.done("participant", "parked") == []
    new, old = live.done("person", "show", "P0001")["enrolments"]
    assert (new["cohort"], old["goes_on_in"], old["waits"]) == ("2027-10", "2027-10", None)


def test_people_read_who_waits_and_what_to_do(live: CommandLine) -> None:
    assert live("participant", "parked").out == "Nobody waits for a cohort.\n"
    live.done(*DEFER, *ON)
    assert "ats participant restart REF --into CODE" in live("participant", "parked").out

    launched = live("cohort", "launch", *NEXT).out
    assert "1 person waits for a cohort: P0001." in launched
    assert "ats participant restart REF --into 2027-10" in launched
    assert "Waits for a later cohort (2027-10)" in live("person", "show", "P0001").out


def test_with_a_cohort_to_go_on_in_both_years_are_shown_and_a_preview_does_neither(
    live: CommandLine,
) -> None:
    live.done("cohort", "launch", *NEXT)
    looked = live(*DEFER, "--into", "2027-10", *ON, "--preview")
    assert looked.code == 0
    assert "P0001, cohort 2026-10: nothing changed yet." in looked.out
    assert "P0001, cohort 2027-10: nothing changed yet." in looked.out
    assert live.done("participant", "parked") == []

    done = live.done(*DEFER, "--into", "2027-10", *ON)
    assert (done["next"]["cohort"], done["next"]["applied"]) == ("2027-10", True)
    assert live.done("participant", "parked") == []


def test_what_cannot_be_is_refused_in_one_sentence(live: CommandLine) -> None:
    assert live.refused(*DEFER, "--into", "2031-10", *ON) == (
        "There is no cohort 2031-10; the records hold: 2026-10."
    )
    assert live.refused(*DEFER, "--into", "2026-10", *ON) == (
        "Cohort 2026-10 is the one that P0001 leaves; they wait for one that is yet to be launched."
    )
    assert live.refused("participant", "defer", "P0001", "--approved-by", "Jo", "--by", "Jo") == (
        "Jo asks for this and cannot approve it, too; somebody else must."
    )
    assert live.refused("participant", "parked", "--cohort", "2031-10") == (
        "There is no cohort 2031-10; the records hold: 2026-10."
    )
    assert live.refused("participant", "restart", "P0001", "--into", "2026-10", *BACK) == (
        "P0001 was deferred from no cohort, so there is no year to begin again."
    )


@pytest.mark.parametrize(
    "command",
    [
        ("defer", "P0001", "--mentor-stays", "--approved-by", "Sam"),
        ("restart", "P0001", "--into", "2027-10", "--joined-on", "soon"),
        ("new-role", "P0001", "--teaching", "perhaps", "--mentor-stays", "yes"),
        ("new-role", "P0001", "--mentor-stays", "yes"),
    ],
)
def test_what_is_no_answer_is_wrong_usage(live: CommandLine, command: tuple[str, ...]) -> None:
    assert live("participant", *command).code == 2


def test_a_new_role_is_one_form(live: CommandLine) -> None:
    form = ("--teaching", "yes", "--mentor-stays", "no", "--email", "ada@hill.example")
    done = live.done("participant", "new-role", "P0001", *form, *ON)

    assert done["remarks"] == [
        "the email is another now",
        "a case for the PXM: no observer",
        "M0001 mentors them no longer",
    ]
    assert live.done("person", "show", "P0001")["email"] == "ada@hill.example"
    (case,) = [one for one in live.done("case", "list") if one["kind"] == "new-role"]
    assert (case["owner"], case["signals"]) == ("pxm", ["new-role no-observer"])
    clash = ("--teaching", "yes", "--mentor-stays", "yes", "--email", "zoe@valley.example")
    assert live.refused("participant", "new-role", "P0001", *clash, *ON) == (
        "That is the address of P0002; ask whose it is, and mend the other one first."
    )
