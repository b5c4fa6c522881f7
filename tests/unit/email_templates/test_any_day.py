"""What an e-mail says is true on whatever day it goes: on time, or late after an outage."""

from typing import Any

import pytest

from ats.outbox.render import Rendered, Renderer
from tests.unit.email_templates.samples import (
    DUE,
    MENTOR,
    PARTICIPANT,
    SECOND,
    TEMPLATES,
    message,
    part,
    person,
    shared,
    webinar,
)

RENDERER = Renderer(TEMPLATES)
SUMMER = {"name": "Summer break", "from": "2027-07-12", "to": "2027-09-05"}
Q_AND_A = webinar(key="q-and-a-2", title="Questions", starts_at="2027-09-09T16:30:00+01:00")


def mail(key: str, today: str, **fields: Any) -> Rendered:
    """Return an e-mail to a participant as it reads on a day."""
    about = {"person": person(), **fields}
    return RENDERER.render(
        message(shared(PARTICIPANT, "participant", today=today), part(key, **about))
    )


def to_mentor(key: str, today: str, **fields: Any) -> Rendered:
    """Return an e-mail to a mentor as it reads on a day."""
    return RENDERER.render(message(shared(MENTOR, "mentor", today=today), part(key, **fields)))


def line(one: Rendered) -> str:
    return " ".join(one.text.split())


@pytest.mark.parametrize(
    ("today", "due", "subject"),
    [
        ("2027-03-09", "2027-03-19", "Ten days to your spring milestone"),
        ("2027-03-17", "2027-03-19", "Two days to your spring milestone"),
        ("2027-03-18", "2027-03-19", "Your spring milestone: Friday 19 March"),
        ("2027-03-26", "2027-04-02", "Seven days to your spring milestone"),
        ("2027-03-09", "2027-04-09", "Your spring milestone: Friday 9 April"),
    ],
)
def test_the_days_to_the_spring_milestone_are_counted_across_months(
    today: str, due: str, subject: str
) -> None:
    dates = {**DUE, "diary-and-coaching": f"{due}T17:00:00+00:00"}
    assert mail("towards-march", today, person=person(due=dates)).subject == subject


@pytest.mark.parametrize(
    ("today", "subject"),
    [
        ("2027-09-07", "Your last four weeks: three dates"),
        ("2027-09-20", "Your last two weeks: two dates"),
        ("2027-10-04", "Your portfolio: submission closes on Wednesday 6 October"),
    ],
)
def test_the_last_weeks_are_counted_on_the_calendar(today: str, subject: str) -> None:
    assert mail("autumn-return", today).subject == subject


def test_a_portfolio_is_open_from_today_on_that_day_alone() -> None:
    begins, later = mail("portfolio-issued", "2026-10-05"), mail("portfolio-issued", "2026-11-16")

    assert "Your portfolio is open from today, and" in line(begins)
    assert "The date for a name is Friday 6 November 2026" in line(begins)
    assert "Your portfolio is open, and" in line(later)
    assert "6 November" not in line(later)


def test_the_agenda_announces_only_what_is_still_ahead() -> None:
    gone = webinar(key="webinar-1", title="Getting started", past=True)
    year = {"webinars": [gone, Q_AND_A]}
    before, after = (
        mail("agenda-published", "2026-09-03"),
        mail("agenda-published", "2026-11-10", **year),
    )

    assert "starts on Monday 5 October 2026. On that day your portfolio opens" in line(before)
    assert "started on Monday 5 October 2026. There is one thing to do now" in line(after)
    assert "Getting started" not in line(after)
    assert "your mentor named" not in line(after)
    assert "Questions" in line(after)


def test_the_summer_note_promises_no_silence_that_a_webinar_breaks() -> None:
    note = line(mail("summer-note", "2027-06-29", closures=[SUMMER], webinars=[Q_AND_A]))
    late = {**Q_AND_A, "starts_at": "2027-10-20T16:30:00+01:00"}
    quiet = line(mail("summer-note", "2027-06-29", closures=[SUMMER], webinars=[late]))
    done = mail(
        "summer-note",
        "2027-06-29",
        person=person(submitted=True),
        closures=[SUMMER],
        webinars=[Q_AND_A],
    )

    promise = "you get no tips from us and no reminders about your portfolio. "
    notice = "Early notice of the webinar on Thursday 9 September 2027 may still reach you then."
    assert promise + notice in note
    assert promise in quiet
    assert "Early notice" not in quiet
    assert "Early notice" not in line(done)


@pytest.mark.parametrize(
    ("days", "opening", "link"),
    [
        (7, "Here is early notice of", "on the working day before"),
        (1, "Here are the day and the hour of", "before it starts"),
        (0, "Here are the day and the hour of", "before it starts"),
    ],
)
def test_notice_of_a_webinar_is_early_only_when_it_is(days: int, opening: str, link: str) -> None:
    text = line(
        mail("webinar-week-ahead", "2026-11-11", webinar=webinar(days_until=days, join_url=None))
    )

    assert f"{opening} the next webinar" in text
    assert f"Your joining link comes by e-mail {link}." in text


def test_a_sign_off_day_that_has_passed_is_not_announced() -> None:
    mentees = [person(), person(SECOND)]
    ahead = to_mentor("mentor-sign-off-reminder", "2027-09-23", mentees=mentees[:1])
    past = to_mentor("mentor-sign-off-reminder", "2027-09-29", mentees=mentees[:1])
    both = to_mentor("mentor-sign-off-reminder", "2027-09-29", mentees=mentees)

    assert ahead.subject == "ATS sign-off: Tuesday 28 September is the day"
    assert "The day for it is Tuesday 28 September" in line(ahead)
    assert "is the day" not in past.subject
    assert "The day for it was Tuesday 28 September" in line(past)
    assert line(both).count("due on Tuesday 28 September") == 2
