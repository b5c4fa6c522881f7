"""The page that operations open on a Monday morning."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from ats.planning.forecast import Expected
from ats.reports.figures import CohortFigures, Event, Held, OpenCases, Sent, week_of
from ats.reports.timeline import artifact_key, headline, timeline_page, week_name

MONDAY = dt.datetime(2026, 11, 23, 7, 2, tzinfo=ZoneInfo("Europe/London"))
QUIET = CohortFigures(
    code="2026-10",
    programme="Advanced Teacher Status",
    status="live",
    now=MONDAY,
    week=7,
    people=125,
    mentors=81,
    as_of=dt.date(2026, 11, 20),
    data_age=1,
    fresh_workdays=3,
)
BUSY = replace(
    QUIET,
    as_of=dt.date(2026, 11, 16),
    data_age=5,
    sent=(
        Sent(6, "pdp-tip", "participant", 118),
        Sent(6, "pxm-digest", "pxm", 1),
        Sent(5, "webinar-week-ahead", "mentor", 80),
    ),
    failed=2,
    unread=("operations",),
    coming=(
        Expected(dt.date(2026, 11, 24), "pdp-tip", "participant", 120),
        Expected(dt.date(2026, 11, 24), "chase-mentor-named", "participant", 3),
    ),
    held=(
        Held("stale-data", "chase-milestone", "participant", 14, None),
        Held("cap", "webinar-week-ahead", "participant", 1, dt.date(2026, 11, 30)),
    ),
    queued=1,
    cases=(
        OpenCases("Call the mentor about the request", "operations", 7, dt.date(2026, 11, 4)),
        OpenCases("No mentor has been named", "pxm", 4, dt.date(2026, 11, 20)),
    ),
    events=(Event(MONDAY + dt.timedelta(days=17, hours=9), "Webinar: Q&A", "join link"),),
)


def section(page: str, title: str) -> list[str]:
    """Return the lines of one section that are not empty."""
    body = page.partition(f"## {title}\n")[2].partition("\n## ")[0]
    return [line for line in body.splitlines() if line]


def test_the_head_says_which_cohort_and_how_old_the_data_are() -> None:
    assert timeline_page(QUIET).splitlines()[:5] == [
        "# 2026-10 · week 7",
        "",
        (
            "Advanced Teacher Status, live: 125 participants, 81 mentors who have accepted. "
            "Portfolios as they stood on Fri 20 Nov 2026 (1 working day old)."
        ),
        "",
        "As of Mon 23 Nov 2026, 07:02.",
    ]


def test_a_quiet_cohort_says_so_in_every_section() -> None:
    page = timeline_page(QUIET)
    assert {title: section(page, title) for title in _titles(page)} == {
        "To do": ["Nothing waits for you."],
        "Coming in the next 14 days": ["Nothing is expected."],
        "Held, and why": ["Nothing is held."],
        "Open cases": ["No case is open."],
        "Dates in the next four weeks": ["No webinar and no deadline."],
        "E-mails sent in the last 14 days": ["Nothing was sent."],
    }


def test_what_a_person_has_to_do_stands_first() -> None:
    assert section(timeline_page(BUSY), "To do") == [
        "- **Fetch a portfolio export:** 14 e-mails wait for newer data.",
        "- **Set the join link** of Webinar: Q&amp;A (Thu 10 Dec 2026).",
        "- **Decide the open cases:** 11, the oldest since Wed 4 Nov 2026.",
        "- **Nobody reads our e-mails to operations:** correct `ATS_OPERATIONS_EMAIL`.",
        "- **Undeliverable:** 2 in the last 14 days, see `ats message list`.",
        "- **Not sent yet:** 1 e-mail waits for the mail server.",
    ]


def test_an_export_is_asked_for_before_reminders_would_have_to_wait() -> None:
    page = timeline_page(replace(QUIET, export_by=dt.date(2026, 11, 25)))
    assert section(page, "To do") == [
        (
            "- **Fetch a portfolio export** before Wed 25 Nov 2026: reminders go then, on data at "
            "most 3 working days old."
        )
    ]


def test_a_trial_says_that_nothing_goes_to_real_people() -> None:
    assert section(timeline_page(replace(QUIET, status="trial")), "To do") == [
        "- **In trial:** nothing goes to real people until `ats cohort go-live 2026-10`."
    ]


def test_what_was_sent_is_told_by_week_the_newest_first() -> None:
    assert section(timeline_page(BUSY), "E-mails sent in the last 14 days")[2:] == [
        "| Week 6, from Mon 16 Nov 2026 | pdp-tip | participants | 118 |",
        "|  | pxm-digest | PXM | 1 |",
        "| Week 5, from Mon 9 Nov 2026 | webinar-week-ahead | mentors | 80 |",
        "199 e-mails. One that tells several things is counted once, under the first of them.",
    ]


def test_what_comes_is_told_by_day() -> None:
    assert section(timeline_page(BUSY), "Coming in the next 14 days")[2:] == [
        "| Tue 24 Nov 2026 | pdp-tip | participants | 120 |",
        "|  | chase-mentor-named | participants | 3 |",
        "As things stand now: a reminder stops the moment its cause is gone.",
    ]


def test_what_waits_for_somebody_is_not_counted_as_coming() -> None:
    waiting = Expected(dt.date(2026, 11, 25), "pdp-tip", "participant", 7, "release")
    figures = replace(BUSY, coming=(*BUSY.coming, waiting))

    assert section(timeline_page(figures), "Coming in the next 14 days")[4] == (
        "| Wed 25 Nov 2026 | pdp-tip | participants | 7, once somebody acts: "
        "the Participant Experience Manager has to release it |"
    )
    assert "123 e-mails in the next 14 days" in headline(figures)


def test_what_is_held_is_told_with_its_reason_in_words() -> None:
    assert section(timeline_page(BUSY), "Held, and why")[2:] == [
        (
            "| we need a newer export of the portfolio first | chase-milestone | participants | 14 "
            "| when that changes |"
        ),
        (
            "| there have been as many e-mails this week as we send | webinar-week-ahead "
            "| participants | 1 | Mon 30 Nov 2026 |"
        ),
    ]


def test_open_cases_are_told_by_kind_with_their_owner() -> None:
    assert section(timeline_page(BUSY), "Open cases")[2:] == [
        "| Call the mentor about the request | operations | 7 | Wed 4 Nov 2026 |",
        "| No mentor has been named | PXM | 4 | Fri 20 Nov 2026 |",
    ]


def test_words_of_a_programme_file_cannot_become_markup() -> None:
    case = OpenCases("<img src=x> | [x](http://evil.example)", "pxm", 1, dt.date(2026, 11, 4))
    rows = section(timeline_page(replace(QUIET, cases=(case,))), "Open cases")
    assert rows[2:] == [
        (
            "| &lt;img src=x&gt; &#124; &#91;x&#93;(http&#58;//evil.example) | PXM | 1 "
            "| Wed 4 Nov 2026 |"
        )
    ]


def test_the_headline_counts_what_matters() -> None:
    assert headline(BUSY) == (
        "Week 7, Mon 23 Nov 2026: 6 to do, 123 e-mails in the next 14 days, 15 held, 11 cases open"
    )


@pytest.mark.parametrize(
    ("day", "week"),
    [("2026-10-04", -1), ("2026-10-05", 0), ("2026-10-11", 0), ("2026-10-12", 1)],
)
def test_weeks_count_from_the_one_that_holds_the_start(day: str, week: int) -> None:
    assert week_of(dt.date(2026, 10, 7), dt.date.fromisoformat(day)) == week


def test_weeks_before_the_start_are_told_as_such() -> None:
    assert [week_name(week) for week in (-2, -1, 0, 7)] == [
        "2 weeks before the start",
        "1 week before the start",
        "week 0",
        "week 7",
    ]


@pytest.mark.parametrize("code", ["2026-10", "QTLS Spring/2027", "Ünï_code", "a--b"])
def test_a_key_holds_only_what_the_dashboard_accepts(code: str) -> None:
    key = artifact_key("timeline", code)
    assert key.startswith("timeline-")
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def _titles(page: str) -> list[str]:
    return [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]
