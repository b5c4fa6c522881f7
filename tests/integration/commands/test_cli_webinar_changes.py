"""`ats webinar move`, `cancel` and `recording`: looked at, carried out, refused, said twice."""

from __future__ import annotations

import pytest
from command_line import CommandLine

from ats.outbox.mailbox import InMemoryMailbox

TOLD = "2026-09-04T09:00"
NOW = ("--now", "2026-10-06T11:00")
MOVE = ("webinar", "move", "webinar-1", "--to", "2026-10-09T16:30", *NOW)
CANCEL = ("webinar", "cancel", "webinar-1", *NOW)
AFTER = ("--now", "2026-10-09T10:00")
URL = "https://video.example/watch/7"
RECORDING = ("webinar", "recording", "webinar-1", URL, *AFTER)
YEAR = "which goes from 2026-10-05 to 2027-10-06; check the date."
OFF_IN, PLAN = "is no working day in", "“Personal Development Plan”"
DUE = "Friday 15 January 2027, 17:00"
CHECKED = ("--captions", "--transcript")


@pytest.fixture
def told(live: CommandLine, mailbox: InMemoryMailbox) -> CommandLine:
    """Ada and Zoë know all dates since September; Alan joins on 26 October."""
    live.done("tick", "--now", TOLD)
    mailbox.received.clear()
    return live


def test_without_apply_it_says_whom_it_concerns_and_what_they_were_told(told: CommandLine) -> None:
    document = told.done(*MOVE)

    assert document == {
        "change": "move",
        "cohort": "2026-10",
        "webinar": "webinar-1",
        "title": "Getting started and your self-assessment",
        "was_at": "2026-10-08T16:30:00+01:00",
        "starts_at": "2026-10-09T16:30:00+01:00",
        "recording_url": None,
        "recording_was": None,
        "summary": "",
        "sequence": 1,
        "applied": False,
        "will_be_told": 2,
        "told_later": 0,
        "when": [{"at": None, "people": 2}],
        "concerned": [
            {**_concerned("P0001"), "why_not": None, "waits": None},
            {**_concerned("P0002"), "why_not": None, "waits": None},
            {
                "ref": "P0003",
                "role": "participant",
                "told": None,
                "will_be_told": False,
                "why_not": "they have not joined yet",
                "waits": None,
                "told_address": None,
                "goes_at": None,
            },
        ],
        "remarks": [],
        "calendars_written": None,
    }
    (webinar,) = (one for one in told.done("webinar", "list") if one["key"] == "webinar-1")
    assert (webinar["starts_at"], webinar["sequence"]) == ("2026-10-08T16:30:00+01:00", 0)


def _concerned(ref: str) -> dict[str, object]:
    told = "2026-10-08T16:30:00+01:00"
    return {
        "ref": ref,
        "role": "participant",
        "told": told,
        "will_be_told": True,
        "told_address": None,
        "goes_at": None,
    }


def test_it_speaks_to_people_too(told: CommandLine) -> None:
    looked, done = told(*MOVE), told(*MOVE, "--apply")

    assert looked.out.splitlines() == [
        "Getting started and your self-assessment: 2026-10-09 16:30, not 2026-10-08 16:30.",
        "who    was told          will be told",
        "P0001  2026-10-08 16:30  gets an e-mail",
        "P0002  2026-10-08 16:30  gets an e-mail",
        "P0003  –                 no e-mail: they have not joined yet",
        "Nothing is changed yet; with --apply 2 people get an e-mail.",
    ]
    assert done.out.splitlines()[-1] == (
        "Done. 2 people get an e-mail with the next tick; `ats tick` sends it at once."
    )
    assert (looked.code, done.code, looked.err + done.err) == (0, 0, "")


def test_in_a_pause_it_says_that_they_get_it_when_the_pause_ends(told: CommandLine) -> None:
    told.done("cohort", "pause", "2026-10", *NOW)
    cohort = ("--cohort", "2026-10")
    looked = told(*MOVE, *cohort)

    assert looked.out.splitlines()[2:4] == [
        f"{ref}  2026-10-08 16:30  gets an e-mail when the pause of the cohort ends"
        for ref in ("P0001", "P0002")
    ]


