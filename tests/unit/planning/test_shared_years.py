"""What a cohort's people share is computed once, and outlives an export that changes no date."""

import datetime as dt

import pytest
from people import ATS, WEBINARS, WORKDAYS, at, cohort, complete, mentor, participant

from ats.planning.facts import Participant
from ats.planning.timeline import Timeline

NOW = at("Tue 2 Mar 2027 09:00")
PEOPLE = (
    participant(mentorships=(mentor(accepted_at=at("Fri 9 Oct 2026 12:00")),)),
    participant(id=2, ref="P0002", sections=complete("about-you", "self-assessment", "pdp")),
    participant(id=3, ref="P0003", joined_on=dt.date(2026, 11, 2), nation="wales"),
)


def test_with_other_data_the_year_is_the_one_computed_anew() -> None:
    known = Timeline(ATS, cohort(), WORKDAYS)
    for person in PEOPLE:
        known.open_occurrences(person, NOW)
    exported = cohort(as_of=dt.date(2027, 3, 1), exports=((NOW, dt.date(2027, 3, 1)),))

    renewed, anew = known.with_data(exported), Timeline(ATS, exported, WORKDAYS)

    assert renewed.cohort == exported
    assert known.cohort == cohort()
    for person in PEOPLE:
        assert _open(renewed, person) == _open(anew, person)


def _open(timeline: Timeline, person: Participant) -> object:
    found, coming = timeline.open_occurrences(person, NOW)
    return [(o.key, o.due_at, o.useful_until) for o in found], coming


def test_an_export_or_a_status_changes_no_date_but_a_webinar_does() -> None:
    known = Timeline(ATS, cohort(), WORKDAYS)

    assert known.has_dates_of(cohort(as_of=dt.date(2027, 3, 1), status="paused"))
    assert not known.has_dates_of(cohort(webinars=WEBINARS[1:]))
    with pytest.raises(AssertionError):
        known.with_data(cohort(starts=dt.date(2027, 10, 4)))
