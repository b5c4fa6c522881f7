"""What an e-mail says of the person it goes to is so."""

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest

from ats.outbox.render import Rendered, Renderer
from config.programme import Programme
from config.programme_file import find_programme, load_programme
from tests.unit.email_templates.samples import (
    DUE,
    EXTENDED,
    LINKS,
    MENTOR,
    PARTICIPANT,
    SECOND,
    SECTIONS,
    TEMPLATES,
    Fields,
    contexts,
    message,
    named,
    part,
    person,
    shared,
    webinar,
)

RENDERER = Renderer(TEMPLATES)
ASKED: Fields = {**MENTOR, "accepted": False}
PROGRAMME: Programme = load_programme(find_programme("ats"))
AGREED: Fields = {**MENTOR, "accepted": True}
MENTOR_IS_NAMED = ["summer-note", "autumn-return", "submission-received"]


def to_participant(key: str, *, today: str = "2027-06-29", **fields: Any) -> str:
    """Return the text of an e-mail to a participant, on one line."""
    about = {"person": person(), **fields}
    context = message(shared(PARTICIPANT, "participant", today=today), part(key, **about))
    return one_line(RENDERER.render(context))


def to_mentor(key: str, *mentees: Fields, today: str = "2027-10-13", **fields: Any) -> str:
    """Return the text of an e-mail to a mentor, on one line."""
    about = {"person": mentees[0], "mentees": list(mentees), **fields}
    context = message(shared(MENTOR, "mentor", today=today), part(key, **about))
    return one_line(RENDERER.render(context))


def one_line(mail: Rendered) -> str:
    return " ".join(mail.text.split())


@pytest.mark.parametrize("key", MENTOR_IS_NAMED)
def test_who_has_not_agreed_is_nobodys_mentor(key: str) -> None:
    """Who was asked and did not answer is named as that, with what the participant can do."""
    complete = SECTIONS if key == "submission-received" else []
    about = person(complete=complete, submitted=key == "submission-received")

    asked = to_participant(key, person=about, mentor=ASKED)
    agreed = to_participant(key, person=about, mentor=AGREED)

    assert "no answer is recorded with us so far" in asked
    assert '"please suggest someone"' in asked
    assert "no answer is recorded" not in agreed
    assert "please suggest someone" not in agreed
    for promise in (
        f"we ask {MENTOR['full_name']} to sign",
        f"Agree a day after the summer with {MENTOR['full_name']}",
        f"Tell {MENTOR['full_name']} that it is done",
        "your mentor is asked",
    ):
        assert promise not in asked


def test_who_has_submitted_without_a_mentor_is_told_what_is_left() -> None:
    """With a mentor who agreed there is nothing more to do; without one there is one thing."""
    done = person(complete=SECTIONS, submitted=True)

    texts = {
        name: to_participant("submission-received", person=done, mentor=mentor)
        for name, mentor in {"agreed": AGREED, "asked": ASKED, "nobody": None}.items()
    }

    assert {name: "You need do nothing more." in text for name, text in texts.items()} == {
        "agreed": True,
        "asked": False,
        "nobody": False,
    }
    assert "no mentor is recorded for you" in texts["nobody"]


def test_a_mentor_whose_sign_off_is_open_is_not_told_that_all_is_done() -> None:
    """Whoever is waited for is named; for the others there is nothing more to do."""
    first, second = person(signed_off=True), person(SECOND, signed_off=True)
    waiting = person(SECOND)

    done = to_mentor("mentor-thanks", first, second)
    one_open = to_mentor("mentor-thanks", first, waiting)
    all_open = to_mentor("mentor-thanks", waiting)

    assert "There is nothing more for you to do." in done
    assert "sign-off" not in done
    assert "we have no sign-off from you for Bronagh Zephyrine." in one_open
    assert "For Eilidh there is nothing more for you to do." in one_open
    assert "we have no sign-off from you for Bronagh Zephyrine." in all_open
    assert "nothing more for you to do" not in all_open
    assert "The programme year has ended. Thank you" in all_open


