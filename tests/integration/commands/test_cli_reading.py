"""The ledger, the story and the forecast, as support staff read them."""

from __future__ import annotations

import pytest
from command_line import CommandLine

from ats.outbox.mailbox import InMemoryMailbox

STARTED = ("--now", "2026-10-05T12:00")


def test_a_row_tells_who_what_when_and_under_which_message_id(
    live: CommandLine, mailbox: InMemoryMailbox
) -> None:
    live.done("tick", *STARTED)

    (row,) = live.done("ledger", "--person", "P0001", "--step", "portfolio-issued")

    assert row == {
        "cohort": "2026-10",
        "person": "P0001",
        "step": "portfolio-issued",
        "occurrence": "1",
        "to": "P0001",
        "role": "participant",
        "due_at": "2026-10-05T10:00:00+01:00",
        "outcome": "sent",
        "reason": None,
        "until": None,
        "message_id": row["message_id"],
        "sent_at": "2026-10-05T12:00:00+01:00",
    }
    message_id = f"Message-ID: <{row['message_id']}>".encode()
    assert sum(message_id in mail.data for mail in mailbox.received) == 1


def test_rows_are_found_by_participant_by_mentor_and_by_step(live: CommandLine) -> None:
    live.done("tick", "--now", "2026-10-07T09:00")

    about = live.done("ledger", "--person", "P0001")
    to_mentor = live.done("ledger", "--person", "m0001")
    requests = live.done("ledger", "--step", "mentor-request")

    assert {row["person"] for row in about} == {"P0001"}
    assert {row["to"] for row in to_mentor} == {"M0001"}
    assert [(row["person"], row["to"]) for row in requests] == [("P0001", "M0001")]
    assert live.done("ledger", "--step", "nothing-like-that") == []


def test_rows_about_nobody_have_no_person_and_go_to_a_role(live: CommandLine) -> None:
    live.done("tick", "--now", "2026-10-02T15:00")

    rows = live.done("ledger", "--step", "ops-week-ahead")

    assert rows[-1]["outcome"] == "sent"
    assert {(row["person"], row["to"], row["role"]) for row in rows} == {
        (None, "operations", "operations")
    }


# -- why ----------------------------------------------------------------------------------------


def story(live: CommandLine, *arguments: str) -> list[str]:
    return [entry["text"] for entry in live.done("why", *arguments)["story"]]


def test_the_story_tells_what_was_sent_what_was_not_and_why(live: CommandLine) -> None:
    live.done("tick", *STARTED)

    told = story(live, "P0001", "--now", "2026-10-05T12:30")

    assert (
        "Mon 5 October 2026, 12:00: “Your ATS portfolio is open: three things for this week” "
        in (" ".join(told))
    )
    assert (
        "Mon 5 October 2026, 12:00: “Welcome to ATS: where to begin” was not sent, because "
        "they joined on time; it had been due on Mon 5 October 2026, 09:00."
    ) in told


def test_the_story_goes_on_with_what_comes_and_why(live: CommandLine) -> None:
    told = story(live, "P0002", "--now", "2026-10-05T12:30")

    assert (
        "Tue 24 November 2026, 09:00: “Writing your PDP: five questions to start with” will be "
        "sent, because it goes on the Tuesday of week 7 of the year, unless the section "
        "“Personal Development Plan” is complete by then."
    ) in told
    assert (
        "Tue 3 November 2026, 09:00: “Your mentor: can we help you find one?” will be sent, "
        "because that is three working days before “Mentor named” is due, unless a mentor is "
        "named by then."
    ) in [text.replace(" (Fri 6 November 2026, 17:00)", "") for text in told]


def test_what_waits_says_until_when_and_for_what(live: CommandLine) -> None:
    live.done("tick", "--now", "2026-10-07T09:00")

    (told, *_) = story(live, "P0001", "webinar-tomorrow", "--now", "2026-10-07T09:30")

    assert told == (
        "Wed 7 October 2026, 09:00: “Tomorrow, 16:30: Getting started and your self-assessment, "
        "with your link” was due, and waits, because the webinar has no join address yet."
    )


