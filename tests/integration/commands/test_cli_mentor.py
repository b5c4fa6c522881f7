"""What a mentor answered is recorded, and what the state does not allow is refused."""

from __future__ import annotations

from command_line import CommandLine
from sqlalchemy import text

from ats.records.store import Store

ASKED = "2026-10-07T09:00"
LATER = ("--now", "2026-10-09T10:00")


def test_an_acceptance_sends_the_welcome_and_tells_the_participant(live: CommandLine) -> None:
    live.done("tick", "--now", ASKED)

    told = live.done("mentor", "accept", "p0001", *LATER)
    live.done("tick", "--now", "2026-10-09T10:10")

    assert told == {
        "person": "P0001",
        "mentor": "M0001",
        "answer": "accepted",
        "at": "2026-10-09T10:00:00+01:00",
        "cases_closed": [],
    }
    sent = {
        (row["to"], row["step"])
        for row in live.done("ledger", "--person", "P0001")
        if row["outcome"] == "sent"
    }
    assert {("M0001", "mentor-welcome"), ("P0001", "mentor-confirmed")} <= sent


def test_a_refusal_ends_the_mentorship_and_its_ladder(live: CommandLine) -> None:
    live.done("tick", "--now", ASKED)

    assert live.done("mentor", "decline", "P0001", *LATER)["answer"] == "declined"

    (enrolment,) = live.done("person", "show", "P0001")["enrolments"]
    assert enrolment["mentor"] is None
    live.done("tick", "--now", "2026-11-25T10:00")
    reminders = live.done("ledger", "--person", "P0001", "--step", "chase-mentor-request")
    assert [row for row in reminders if row["outcome"] == "sent"] == []


def test_a_sign_off_is_recorded_once_the_mentor_has_agreed(live: CommandLine) -> None:
    live.done("mentor", "accept", "P0001", *LATER)

    told = live.done("mentor", "sign-off", "P0001", "--now", "2027-09-20T10:00")

    assert (told["answer"], told["at"]) == ("signed-off", "2027-09-20T10:00:00+01:00")


def test_an_acceptance_closes_the_cases_about_the_request(live: CommandLine) -> None:
    live.done("tick", "--now", ASKED)
    for moment in ("2026-10-14T09:00", "2026-11-10T09:00", "2026-11-17T10:00"):
        live.done("tick", "--now", moment)
    opened = [one["kind"] for one in live.done("case", "list") if one["person"] == "P0001"]
    assert opened

    told = live.done("mentor", "accept", "P0001", "--now", "2026-11-18T10:00")

    mine = [one for one in live.done("case", "list") if one["person"] == "P0001"]
    assert [one["id"] for one in mine] == told["cases_closed"]
    assert {(one["state"], one["closed_at"]) for one in mine} == {
        ("closed", "2026-11-18T10:00:00+00:00")
    }


def test_what_the_state_does_not_allow_is_refused_with_what_stands_in_the_way(
    live: CommandLine,
) -> None:
    def refused(*command: str) -> str:
        return live.refused("mentor", *command, *LATER)

    assert refused("accept", "P0002") == (
        "No mentor is named for P0002; import a roster that names one."
    )
    assert refused("accept", "M0001") == (
        "M0001 is a mentor; give the ref of a participant, such as P0001 or P0003."
    )
    assert refused("sign-off", "P0001") == (
        "M0001 has not agreed yet to mentor P0001; record that first with "
        "`ats mentor accept P0001`."
    )
    live.done("mentor", "accept", "P0001", *LATER)
    assert refused("accept", "P0001") == (
        "M0001 agreed on 9 October 2026 to mentor P0001; nothing to record."
    )
    assert refused("decline", "P0001").startswith("M0001 agreed on 9 October 2026 to mentor P0001,")
    live.done("mentor", "sign-off", "P0001", *LATER)
    assert refused("sign-off", "P0001") == (
        "M0001 signed the portfolio of P0001 off on 9 October 2026; nothing to record."
    )
    live.done("mentor", "decline", "P0003", *LATER)
    assert refused("accept", "P0003") == (
        "M0001 declined on 9 October 2026; import a roster that names one for P0003."
    )


def test_an_answer_from_before_its_question_is_refused_with_what_to_do(live: CommandLine) -> None:
    remedy = (
        "after the moment that this would be recorded for; leave --now out, or give a later one."
    )

    for answer in ("accept", "decline"):
        assert live.refused("mentor", answer, "P0001", "--now", "2026-09-02T09:59") == (
            f"M0001 was named for P0001 on 2 September 2026, {remedy}"
        )
    live.done("mentor", "accept", "P0001", *LATER)
    assert live.refused("mentor", "sign-off", "P0001", "--now", "2026-10-08T10:00") == (
        f"M0001 agreed to mentor P0001 on 9 October 2026, {remedy}"
    )


def test_nothing_is_recorded_for_somebody_who_has_left(live: CommandLine) -> None:
    store = Store(f"sqlite:///{live.database}")
    with store.write() as session:
        session.execute(
            text("UPDATE enrolment SET status = 'withdrawn', left_at = '2026-10-08' WHERE id = 1")
        )
    store.close()

    assert live.refused("mentor", "accept", "P0001", *LATER) == (
        "The enrolment of P0001 in cohort 2026-10 is withdrawn, so nothing can be recorded for it."
    )


def test_a_sign_off_on_behalf_has_its_reason_in_the_trail_and_is_reopened_by_staff(
    live: CommandLine,
) -> None:
    live.done("mentor", "accept", "P0001", *LATER)
    assert live.refused("mentor", "reopen-sign-off", "P0001", *LATER) == (
        "M0001 has not signed the portfolio of P0001 off, so there is nothing to reopen; it is "
        "asked for when it is due."
    )
    signed = ("mentor", "sign-off", "P0001", "--reason")
    assert "give one of access," in live.refused(*signed, "nonsense", *LATER)
    live.done(*signed, "illness", "--now", "2027-09-20T10:00", "--by", "Jo")

    told = live.done(
        "mentor", "reopen-sign-off", "P0001", "--reason", "technical", "--now", "2027-09-21T10:00"
    )

    assert told == {
        "person": "P0001",
        "mentor": "M0001",
        "answer": "sign-off-reopened",
        "at": "2027-09-21T10:00:00+01:00",
        "cases_closed": [],
    }
    store = Store(f"sqlite:///{live.database}")
    with store.read() as session:
        trail = session.execute(
            text("SELECT action, reason, restricted FROM audit WHERE action LIKE 'mentor-sign%'")
        ).all()
    store.close()
    assert [tuple(one) for one in trail] == [
        ("mentor-signed-off", "illness", 1),
        ("mentor-sign-off-reopened", "technical", 0),
    ]
