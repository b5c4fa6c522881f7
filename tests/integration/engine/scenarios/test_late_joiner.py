"""Scenario 1, late joiner: one catch-up e-mail instead of a replay, and dates of their own."""

from __future__ import annotations

import pytest
from prologue import prologue
from quiet_office import without_staff_letters
from small_cohort import BEN, GRACE, SmallCohort, at, read
from story import story, walk

from ats.office import Office
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors
from ats.webinars import changes as webinars

CODE = "2026-10"
# Saturday 24 October 2026; six weeks and fifteen weeks later are Saturdays, too.
LEE = "2026-10,P0009,Lee,Marsh,lee@harbour.example,Harbour College,england,2026-10-24" + GRACE
ON_TRACK = (
    "P0009,about-you,complete,2026-11-10",
    "P0009,first-observation,complete,2026-12-03",
    "P0009,self-assessment,complete,2026-12-10",
    "P0009,pdp,complete,2027-02-04",
    "P0009,reflective-diary,in-progress,2027-02-08",
    "P0009,coaching,in-progress,2027-03-08",
    "P0009,impact-project,complete,2027-06-10",
    "P0009,cpd-log,complete,2027-06-11",
    "P0009,final-observation,complete,2027-06-16",
    "P0009,reflective-diary,complete,2027-07-05",
    "P0009,coaching,complete,2027-07-05",
    "P0009,final-action-plan,complete,2027-09-08",
    "P0009,submission,complete,2027-09-30",
)


@pytest.fixture
def example_office(example_office: Office) -> Office:
    return without_staff_letters(example_office)


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """A cohort that has been under way for two weeks when Lee's place is confirmed."""
    cohort.enrol(BEN)
    cohort.join_links()
    cohort.go_live()
    walk(cohort, "2026-10-05 09:00", "2026-10-09 12:00")
    webinars.publish_recording(
        cohort.office, CODE, "webinar-1", url="https://recordings.example/1", captions=True,
        transcript=True, now=at("2026-10-09 12:00"), by="Jo", apply=True,
    )  # fmt: skip
    walk(cohort, "2026-10-09 12:10", "2026-10-19 18:00")
    cohort.enrol(BEN, LEE, now="2026-10-20 10:00")
    mailbox.received.clear()


