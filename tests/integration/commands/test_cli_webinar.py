"""Webinars are listed, and are given their join address."""

from __future__ import annotations

import pytest
from command_line import CommandLine

from ats.outbox.mailbox import InMemoryMailbox

SET = ("webinar", "set", "webinar-1", "--join-url")
URL = "https://webinar.example/j/1?pwd=a%20b"


def test_a_reminder_waits_for_the_join_address_and_goes_once_it_is_set(
    live: CommandLine, mailbox: InMemoryMailbox
) -> None:
    live.done("tick", "--now", "2026-10-07T09:00")
    (waiting,) = live.done("ledger", "--step", "webinar-tomorrow", "--person", "P0001")
    assert (waiting["outcome"], waiting["reason"]) == ("held", "join-link")

    told = live.done(*SET, URL, "--now", "2026-10-07T10:00")
    live.done("tick", "--now", "2026-10-07T10:10")

    assert (told["key"], told["join_url"], told["sequence"]) == ("webinar-1", URL, 0)
    rows = live.done("ledger", "--step", "webinar-tomorrow", "--person", "P0001")
    assert [row["outcome"] for row in rows] == ["sent"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "webinar.example/1",
        "http://webinar.example/1",
        "https://",
        "https://user:secret@webinar.example/1",
        "https://webinar.example/1\nBcc: x@y.example",
        "https://webinar.example/<script>",
        "https://webinar.example:nix/1",
        "javascript:alert(1)",
        "https://webinar.example/" + "x" * 2000,
    ],
)
def test_an_address_that_is_not_plainly_https_is_refused(live: CommandLine, url: str) -> None:
    assert live.refused(*SET, url) == (
        "The join address cannot be used; give the whole address from the webinar's own page, "
        "which begins with https://."
    )
    assert {one["join_url"] for one in live.done("webinar", "list")} == {None}


def test_an_unknown_webinar_is_refused_with_the_names_of_those_there_are(
    live: CommandLine,
) -> None:
    sentence = live.refused("webinar", "set", "webinar-9", "--join-url", URL)

    assert sentence.startswith("Cohort 2026-10 has no webinar webinar-9; it has: mentor-webinar-1,")


def test_with_two_cohorts_one_has_to_say_which_is_meant(live: CommandLine) -> None:
    live.done("cohort", "launch", "2027-10", "--starts", "2027-10-04", "--now", "2026-09-01")

    assert live.refused(*SET, URL) == "Say which cohort with --cohort: there are 2026-10, 2027-10."
    live.done(*SET, URL, "--cohort", "2027-10")
    has = {(one["cohort"], one["key"]) for one in live.done("webinar", "list") if one["join_url"]}
    assert has == {("2027-10", "webinar-1")}
