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
    ("url", "why"),
    [
        ("", "it is empty"),
        (" ", "it is empty"),
        ("webinar.example/1", "it does not begin with https://"),
        ("http://webinar.example/1", "it does not begin with https://"),
        ("javascript:alert(1)", "it does not begin with https://"),
        ("https://", "it names no website"),
        ("https:///1", "it names no website"),
        ("https://user:secret@webinar.example/1", "it holds a user name or a password"),
        ("https://webinar.example/my room", "it holds a blank"),
        (
            "https://webinar.example/1\nBcc: x@y.example",
            "it holds a line end or another sign that nobody sees",
        ),
        ("https://webinar.example/<script>", "it holds “<”"),
        ("https://webinar.example/ä", "it holds “ä”"),
        ("https://webinär.example/1", "it holds “ä”"),
        ("https://webinar.example:nix/1", "no website has such a name or port"),
        ("https://[webinar.example/1", "no website has such a name or port"),
        ("https://webinar.example/" + "x" * 3000, "it has 3,024 characters and 2,000 are the most"),
    ],
    ids=lambda text: text[:40],
)
def test_an_address_that_is_not_plainly_https_is_refused_and_why_is_said(
    live: CommandLine, url: str, why: str
) -> None:
    assert live.refused(*SET, url) == (
        f"The join address cannot be used, because {why}; give the whole address from the "
        "webinar's own page, which begins with https://."
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
