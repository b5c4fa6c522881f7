"""The audit trail: every staff action leaves one line; restricted reasons are told on request."""

from __future__ import annotations

import pytest
from command_line import PROGRESS, ROSTER, CommandLine

AT = ("--now", "2026-11-16T10:00")
JO = ("--by", "Jo")
COHORT = ("--cohort", "2026-10")
MOVE = "webinar move webinar-2 --cohort 2026-10"

#: What was done before, so that the action makes sense; the action; its line in the trail.
ACTIONS: list[tuple[list[str], str, str]] = [
    ([], "cohort launch 2027-10 --starts 2027-10-04", "cohort-launch"),
    ([], "cohort pause 2026-10", "cohort-pause"),
    (["cohort pause 2026-10"], "cohort resume 2026-10", "cohort-resume"),
    ([], "roster import again.csv --cohort 2026-10 --apply", "roster import"),
    (
        [],
        "progress import progress.csv --cohort 2026-10 --as-of 2026-11-16 --apply",
        "progress import",
    ),
    (
        ["progress import progress.csv --cohort 2026-10 --as-of 2026-11-16 --apply"],
        "import undo 2",
        "import undo",
    ),
    (
        [],
        "webinar set webinar-2 --join-url https://x.example/2 --cohort 2026-10",
        "webinar-join-url",
    ),
    ([], f"{MOVE} --to 2026-12-02T16:30 --apply", "webinar-moved"),
    ([], "webinar cancel webinar-2 --cohort 2026-10 --apply", "webinar-cancelled"),
    (["tick"], "message resend 1", "message resent"),
    ([], "mentor accept P0001", "mentor-accepted"),
    ([], "mentor decline P0001", "mentor-declined"),
    (["mentor accept P0001"], "mentor sign-off P0001", "mentor-signed-off"),
    ([], "participant extend P0001 pdp --to 2027-01-29", "extend"),
    ([], "participant pause P0001", "pause"),
    (["participant pause P0001 --from 2026-11-01"], "participant resume P0001", "resume"),
    ([], "participant defer P0001 --approved-by Sam", "deferred"),
    ([], "participant withdraw P0001 --approved-by Sam", "withdrawn"),
    ([], "participant adjust P0001 no-chasers", "adjust"),
    ([], "participant seen-done P0001 pdp", "seen-done"),
    ([], "participant note P0001 Hello", "note"),
    ([], "participant note P0001 Hello --call", "call"),
    ([], "person silence P0001", "silence"),
    (["person silence P0001"], "person silence P0001 --end", "silence-lifted"),
    ([], "person mend P0001 --given-name Augusta", "mend:given_name"),
    (["person silence P0001"], "case close 1", "case-closed"),
    (["person silence P0001"], "case decide 1 continue", "case-decided"),
    (["person silence P0001"], "case note 1 Rang", "note"),
    (
        ["person silence P0001"],
        "case snooze 1 --until 2026-11-20 --reason agreed",
        "case-snoozed",
    ),
    (
        ["person silence P0001", "case close 1"],
        "case reopen 1 --reason again",
        "case-reopened",
    ),
    ([], "audit --restricted", "audit-restricted-shown"),
]


@pytest.mark.parametrize(
    ("before", "action", "line"), ACTIONS, ids=[action for _, action, _ in ACTIONS]
)
def test_every_staff_action_leaves_exactly_one_line(
    live: CommandLine, before: list[str], action: str, line: str
) -> None:
    live.write("progress.csv", PROGRESS)
    live.write("again.csv", ROSTER.replace("Harbour College", "Harbour Group"))
    for earlier in before:
        by = () if earlier == "tick" else JO
        assert live(*earlier.split(), *AT, *by).code == 0
    stands = len(live.done("audit"))

    ran = live(*action.split(), *AT, "--by", "Kim")

    assert (ran.code, ran.err) == (0, "")
    new = live.done("audit")[stands:]
    assert [(one["action"], one["by"], one["at"]) for one in new] == [
        (line, "Kim", "2026-11-16T10:00:00+00:00")
    ]


def test_a_restricted_reason_is_told_on_request_and_that_is_recorded(live: CommandLine) -> None:
    live.done("person", "silence", "P0001", "--reason", "safeguarding", *AT, *JO)

    plain = live.done("audit", "--person", "P0001")
    assert "safeguarding" not in live("audit").out
    whole = live.done("audit", "--person", "P0001", "--restricted", *AT, "--by", "Kim")
    after = live.done("audit", "--person", "P0001")

    assert (plain[-1]["action"], plain[-1]["reason"]) == ("silence", "restricted")
    assert whole[-1]["reason"] == "safeguarding"
    assert [(one["action"], one["by"]) for one in after[len(plain) :]] == [
        ("audit-restricted-shown", "Kim")
    ]


def test_the_trail_of_a_person_holds_their_imports_and_of_nobody_else(live: CommandLine) -> None:
    live.done("participant", "note", "P0002", "Hello", *AT, *JO)
    live.done("participant", "note", "P0001", "Hello", *AT, *JO)

    mine = [(one["action"], one["subject"]) for one in live.done("audit", "--person", "P0001")]

    assert mine == [("roster import", None), ("note", "P0001")]


def test_it_is_narrowed_by_cohort_day_and_number(live: CommandLine) -> None:
    live.done("participant", "note", "P0001", "Hello", *AT, *JO)
    live.done("participant", "note", "P0002", "Hello", *AT, *JO)

    since = live.done("audit", "--since", "2026-11-16", *COHORT)
    newest = live.done("audit", "--limit", "1")

    assert [one["subject"] for one in since] == ["P0001", "P0002"]
    assert [one["subject"] for one in newest] == ["P0002"]
    assert live.refused("audit", "--cohort", "2031-10").startswith("There is no cohort 2031-10")
    assert live.refused("audit", "--person", "P0099").startswith("There is nobody with the ref")
