"""Every moment of the year of one English participant, as DOMAIN.md and EMAILS.md give it."""

from __future__ import annotations

from dataclasses import replace

from people import at, complete, mentor, participant, planned

MENTOR = mentor(request_sent_at=at("Wed 7 Oct 2026 09:00"), accepted_at=at("Mon 12 Oct 2026 15:40"))
ADA = participant(mentorships=(MENTOR,))

TO_THE_PARTICIPANT = {
    # Beginning
    "agenda-published 1": "Thu 3 Sep 2026 09:00",  # the working day after acceptance
    "catch-up 1": "Mon 5 Oct 2026 09:00",  # for late joiners only: it is skipped
    "portfolio-issued 1": "Mon 5 Oct 2026 10:00",
    "mentor-confirmed M0001/1": "Mon 12 Oct 2026 15:40",
    # Tips and notes: Tuesdays, 09:00
    "make-room 1": "Tue 13 Oct 2026 09:00",
    "about-you-and-mentor 1": "Tue 20 Oct 2026 09:00",
    "pdp-tip 1": "Tue 24 Nov 2026 09:00",
    "before-christmas 1": "Tue 15 Dec 2026 09:00",
    "diary-habit 1": "Tue 19 Jan 2027 09:00",
    "research-tip 1": "Tue 2 Feb 2027 09:00",
    "coaching-tip 1": "Tue 23 Feb 2027 09:00",
    "towards-march 1": "Tue 9 Mar 2027 09:00",
    "golden-thread-and-observation 1": "Tue 13 Apr 2027 09:00",
    "impact-tip 1": "Tue 11 May 2027 09:00",
    "summer-note 1": "Tue 29 Jun 2027 09:00",
    "autumn-return 1": "Tue 7 Sep 2027 09:00",
    "deadline-passed 1": "Thu 7 Oct 2027 10:00",
    # Webinars: seven days before, and the working day before
    "webinar-week-ahead webinar-1/1": "Thu 1 Oct 2026 09:00",
    "webinar-tomorrow webinar-1/1": "Wed 7 Oct 2026 09:00",
    "webinar-week-ahead webinar-2/1": "Wed 11 Nov 2026 09:00",
    "webinar-tomorrow webinar-2/1": "Tue 17 Nov 2026 09:00",
    "webinar-week-ahead q-and-a-1/1": "Thu 3 Dec 2026 09:00",
    "webinar-tomorrow q-and-a-1/1": "Wed 9 Dec 2026 09:00",
    "webinar-week-ahead webinar-3/1": "Wed 20 Jan 2027 09:00",
    "webinar-tomorrow webinar-3/1": "Tue 26 Jan 2027 09:00",
    "webinar-week-ahead webinar-4/1": "Thu 22 Apr 2027 09:00",
    "webinar-tomorrow webinar-4/1": "Wed 28 Apr 2027 09:00",
    "webinar-week-ahead webinar-5/1": "Wed 2 Jun 2027 09:00",  # in the May half-term
    "webinar-tomorrow webinar-5/1": "Tue 8 Jun 2027 09:00",
    "webinar-week-ahead q-and-a-2/1": "Thu 2 Sep 2027 09:00",  # in the summer break
    "webinar-tomorrow q-and-a-2/1": "Wed 8 Sep 2027 09:00",
    # No mentor named by Fri 6 Nov 2026
    "chase-mentor-named minus-3/1": "Tue 3 Nov 2026 09:00",
    "chase-mentor-named plus-2/1": "Tue 10 Nov 2026 09:00",
    "chase-mentor-named plus-7/1": "Tue 17 Nov 2026 09:00",
    # The mentor asked on Wed 7 Oct 2026 has not accepted: half-term counts no day
    "chase-mentor-request M0001/plus-12/1": "Fri 23 Oct 2026 09:00",
    # First observation, Fri 20 Nov 2026
    "chase-milestone first-observation/minus-6/1": "Thu 12 Nov 2026 09:00",
    "chase-milestone first-observation/plus-3/1": "Wed 25 Nov 2026 09:00",
    "chase-milestone first-observation/plus-8/1": "Wed 2 Dec 2026 09:00",
    # PDP, Fri 15 Jan 2027
    "chase-milestone pdp/minus-6/1": "Thu 7 Jan 2027 09:00",
    "chase-milestone pdp/plus-3/1": "Wed 20 Jan 2027 09:00",
    "chase-milestone pdp/plus-8/1": "Wed 27 Jan 2027 09:00",
    # Diary and coaching, Fri 19 Mar 2027, with Easter from 26 March to 9 April
    "chase-milestone diary-and-coaching/minus-6/1": "Thu 11 Mar 2027 09:00",
    "chase-milestone diary-and-coaching/plus-3/1": "Wed 24 Mar 2027 09:00",
    "chase-milestone diary-and-coaching/plus-8/1": "Thu 15 Apr 2027 09:00",
    # Project impact, Fri 25 Jun 2027
    "chase-milestone project-impact/minus-6/1": "Thu 17 Jun 2027 09:00",
    "chase-milestone project-impact/plus-3/1": "Wed 30 Jun 2027 09:00",
    "chase-milestone project-impact/plus-8/1": "Wed 7 Jul 2027 09:00",
    # Final observation, Fri 17 Sep 2027
    "chase-milestone final-observation/minus-6/1": "Thu 9 Sep 2027 09:00",
    "chase-milestone final-observation/plus-3/1": "Wed 22 Sep 2027 09:00",
    "chase-milestone final-observation/plus-8/1": "Wed 29 Sep 2027 09:00",
    # Submission, Wed 6 Oct 2027
    "chase-submission minus-5/1": "Wed 29 Sep 2027 09:00",
    "chase-submission minus-1/1": "Tue 5 Oct 2027 09:00",
}
TO_THE_MENTOR = {
    "mentor-request M0001/1": "Wed 7 Oct 2026 09:00",  # named before: on Wednesday of week 0
    "mentor-welcome M0001/1": "Mon 12 Oct 2026 15:40",
    "mentor-hand-over M0001/1": "Mon 12 Oct 2026 15:40",  # instead, for who follows another
    "mentor-first-discussion 1": "Tue 17 Nov 2026 09:00",
    "mentor-midpoint 1": "Tue 23 Feb 2027 09:00",
    "mentor-sign-off-request 1": "Fri 10 Sep 2027 09:00",  # at the latest −18
    "mentor-thanks 1": "Wed 13 Oct 2027 09:00",
    "register-invitation 1": "Wed 20 Oct 2027 09:00",
    "webinar-week-ahead mentor-webinar-1/1": "Thu 5 Nov 2026 09:00",
    "webinar-tomorrow mentor-webinar-1/1": "Wed 11 Nov 2026 09:00",
    "webinar-week-ahead mentor-webinar-2/1": "Thu 25 Feb 2027 09:00",
    "webinar-tomorrow mentor-webinar-2/1": "Wed 3 Mar 2027 09:00",
    "webinar-week-ahead mentor-webinar-3/1": "Thu 10 Jun 2027 09:00",
    "webinar-tomorrow mentor-webinar-3/1": "Wed 16 Jun 2027 09:00",
    "chase-mentor-request M0001/plus-5/1": "Wed 14 Oct 2026 09:00",
    "chase-mentor-request M0001/plus-10/1": "Wed 21 Oct 2026 09:00",
    "chase-sign-off M0001/minus-11/1": "Tue 21 Sep 2027 09:00",
    "chase-sign-off M0001/minus-9/1": "Thu 23 Sep 2027 09:00",
}
TO_OPERATIONS = {
    "chase-milestone first-observation/plus-13/1": "Wed 9 Dec 2026 09:00",
    "chase-milestone pdp/plus-13/1": "Wed 3 Feb 2027 09:00",
    "chase-milestone diary-and-coaching/plus-13/1": "Thu 22 Apr 2027 09:00",
    "chase-milestone project-impact/plus-13/1": "Wed 8 Sep 2027 09:00",
    # +13 after the final observation would be Wed 6 Oct 2027, the submission day: not planned
    "chase-mentor-request M0001/plus-15/1": "Wed 4 Nov 2026 09:00",
    "chase-sign-off M0001/minus-5/1": "Wed 29 Sep 2027 09:00",
}
TO_THE_PXM = {
    "chase-milestone first-observation/two-overdue/1": "Mon 23 Nov 2026 09:00",
    "chase-milestone first-observation/plus-8-red/1": "Wed 2 Dec 2026 09:00",
    "chase-milestone first-observation/plus-18/1": "Wed 16 Dec 2026 09:00",
    "chase-milestone pdp/two-overdue/1": "Mon 18 Jan 2027 09:00",
    "chase-milestone pdp/plus-8-red/1": "Wed 27 Jan 2027 09:00",
    "chase-milestone pdp/plus-18/1": "Wed 10 Feb 2027 09:00",
    "chase-milestone diary-and-coaching/two-overdue/1": "Mon 22 Mar 2027 09:00",
    "chase-milestone diary-and-coaching/plus-8-red/1": "Thu 15 Apr 2027 09:00",
    "chase-milestone diary-and-coaching/plus-18/1": "Thu 29 Apr 2027 09:00",
    "chase-milestone project-impact/two-overdue/1": "Mon 28 Jun 2027 09:00",
    "chase-milestone project-impact/plus-8-red/1": "Wed 7 Jul 2027 09:00",
    "chase-milestone project-impact/plus-18/1": "Wed 15 Sep 2027 09:00",
    "chase-milestone final-observation/two-overdue/1": "Mon 20 Sep 2027 09:00",
    "chase-milestone final-observation/plus-8-red/1": "Wed 29 Sep 2027 09:00",
    "chase-mentor-named plus-12/1": "Tue 24 Nov 2026 09:00",
    "chase-mentor-named no-mentor/1": "Fri 10 Sep 2027 09:00",
    "chase-mentor-request M0001/plus-20/1": "Wed 11 Nov 2026 09:00",
    "chase-sign-off M0001/minus-4/1": "Thu 30 Sep 2027 09:00",
    "chase-submission plus-1/1": "Thu 7 Oct 2027 09:00",
}