def test_nothing_comes_before_they_join_and_then_one_e_mail_with_their_own_dates(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    walk(year, "2026-10-20 10:10", "2026-10-25 18:00")
    assert "lee@harbour.example" not in {one.recipient for one in mailbox.received}
    walk(year, "2026-10-26 09:00", "2026-11-02 18:00")

    (only,) = [read(one) for one in mailbox.received if one.recipient == "lee@harbour.example"]
    text = " ".join(only.get_body(("plain",)).get_content().split())
    assert "Getting started and your self-assessment: https://recordings.example/1" in text
    assert "Monday 7 December 2026, 17:00: first observation" in text  # 5 December is a Saturday
    assert "Monday 8 February 2027, 17:00: about you, self-assessment and PDP" in text
    assert "Friday 19 March 2027, 17:00: reflective diary and coaching started" in text
    assert "Wednesday 6 October 2027, 17:00: your portfolio submitted" in text
    assert "Friday 15 January 2027" not in text


def test_the_whole_year_of_who_joined_three_weeks_late(year: SmallCohort) -> None:
    walk(year, "2026-10-20 10:10", "2026-11-04 10:00", portfolio=ON_TRACK)
    mentors.accept(year.store, "P0009", now=at("2026-11-04 10:05"), by="Jo")
    walk(year, "2026-11-04 10:10", "2027-09-15 10:00", portfolio=ON_TRACK)
    mentors.sign_off(year.store, "P0009", now=at("2027-09-15 10:05"), by="Jo")
    walk(year, "2027-09-15 10:10", "2027-10-20 18:00", portfolio=ON_TRACK)

    assert [case for case in year.cases() if case[0] == "P0009"] == []
    assert story(year, "P0009") == YEAR.split("\n")


YEAR = """\
2026-10-01 09:00 webinar-week-ahead webinar-1/1 skipped: late-joiner
2026-10-05 10:00 portfolio-issued skipped: late-joiner
2026-10-07 09:00 webinar-tomorrow webinar-1/1 skipped: late-joiner
2026-10-09 12:00 webinar-recording webinar-1/1 skipped: late-joiner
2026-10-13 09:00 make-room skipped: late-joiner
2026-10-20 09:00 about-you-and-mentor skipped: late-joiner
2026-10-21 09:00 agenda-published skipped: late-joiner
2026-10-26 09:00 catch-up sent
2026-10-26 09:00 mentor-request M0001/1 to M0001 sent
2026-11-03 09:00 chase-mentor-named minus-3/1 skipped: condition-met
2026-11-04 10:05 mentor-hand-over M0001/1 to M0001 skipped: condition-unmet
2026-11-04 10:10 mentor-confirmed M0001/1 sent
2026-11-04 10:10 mentor-welcome M0001/1 to M0001 sent
2026-11-05 09:00 webinar-week-ahead mentor-webinar-1/1 to M0001 sent
2026-11-06 09:00 chase-mentor-request M0001/plus-5/1 to M0001 skipped: condition-met
2026-11-10 09:00 chase-mentor-named plus-2/1 skipped: condition-met
2026-11-11 09:00 webinar-tomorrow mentor-webinar-1/1 to M0001 sent
2026-11-11 09:00 webinar-week-ahead webinar-2/1 sent
2026-11-13 09:00 chase-mentor-request M0001/plus-10/1 to M0001 skipped: condition-met
2026-11-17 09:00 chase-mentor-named plus-7/1 skipped: condition-met
2026-11-17 09:00 chase-mentor-request M0001/plus-12/1 skipped: condition-met
2026-11-17 09:00 mentor-first-discussion to M0001 sent
2026-11-17 09:00 webinar-tomorrow webinar-2/1 sent
2026-11-20 09:00 chase-mentor-request M0001/plus-15/1 to operations skipped: condition-met
2026-11-24 09:00 chase-mentor-named plus-12/1 to pxm skipped: condition-met
2026-11-24 09:00 pdp-tip sent
2026-11-27 09:00 chase-mentor-request M0001/plus-20/1 to pxm skipped: condition-met
2026-12-01 09:00 chase-milestone first-observation/minus-6/1 sent
2026-12-03 09:00 webinar-week-ahead q-and-a-1/1 sent
2026-12-08 09:00 chase-milestone first-observation/two-overdue/1 to pxm skipped: condition-met
2026-12-09 09:00 webinar-tomorrow q-and-a-1/1 sent
2026-12-10 09:00 chase-milestone first-observation/plus-3/1 skipped: condition-met
2026-12-15 09:00 before-christmas sent
2026-12-17 09:00 chase-milestone first-observation/plus-8-red/1 to pxm skipped: condition-met
2026-12-17 09:00 chase-milestone first-observation/plus-8/1 skipped: condition-met
2027-01-08 09:00 chase-milestone first-observation/plus-13/1 to operations skipped: condition-met
2027-01-15 09:00 chase-milestone first-observation/plus-18/1 to pxm skipped: condition-met
2027-01-19 09:00 diary-habit sent
2027-01-20 09:00 webinar-week-ahead webinar-3/1 sent
2027-01-26 09:00 webinar-tomorrow webinar-3/1 sent
2027-02-02 09:00 chase-milestone pdp/minus-6/1 sent
2027-02-02 09:00 research-tip sent
2027-02-09 09:00 chase-milestone pdp/two-overdue/1 to pxm skipped: condition-met
2027-02-11 09:00 chase-milestone pdp/plus-3/1 skipped: condition-met
2027-02-23 09:00 coaching-tip sent
2027-02-23 09:00 mentor-midpoint to M0001 sent
2027-02-25 09:00 chase-milestone pdp/plus-8-red/1 to pxm skipped: condition-met
2027-02-25 09:00 chase-milestone pdp/plus-8/1 skipped: condition-met
2027-02-25 09:00 webinar-week-ahead mentor-webinar-2/1 to M0001 sent
2027-03-03 09:00 webinar-tomorrow mentor-webinar-2/1 to M0001 sent
2027-03-04 09:00 chase-milestone pdp/plus-13/1 to operations skipped: condition-met
2027-03-09 09:00 towards-march sent
2027-03-11 09:00 chase-milestone diary-and-coaching/minus-6/1 sent
2027-03-11 09:00 chase-milestone pdp/plus-18/1 to pxm skipped: condition-met
2027-03-22 09:00 chase-milestone diary-and-coaching/two-overdue/1 to pxm skipped: condition-met
2027-03-24 09:00 chase-milestone diary-and-coaching/plus-3/1 skipped: condition-met
2027-04-13 09:00 golden-thread-and-observation sent
2027-04-15 09:00 chase-milestone diary-and-coaching/plus-8-red/1 to pxm skipped: condition-met
2027-04-15 09:00 chase-milestone diary-and-coaching/plus-8/1 skipped: condition-met
2027-04-22 09:00 chase-milestone diary-and-coaching/plus-13/1 to operations skipped: condition-met
2027-04-22 09:00 webinar-week-ahead webinar-4/1 sent
2027-04-28 09:00 webinar-tomorrow webinar-4/1 sent
2027-04-29 09:00 chase-milestone diary-and-coaching/plus-18/1 to pxm skipped: condition-met
2027-05-11 09:00 impact-tip sent
2027-06-02 09:00 webinar-week-ahead webinar-5/1 sent
2027-06-08 09:00 webinar-tomorrow webinar-5/1 sent
2027-06-10 09:00 webinar-week-ahead mentor-webinar-3/1 to M0001 sent
2027-06-16 09:00 webinar-tomorrow mentor-webinar-3/1 to M0001 sent
2027-06-17 09:00 chase-milestone project-impact/minus-6/1 skipped: condition-met
2027-06-28 09:00 chase-milestone project-impact/two-overdue/1 to pxm skipped: condition-met
2027-06-29 09:00 summer-note sent
2027-06-30 09:00 chase-milestone project-impact/plus-3/1 skipped: condition-met
2027-07-07 09:00 chase-milestone project-impact/plus-8-red/1 to pxm skipped: condition-met
2027-07-07 09:00 chase-milestone project-impact/plus-8/1 skipped: condition-met
2027-09-02 09:00 webinar-week-ahead q-and-a-2/1 sent
2027-09-07 09:00 autumn-return sent
2027-09-08 09:00 chase-milestone project-impact/plus-13/1 to operations skipped: condition-met
2027-09-08 09:00 webinar-tomorrow q-and-a-2/1 sent
2027-09-09 09:00 chase-milestone final-observation/minus-6/1 skipped: condition-met
2027-09-10 09:00 chase-mentor-named no-mentor/1 to pxm skipped: condition-met
2027-09-10 09:00 mentor-sign-off-request to M0001 sent
2027-09-15 09:00 chase-milestone project-impact/plus-18/1 to pxm skipped: condition-met
2027-09-20 09:00 chase-milestone final-observation/two-overdue/1 to pxm skipped: condition-met
2027-09-21 09:00 chase-sign-off M0001/minus-11/1 to M0001 skipped: condition-met
2027-09-22 09:00 chase-milestone final-observation/plus-3/1 skipped: condition-met
2027-09-23 09:00 chase-sign-off M0001/minus-9/1 to M0001 skipped: condition-met
2027-09-29 09:00 chase-milestone final-observation/plus-8-red/1 to pxm skipped: condition-met
2027-09-29 09:00 chase-milestone final-observation/plus-8/1 skipped: condition-met
2027-09-29 09:00 chase-sign-off M0001/minus-5/1 to operations skipped: condition-met
2027-09-29 09:00 chase-submission minus-5/1 sent
2027-09-30 09:00 chase-sign-off M0001/minus-4/1 to pxm skipped: condition-met
2027-10-04 09:00 submission-received sent
2027-10-05 09:00 chase-submission minus-1/1 skipped: submitted
2027-10-07 09:00 chase-submission plus-1/1 to pxm skipped: submitted
2027-10-07 10:00 deadline-passed skipped: submitted
2027-10-13 09:00 mentor-thanks to M0001 sent
2027-10-20 09:00 register-invitation to M0001 skipped: condition-unmet"""