def test_what_may_be_switched_off_says_how() -> None:
    """Participants and mentors alike; what may not be switched off promises nothing."""
    steps = [step for step in PROGRAMME.steps if step.to in ("participant", "mentor")]
    classes = PROGRAMME.send_policy.classes
    optional = {step.key for step in steps if classes[step.class_].may_be_switched_off}

    says = {step.key for step in steps if "If you would rather have no " in foot(step.key)}

    assert says == optional


def test_where_there_is_a_page_for_it_the_foot_says_only_there_how() -> None:
    """Not once more that one may reply."""
    steps = [step for step in PROGRAMME.steps if step.to in ("participant", "mentor")]

    for step in steps:
        told = foot(step.key, preferences=LINKS["preferences"])
        assert "You can switch tips and e-mails about webinars off" in told
        assert "reply and say so" not in told


def foot(key: str, *, preferences: str | None = None) -> str:
    """Return what stands at the foot of an e-mail, on one line."""
    context = next(contexts(key))
    links = {**context["shared"]["links"], "preferences": preferences}
    context = {**context, "shared": {**context["shared"], "links": links}}
    return one_line(RENDERER.render(context)).split(" -- ")[1]


def changed(key: str, **about: object) -> str:
    """Return the text of a notice about a webinar, on one line."""
    return to_participant(key, webinar=webinar(**about))


def test_who_gets_no_more_e_mails_about_webinars_is_promised_none() -> None:
    """They have switched them off, or submitted; what they want they ask for."""
    with_link = changed("webinar-moved", mail_follows=False)
    without = changed("webinar-moved", mail_follows=False, join_url=None)

    assert "We do not send you its recording. If you would like it," in with_link
    assert "If you would like the joining link, or afterwards the captioned recording" in without
    for text in (with_link, without, changed("webinar-cancelled", mail_follows=False)):
        assert "comes by e-mail" not in text
        assert "You get the captioned recording" not in text
        assert "we will write to you" not in text
    assert "Your joining link comes by e-mail" in changed("webinar-moved", join_url=None)
    assert "within three working days" in changed("webinar-moved")
    assert "we will write to you" in changed("webinar-cancelled")


def test_a_notice_says_first_that_it_is_about_a_webinar() -> None:
    """Its title alone may be taken for a deadline."""
    for key in ("webinar-moved", "webinar-cancelled"):
        for past in (False, True):
            said = changed(key, past=past).partition("Eilidh, ")[2]
            assert said.startswith('The webinar "From SWOT to your plan" ')


def test_of_a_webinar_that_has_begun_meanwhile_nobody_is_asked_to_join() -> None:
    held = changed("webinar-moved", past=True)
    recorded = changed("webinar-moved", past=True, recording_url="https://video.example/7")

    assert "was moved to an earlier time, and has begun already" in held
    assert "Join the webinar" not in held
    assert "does not suit you" not in held
    assert "You get the captioned recording" in held
    assert "Watch the recording: https://video.example/7" in recorded


#: What a hint about a section speaks of, and no other hint of the same milestone.
SPEAKS_OF = {
    "About you": r"[Ii]ntroduce yourself",
    "Self-assessment": r"recent example",
    "Personal Development Plan": r"\bneeds?\b",
    "Reflective diary": r"\b(moment|entry)\b",
    "Coaching": r"\bcolleague\b",
    "Improvement project": r"what changed",
    "CPD log": r"calendar",
    "First observation": r"observer",
    "Final observation": r"observer",
}


@pytest.mark.parametrize("key", ["milestone-nudge", "milestone-reminder-1", "milestone-reminder-2"])
def test_the_shortest_way_is_about_what_is_open_and_nothing_else(key: str) -> None:
    """For every milestone that these e-mails chase, whichever of its sections are open."""
    for milestone, titles, still_open in chased():
        about = {"key": milestone, "title": "A milestone", "due": "2027-01-15T17:00:00+00:00"}
        about |= {"open_sections": still_open, "overdue": False}
        told = to_participant(key, milestone=about, as_of="2027-01-11")
        _, _, rest = re.split(r"(The shortest way|If you would rather just finish)", told)
        hint = re.sub(r"need (only|not)", "", rest.split("Open your portfolio:")[0])

        assert [title for title in titles if re.search(SPEAKS_OF[title], hint)] == still_open
        assert ("in this order" in hint or "does both" in hint) == (len(still_open) > 1)