def test_the_participants_year_is_as_published() -> None:
    assert planned(ADA)["P0001"] == TO_THE_PARTICIPANT


def test_the_mentors_year_is_as_published() -> None:
    assert planned(ADA)["M0001"] == TO_THE_MENTOR


def test_what_operations_and_the_pxm_hear_of_is_as_published() -> None:
    assert {role: planned(ADA)[role] for role in ("operations", "pxm")} == {
        "operations": TO_OPERATIONS,
        "pxm": TO_THE_PXM,
    }


def test_nobody_else_hears_of_anything() -> None:
    assert set(planned(ADA)) == {"P0001", "M0001", "operations", "pxm"}


def test_what_has_not_happened_has_no_moment() -> None:
    asked_later = participant(mentorships=(mentor(),))
    anchored = {"mentor-confirmed", "submission-received", "mentor-none-named"}
    ladder = {"chase-mentor-request"}
    steps = {name.split()[0] for names in planned(asked_later).values() for name in names}
    assert steps & (anchored | ladder) == set()


def test_a_submission_is_answered_on_the_import_that_shows_it() -> None:
    submitted = replace(ADA, sections=complete("submission", on="Mon 27 Sep 2027"))
    assert planned(submitted)["P0001"] == {
        **TO_THE_PARTICIPANT,
        "submission-received 1": "Mon 27 Sep 2027 07:30",
    }
