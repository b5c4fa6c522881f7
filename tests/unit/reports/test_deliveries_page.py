"""What became of e-mails, and what goes next, as the dashboard shows them."""

from __future__ import annotations

import datetime as dt

from ats.planning.forecast import Expected
from ats.reports.ahead import ahead_headline, ahead_page
from ats.reports.deliveries import deliveries_headline, deliveries_page
from ats.reports.figures import CohortFigures, Delivered, Deliveries

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
TODAY, YESTERDAY = NOW.date(), NOW.date() - dt.timedelta(days=1)
TIPS = Delivered(TODAY, "pdp-tip", "participant", {"sent": 118, "merged": 2, "held": 3})
REQUESTS = Delivered(TODAY, "mentor-request", "mentor", {"failed": 1, "queued": 1})
OLDER = Delivered(YESTERDAY, "pdp-tip", "participant", {"skipped": 4, "expired": 1})


def test_each_day_and_step_has_a_line_and_the_sums_stand_above() -> None:
    told = Deliveries("2026-10", NOW, (TIPS, REQUESTS, OLDER), longer=2)

    lines = deliveries_page(told).splitlines()

    assert "| 118 | 2 | 4 | 1 | 5 |" in lines
    assert [line for line in lines if "pdp-tip" in line or "mentor-request" in line] == [
        "| Tue 24 Nov 2026 | pdp-tip | participants | 118 | 2 | 3 | 0 | 0 |",
        "|  | mentor-request | mentors | 0 | 0 | 1 | 1 | 0 |",
        "| Mon 23 Nov 2026 | pdp-tip | participants | 0 | 0 | 0 | 0 | 5 |",
    ]
    assert "2 e-mails waiting for longer than that; see the timeline." in lines
    assert deliveries_headline(told) == (
        "Cohort 2026-10, e-mails of the last 14 days: "
        "118 sent, 2 within another, 4 waiting, 1 undeliverable, 5 not sent"
    )


def test_where_no_e_mail_fell_due_there_is_nothing() -> None:
    page = deliveries_page(Deliveries("2026-10", NOW, ()))

    assert page.endswith("\n\nThere is nothing: no e-mail fell due.\n")


def figures(*coming: Expected) -> CohortFigures:
    return CohortFigures("2026-10", "ATS", "live", NOW, 7, 125, 80, None, 0, 3, coming=coming)


def test_what_goes_next_is_told_by_day_and_step() -> None:
    tips = Expected(TODAY, "pdp-tip", "participant", 118)
    waits = Expected(TODAY, "deadline-passed", "participant", 1, "release")

    page = ahead_page(figures(tips, waits))

    assert "| Tue 24 Nov 2026 | pdp-tip | participants | 118 |" in page
    assert "1, once somebody acts: the Participant Experience Manager has to release it |" in page
    assert (
        ahead_headline(figures(tips, waits))
        == "Cohort 2026-10, the next 14 days: 118 e-mails, 1 more once somebody acts"
    )


def test_where_no_e_mail_is_expected_there_is_nothing() -> None:
    page = ahead_page(figures())

    assert "There is nothing: no e-mail is expected." in page
    assert "There is nothing: no webinar and no deadline." in page