def test_a_half_term_is_named_as_what_an_e_mail_waits_for(live: CommandLine) -> None:
    live.done("tick", "--now", "2026-10-27T09:00")  # Alan joined the day before, in Scotland

    waits = [text for text in story(live, "P0001", "--now", "2026-10-27T10:00") if "waits" in text]

    assert any("because people are away (" in text for text in waits)


def test_one_step_is_told_to_its_end_with_what_will_not_come(live: CommandLine) -> None:
    told = story(live, "P0001", "mentor-none-named", "--now", "2026-10-05T12:30")

    refusal = (
        "as things stand, “Your mentor: can we help you find one?” will not be sent, because "
        "a mentor was named."
    )
    assert [text.split(": ", 1)[1] for text in told] == [refusal] * 3


def test_a_mentor_has_a_story_too_that_names_whom_it_is_about(live: CommandLine) -> None:
    live.done("tick", "--now", "2026-10-07T09:00")

    told = live.done("why", "M0001", "--now", "2026-10-07T10:00")

    assert told["person"] == "M0001"
    assert told["story"][0] == {
        "at": "2026-10-07T09:00:00+01:00",
        "step": "mentor-request",
        "text": "Wed 7 October 2026, 09:00: “Ada Lovelace has asked you to be their ATS mentor” "
        "(about Ada Lovelace) was sent.",
        "outcome": "sent",
        "kind": "e-mail",
    }


def test_a_case_is_told_as_a_task_with_its_title(live: CommandLine) -> None:
    for now in ("2026-11-10T09:00", "2026-11-17T09:00", "2026-11-24T09:00"):
        live.done("tick", "--now", now)

    told = story(live, "P0002", "chase-mentor-named", "--now", "2026-11-24T10:00")

    assert any(
        "the task “No mentor has been named” for the Participant Experience Manager was opened"
        in text
        for text in told
    )


def test_tasks_that_were_not_needed_are_not_told_to_people_unless_they_ask(
    live: CommandLine,
) -> None:
    for now in ("2026-11-10T09:00", "2026-11-24T09:00"):
        live.done("tick", "--now", now)
    task = "the task “No mentor has been named” for the Participant Experience Manager was not"
    now = ("--now", "2026-11-24T10:00")

    whole = live("why", "P0001", *now).out

    assert task not in whole
    assert "tasks for staff that were not needed (name one of chase-mentor-named" in whole
    assert task in live("why", "P0001", "chase-mentor-named", *now).out


def test_an_unknown_step_is_refused_with_the_names_of_those_there_are(live: CommandLine) -> None:
    sentence = live.refused("why", "P0001", "pdp-tipp")

    assert sentence.startswith('There is no step "pdp-tipp"; there are about-you-and-mentor, ')


def test_the_whole_story_speaks_without_keys_and_refs(live: CommandLine) -> None:
    for now in ("2026-10-05T12:00", "2026-10-07T09:00", "2026-11-17T09:00"):
        live.done("tick", "--now", now)

    told = " ".join(story(live, "P0001", "--now", "2026-11-17T10:00"))

    for key in ("P0001", "M0001", "chase-", "condition-", "late-joiner", "plus-", "None"):
        assert key not in told


# -- forecast -----------------------------------------------------------------------------------


def test_the_forecast_counts_by_day_step_and_role(live: CommandLine) -> None:
    told = live.done("forecast", "--weeks", "8", "--now", "2026-10-05T12:00")

    assert {"date": "2026-10-13", "step": "make-room", "to": "participant", "count": 2} in told
    assert {"date": "2026-11-24", "step": "pdp-tip", "to": "participant", "count": 3} in told
    assert [one["date"] for one in told] == sorted(one["date"] for one in told)
    assert max(one["date"] for one in told) <= "2026-11-30"


def test_the_forecast_of_a_trial_says_that_it_waits(trial: CommandLine) -> None:
    told = trial.done("forecast", "--weeks", "8", "--now", "2026-10-05T12:00")

    assert {one["waits"] for one in told} == {"trial"}
    assert "waits for" in trial("forecast", "--now", "2026-10-05T12:00").out


@pytest.mark.parametrize("weeks", ["1", "520"])
def test_a_forecast_may_be_short_or_long(live: CommandLine, weeks: str) -> None:
    assert live.done("forecast", "--weeks", weeks, "--now", "2026-10-05T12:00")
