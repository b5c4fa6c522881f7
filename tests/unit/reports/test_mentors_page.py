"""The mentors of a cohort as the dashboard shows them."""

from __future__ import annotations

import datetime as dt

from ats.cases.mentorships import MentorshipRow, Mentorships
from ats.reports.mentors import MOST, mentors_headline, mentors_page

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
ASKED_ON = dt.date(2026, 10, 7)
WAITS = MentorshipRow(
    "P0001", "M<b>1|", "asked", ASKED_ON, 29, "mentor-waiting", dt.date(2026, 11, 24), (3, 7)
)
AGREED = MentorshipRow("P0002", "M0002", "accepted", dt.date(2026, 10, 12), None, "", None, ())
NOBODY = MentorshipRow("P0003", "", "none named", dt.date(2026, 10, 5), 31, "", None, ())


def made(*rows: MentorshipRow) -> Mentorships:
    return Mentorships("2026-10", NOW, rows)


def test_it_counts_each_state_and_shows_everybody_in_the_order_given() -> None:
    page = mentors_page(made(NOBODY, WAITS, AGREED))

    assert (
        mentors_headline(made(NOBODY, WAITS, AGREED))
        == "Cohort 2026-10, mentors: 1 none named, 1 asked, 1 accepted"
    )
    assert "| asked | 1 | the request has gone; the mentor has not answered |" in page
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| P0")]
    assert [row[:5] for row in rows] == [
        ["| P0003", "–", "none named", "Mon 5 Oct 2026", "31"],
        ["| P0001", "M&lt;b&gt;1&#124;", "asked", "Wed 7 Oct 2026", "29"],
        ["| P0002", "M0002", "accepted", "Mon 12 Oct 2026", ""],
    ]
    assert rows[1][5:] == ["mentor-waiting on Tue 24 Nov 2026", "3, 7 |"]


def test_with_nobody_enrolled_there_is_nothing() -> None:
    assert mentors_headline(made()) == "Cohort 2026-10, mentors: nobody is enrolled"
    assert mentors_page(made()) == (
        "# Mentors 2026-10\n\nAs of Mon 23 Nov 2026, 09:00.\n\n"
        "There is nothing: nobody is enrolled.\n"
    )


def test_of_very_many_it_says_how_many_are_left_out() -> None:
    page = mentors_page(made(*[AGREED] * (MOST + 2)))

    assert page.count("| P0002 |") == MOST
    assert "And 2 more, in the workbook" in page