def test_applied_the_next_tick_tells_them_and_the_list_agrees(
    told: CommandLine, mailbox: InMemoryMailbox
) -> None:
    before = {one["key"]: one["uid"] for one in told.done("webinar", "list")}
    document = told.done(*MOVE, "--apply", "--by", "Jo", "--note", "The speaker is ill.")
    told.done("tick", "--now", "2026-10-06T11:10")

    assert (document["applied"], document["sequence"]) == (True, 1)
    rows = told.done("ledger", "--step", "webinar-moved")
    assert [(row["person"], row["outcome"]) for row in rows] == [
        ("P0001", "sent"),
        ("P0002", "sent"),
        ("P0003", "skipped"),
    ]
    assert sum(b"Subject: New time" in one.data for one in mailbox.received) == 2
    (webinar,) = (one for one in told.done("webinar", "list") if one["key"] == "webinar-1")
    assert (webinar["starts_at"], webinar["sequence"], webinar["uid"]) == (
        "2026-10-09T16:30:00+01:00",
        1,
        before["webinar-1"],
    )


def test_why_tells_in_words_what_became_of_the_reminders(told: CommandLine) -> None:
    told.done("tick", "--now", "2026-10-01T09:00")
    told.done(*MOVE, "--apply")
    told.done("tick", "--now", "2026-10-06T11:10")

    story = told.done("why", "P0001", "webinar-week-ahead", "--now", "2026-10-06T12:00")["story"]
    assert [one["text"].partition(": ")[2] for one in story if "about the new time" in one["text"]]