def chased() -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield key and sections of each milestone, with each selection of them."""
    for milestone in PROGRAMME.milestones:
        keys = [] if milestone.ladder else [*milestone.complete, *milestone.started]
        titles = [PROGRAMME.section_title(key) for key in keys]
        for number in range(1, len(titles) + 1):
            for still_open in combinations(titles, number):
                yield milestone.key, titles, list(still_open)


def test_who_joins_late_gets_what_the_others_had_up_front() -> None:
    """Every webinar to come with its length, the adjustments, and how data are used."""
    ahead = [
        webinar(title="Reflection", starts_at="2027-01-27T16:30:00+00:00"),
        webinar(title="Impact", starts_at="2027-04-29T16:30:00+01:00"),
    ]
    gone = webinar(title="Getting started", past=True)
    agenda = to_participant("agenda-published", webinars=ahead)
    after = agenda.split("If adjustments would help you ")[1].split(" Is one of these dates")[0]

    told = to_participant("catch-up", webinars=[gone, *ahead])

    assert "- Wednesday 27 January 2027, 16:30: Reflection" in told
    assert "- Thursday 29 April 2027, 16:30: Impact" in told
    assert "Each lasts 60 minutes. All times are UK time." in told
    assert "Getting started" not in told
    assert "How we use your data" in after
    assert after in told


def test_one_side_begins_when_a_mentor_has_agreed() -> None:
    """The participant writes first; the mentor hears so, and writes only if nobody does."""
    to_the_one = to_participant("mentor-confirmed", mentor=AGREED)
    to_the_other = to_mentor("mentor-welcome", person(), today="2026-10-13")
    to_one_of_two = to_mentor("mentor-welcome", person(), person(SECOND), today="2026-10-13")

    assert "The next step is yours: write to them this week" in to_the_one
    assert "they will hear from you" in to_the_one
    assert "We have asked Eilidh to write to you and arrange a first" in to_the_other
    assert "We have asked each of them to write to you" in to_one_of_two
    for text in (to_the_other, to_one_of_two):
        assert "within a week, write yourself and offer two dates." in text


def test_a_date_that_several_share_is_said_once() -> None:
    """And a date of one person's own stands beside it."""
    pair, own = [person(), person(SECOND)], person(named("Cat", "Owen"), due={**DUE, **EXTENDED})

    shared_by_two = to_mentor("mentor-welcome", *pair, today="2026-10-13")
    with_a_third = to_mentor("mentor-welcome", *pair, own, today="2026-10-13")

    both = "Eilidh Quillfeather and Bronagh Zephyrine"
    assert f"- Tuesday 28 September 2027: your sign-off for {both}" in shared_by_two
    assert f"6 October 2027, 17:00: the portfolios of {both} are to be" in shared_by_two
    assert shared_by_two.count("28 September 2027") == 1
    assert f"- Tuesday 28 September 2027: your sign-off for {both}" in with_a_third
    assert "- Tuesday 23 November 2027: your sign-off for Cat Owen" in with_a_third
    assert "1 December 2027, 17:00: the portfolio of Cat Owen is to be" in with_a_third


def test_who_is_asked_to_mentor_learns_what_takes_time() -> None:
    """No number of hours is invented; what takes time is listed, and the webinars still to come."""
    webinars = [webinar(kind="mentor"), webinar(kind="mentor"), webinar(kind="mentor")]
    webinars += [webinar(kind="mentor", past=True)]

    told = to_mentor("mentor-request", person(), today="2026-10-07", webinars=webinars)
    hours = told.split("What it takes in hours ")[1].split(" Where we got your address")[0]

    assert hours.startswith("We set no number of hours: you agree with Eilidh what you can give.")
    for takes in ("first professional discussion", "midpoint", "Looking through", "The sign-off"):
        assert takes in hours
    assert "- Three webinars for mentors, 60 minutes each." in hours
