"""The dates of a cohort are checked for clashes, each with a proposal."""

from __future__ import annotations

from command_line import CommandLine
from sqlalchemy import text

from ats.records.store import Store

CHECK = ("cohort", "check", "2026-10", "--now", "2026-09-02T11:00")
MOVE = ("webinar", "move", "--cohort", "2026-10", "--apply", "--now", "2026-09-02T11:00")


def webinar_1_on(ats: CommandLine, moment: str) -> None:
    store = Store(f"sqlite:///{ats.database}")
    with store.write() as session:
        moved = "UPDATE webinar SET starts_at = :at WHERE key = 'webinar-1'"
        session.execute(text(moved), {"at": moment})
    store.close()


def test_a_clash_is_told_with_whom_it_concerns_and_what_would_end_it(trial: CommandLine) -> None:
    trial.done(*MOVE, "mentor-webinar-2", "--to", "2027-02-10T16:30")  # Wales and Scotland are away
    trial.done(*MOVE, "webinar-3", "--to", "2027-02-10T16:00")

    found = {one["kind"]: one for one in trial.done(*CHECK)}

    assert sorted(found) == ["over-cap", "webinar-on-day-off", "webinars-together"]
    assert found["webinar-on-day-off"] == {
        "kind": "webinar-on-day-off",
        "severity": "amber",
        "dates": ["2027-02-10"],
        "who": ["scotland", "wales"],
        "text": (
            "webinar-3 is on Wednesday 10 February 2027, 16:00: February break in Scotland; "
            "February half-term in Wales."
        ),
        "proposal": "Move webinar-3 to Friday 5 February 2027, 16:00.",
    }


def test_a_mentors_webinar_concerns_the_nations_of_mentors_alone(trial: CommandLine) -> None:
    before = trial.done(*CHECK)
    trial.done(*MOVE, "mentor-webinar-2", "--to", "2027-02-10T16:30")  # every mentor is in England

    assert trial.done(*CHECK) == before


def test_what_a_proposal_says_ends_the_clash(trial: CommandLine) -> None:
    trial.done(*MOVE, "webinar-3", "--to", "2027-02-10T16:30")
    trial.done(*MOVE, "webinar-3", "--to", "2027-02-05T16:30")

    assert [one["kind"] for one in trial.done(*CHECK)] == ["over-cap"]


def test_people_read_each_clash_and_its_proposal(trial: CommandLine) -> None:
    trial.done(*MOVE, "webinar-2", "--to", "2026-12-29T16:30")

    ran = trial(*CHECK)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "amber  webinar-2 is on Tuesday 29 December 2026, 16:30: Christmas break in England, "
        "Scotland and Wales.\n"
        "       Proposal: Move webinar-2 to Tuesday 5 January 2027, 16:30.\n"
    )


def test_a_year_without_clashes_says_so(trial: CommandLine) -> None:
    trial.done(*MOVE, "webinar-2", "--to", "2026-11-19T16:30")

    assert trial.done(*CHECK) == []
    assert trial(*CHECK).out == (
        "No dates of cohort 2026-10 stand in each other's way from now on.\n"
    )


def test_what_stops_a_step_is_refused_and_still_told(trial: CommandLine) -> None:
    webinar_1_on(trial, "2026-10-01 15:30:00")

    ran = trial(*CHECK, "--json")

    assert (ran.code, ran.err) == (
        1,
        (
            "Cohort 2026-10 has dates that stop a step: the webinar webinar-1 is on 2026-10-01, "
            "before the cohort starts on 2026-10-05.\n"
        ),
    )
    assert [(one["kind"], one["severity"], one["proposal"]) for one in ran.document] == [
        ("webinar-before-start", "red", "Move webinar-1 to Monday 5 October 2026, 16:30.")
    ]


def test_a_cohort_that_starts_on_the_others_last_day_is_told_by_both(trial: CommandLine) -> None:
    launch = ("--starts", "2027-10-06", "--now", "2026-09-02")
    trial.done("cohort", "launch", "2027-10", *launch)
    said = "2027-10 starts on Wednesday 6 October 2027, the day of submission of 2026-10."
    proposal = (
        "2027-10 is launched and keeps its start, but is in trial: leave it there, and launch "
        "another in its place under another code, with its start on Monday 11 October 2027."
    )

    for code in ("2026-10", "2027-10"):
        found = trial.done("cohort", "check", code, "--now", "2026-09-02T11:00")
        meeting = [(f["text"], f["proposal"]) for f in found if f["kind"] == "cohorts-meet"]
        assert meeting == [(said, proposal)]


def test_a_cohort_whose_programme_is_gone_is_no_hindrance(trial: CommandLine) -> None:
    before = trial.done(*CHECK)
    store = Store(f"sqlite:///{trial.database}")
    trial.done("cohort", "launch", "2027-10", "--starts", "2027-10-06", "--now", "2026-09-02")
    with store.write() as session:
        session.execute(text("UPDATE cohort SET programme = 'gone' WHERE code = '2027-10'"))
    store.close()

    assert trial.done(*CHECK) == before