def test_calendars_are_written_anew_where_they_have_an_address(
    told: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATS_PUBLIC_URL", "https://ats.example")
    monkeypatch.setenv("ATS_SECRET_KEY", "k" * 32)

    document = told.done(*MOVE, "--apply")

    files = list((told.folder / "var" / "calendars").rglob("*.ics"))
    assert document["calendars_written"] == len(files) > 0
    assert any(b"DTSTART;TZID=Europe/London:20261009T163000" in one.read_bytes() for one in files)


def test_a_folder_that_cannot_be_written_stops_no_move(
    told: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATS_PUBLIC_URL", "https://ats.example")
    monkeypatch.setenv("ATS_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("ATS_CALENDAR_DIR", told.write("in-the-way", ""))

    ran = told(*MOVE, "--apply", "--json")

    assert (ran.code, ran.document["applied"], ran.document["calendars_written"]) == (0, True, None)
    assert ran.err.startswith("The change is made, but the calendars are not up to date: ")
    assert ran.err.count("\n") == 1


def test_the_same_move_twice_is_said_and_done_once(told: CommandLine) -> None:
    told.done(*MOVE, "--apply")

    assert told.refused(*MOVE, "--apply") == (
        "The webinar webinar-1 is on Friday 9 October 2026, 16:30 already."
    )
    (webinar,) = (one for one in told.done("webinar", "list") if one["key"] == "webinar-1")
    assert webinar["sequence"] == 1


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        (
            "2026-10-06T10:00",
            "Tuesday 6 October 2026, 10:00 has passed; move the webinar webinar-1 to a later time.",
        ),
        (
            "2028-01-10T16:30",
            "Monday 10 January 2028, 16:30 lies outside the year of cohort 2026-10, " + YEAR,
        ),
    ],
)
def test_a_time_that_cannot_be_is_refused(told: CommandLine, to: str, sentence: str) -> None:
    assert told.refused("webinar", "move", "webinar-1", "--to", to, *NOW) == sentence


def test_what_has_begun_is_not_moved_and_not_cancelled(told: CommandLine) -> None:
    late = ("--now", "2026-10-08T16:30", "--apply")
    began = "The webinar webinar-1 began on Thursday 8 October 2026, 16:30, so it cannot be "

    assert told.refused("webinar", "move", "webinar-1", "--to", "2026-10-12T16:30", *late) == (
        f"{began}moved."
    )
    assert told.refused("webinar", "cancel", "webinar-1", *late) == f"{began}cancelled."


@pytest.mark.parametrize(
    ("to", "remarks"),
    [
        (
            "2026-10-28T16:30",
            [f"Wednesday 28 October {OFF_IN} England, Scotland, Wales (Autumn half-term)"],
        ),
        (
            "2026-10-14T16:30",
            [f"Wednesday 14 October {OFF_IN} Scotland (October break)"],
        ),
        (
            "2026-11-18T17:00",
            ["the webinar webinar-2 overlaps, from 16:30 to 17:30"],
        ),
        (
            "2026-11-18T16:30",
            ["the webinar webinar-2 is at the same time, from 16:30 to 17:30"],
        ),
        ("2026-11-18T10:00", ["the webinar webinar-2 is on the same day"]),
        (
            "2027-01-20T22:30",
            [
                "22:30 is an unusual hour",
                f"that is after {PLAN}, which it prepares, is due ({DUE})",
            ],
        ),
        (
            "2027-01-15T16:30",
            [f"it ends after {PLAN}, which it prepares, is due ({DUE})"],
        ),
        (
            "2026-10-07T10:30",
            ["that is within a day: the notice serves as the reminder, and no other goes"],
        ),
    ],
    ids=[
        "half-term",
        "one nation",
        "overlap",
        "clash",
        "same day",
        "after its milestone",
        "ends after it",
        "within a day",
    ],
)
def test_what_speaks_against_a_time_is_said(told: CommandLine, to: str, remarks: list[str]) -> None:
    assert told.done("webinar", "move", "webinar-1", "--to", to, *NOW)["remarks"] == remarks


def test_a_move_an_hour_after_another_says_that_there_was_one(told: CommandLine) -> None:
    told.done(*MOVE, "--apply")

    again = ("webinar", "move", "webinar-1", "--to", "2026-10-20T16:30")
    assert told.done(*again, "--now", "2026-10-06T11:30")["remarks"] == [
        "it was moved already on Tuesday 6 October 2026, 11:00, from Thursday 8 October 2026, 16:30"
    ]


def test_a_webinar_is_cancelled_once_and_then_not_moved(told: CommandLine) -> None:
    document = told.done(*CANCEL, "--apply")

    assert (document["starts_at"], document["sequence"], document["will_be_told"]) == (None, 1, 2)
    assert told.refused(*CANCEL, "--apply") == (
        "The webinar webinar-1 was cancelled on Tuesday 6 October 2026, 11:00; there is nothing "
        "left to do."
    )
    assert told.refused(*MOVE) == (
        "The webinar webinar-1 was cancelled on Tuesday 6 October 2026, 11:00; move another "
        "webinar to Friday 9 October 2026, 16:30 instead."
    )
    assert told.refused(*RECORDING, *CHECKED) == (
        "The webinar webinar-1 was cancelled, so it has no recording."
    )


def test_a_recording_is_published_once_it_has_been_checked(
    told: CommandLine, mailbox: InMemoryMailbox
) -> None:
    looked = told.done(*RECORDING)
    assert looked["remarks"] == [
        "its captions are still to be confirmed",
        "its transcript is still to be confirmed",
    ]
    assert told.refused(*RECORDING, "--apply") == (
        "The recording is not published: check its captions and its transcript, then add "
        "--captions and --transcript."
    )
    told.done(*RECORDING, *CHECKED, "--summary", "Needs first.", "--apply")
    told.done("tick", "--now", "2026-10-09T10:10")

    (webinar,) = (one for one in told.done("webinar", "list") if one["key"] == "webinar-1")
    assert webinar["recording_url"] == URL
    assert sum(b"Subject: Recording: " in one.data for one in mailbox.received) == 2
    assert told.refused(*RECORDING, *CHECKED, "--summary", "Needs first.", "--apply") == (
        f"The recording of webinar-1 is published at {URL} already."
    )


def test_a_corrected_address_is_shown_with_the_one_before_and_whom_it_concerns(
    told: CommandLine, mailbox: InMemoryMailbox
) -> None:
    told.done(*RECORDING, *CHECKED, "--summary", "Needs first.", "--apply")
    told.done("tick", "--now", "2026-10-09T10:10")
    new = "https://video.example/watch/8"
    correct = ("webinar", "recording", "webinar-1", new, *CHECKED, "--now", "2026-10-09T10:15")

    document, looked = told.done(*correct), told(*correct)
    done = told(*correct, "--apply")
    told.done("tick", "--now", "2026-10-09T10:20")

    remark = f"2 people were sent another address ({URL})"
    assert (document["recording_was"], document["summary"]) == (URL, "Needs first.")
    assert (document["remarks"], document["will_be_told"]) == ([remark], 2)
    assert [one["told_address"] for one in document["concerned"]] == [URL, URL, None]
    assert looked.out.splitlines()[:2] == [
        f"Getting started and your self-assessment: recording at {new}, not at {URL}.",
        f"Mind: {remark}.",
    ]
    assert done.out.splitlines()[-1] == (
        "Done. 2 people get an e-mail with the next tick; `ats tick` sends it at once."
    )
    assert (
        sum(b"Subject: New address of a recording: " in one.data for one in mailbox.received) == 2
    )


def test_there_is_no_recording_of_what_has_not_been(told: CommandLine) -> None:
    assert told.refused("webinar", "recording", "webinar-1", URL, *NOW) == (
        "The webinar webinar-1 has not taken place yet: it is on Thursday 8 October 2026, 16:30. "
        "Publish its recording after that."
    )


def test_a_recording_is_not_published_while_the_webinar_runs(told: CommandLine) -> None:
    publish = ("webinar", "recording", "webinar-1", URL, *CHECKED, "--apply", "--now")

    assert told.refused(*publish, "2026-10-08T17:29") == (
        "The webinar webinar-1 ends at 17:30; publish its recording after that."
    )
    assert told.done(*publish, "2026-10-08T17:30")["applied"] is True


SATURDAY = ("webinar", "recording", "webinar-1", URL, *CHECKED, "--now", "2026-10-10T11:00")


def test_at_a_weekend_it_says_when_the_recording_goes(
    told: CommandLine, mailbox: InMemoryMailbox
) -> None:
    looked, done = told(*SATURDAY), told(*SATURDAY, "--apply")

    monday = "2 people get an e-mail on Monday 12 October 2026, 09:00."
    assert looked.out.splitlines()[-1] == f"Nothing is changed yet; with --apply {monday}"
    assert done.out.splitlines()[-1] == f"Done. {monday}"
    told.done("tick", "--now", "2026-10-10T11:10")
    assert mailbox.received == []
    told.done("tick", "--now", "2026-10-12T09:00")
    assert sum(b"Subject: Recording: " in one.data for one in mailbox.received) == 2


def test_json_says_when_each_e_mail_goes(told: CommandLine) -> None:
    document = told.done(*SATURDAY)

    monday = "2026-10-12T09:00:00+01:00"
    assert document["when"] == [{"at": monday, "people": 2}]
    assert [one["goes_at"] for one in document["concerned"]] == [monday, monday, None]


def test_in_a_paused_cohort_it_says_how_many_wait(
    told: CommandLine, mailbox: InMemoryMailbox
) -> None:
    told.done("cohort", "pause", "2026-10", "--now", "2026-10-06T10:00")

    looked, done = told(*MOVE), told(*MOVE, "--apply")

    assert (looked.code, looked.err) == (0, "")
    waiting = "2 people get an e-mail when the pause of the cohort ends."
    assert looked.out.splitlines()[-1] == f"Nothing is changed yet; with --apply {waiting}"
    assert done.out.splitlines()[-1] == f"Done. {waiting}"
    assert [one["cohort"] for one in told.done("webinar", "list")][:1] == ["2026-10"]
    told.done("tick", "--cohort", "2026-10", "--now", "2026-10-06T11:10")
    told.done("cohort", "resume", "2026-10", "--now", "2026-10-06T11:20")
    told.done("tick", "--now", "2026-10-06T11:30")
    assert sum(b"Subject: New time" in one.data for one in mailbox.received) == 2


def test_json_counts_those_who_wait_until_a_pause_ends(told: CommandLine) -> None:
    told.done("cohort", "pause", "2026-10", "--now", "2026-10-06T10:00")
    document = told.done(*MOVE)

    assert (document["will_be_told"], document["told_later"]) == (2, 2)


@pytest.mark.parametrize("url", ["", "http://video.example/1", "javascript:alert(1)", "x" * 2001])
def test_a_recording_needs_a_plain_https_address(told: CommandLine, url: str) -> None:
    ran = told("webinar", "recording", "webinar-1", url, *AFTER)

    assert (ran.code, ran.err.startswith("The recording address cannot be used, ")) == (1, True)


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("2026-10-09", "has no time; write it as 2026-10-09T16:30."),
        ("soon", "is no moment; write one as 2026-11-23T09:00."),
    ],
)
def test_a_moment_that_is_none_is_a_usage_error(told: CommandLine, to: str, said: str) -> None:
    ran = told("webinar", "move", "webinar-1", "--to", to, *NOW)

    assert ran.code == 2
    assert said in " ".join(ran.err.replace("│", " ").split())


def test_a_note_and_a_summary_that_are_too_long_are_refused(told: CommandLine) -> None:
    assert told.refused(*MOVE, "--note", "x" * 1001) == (
        "The note has 1001 characters; shorten it to 1000 or fewer."
    )
    assert told.refused(*RECORDING, "--summary", "x" * 20000) == (
        "The summary has 20000 characters; shorten it to 1000 or fewer."
    )


def test_an_unknown_webinar_and_an_unknown_cohort_are_refused(told: CommandLine) -> None:
    assert told.refused("webinar", "cancel", "webinar-9", *NOW).startswith(
        "Cohort 2026-10 has no webinar webinar-9; it has: "
    )
    assert told.refused(*CANCEL, "--cohort", "1999-01").startswith("There is no cohort 1999-01; ")
