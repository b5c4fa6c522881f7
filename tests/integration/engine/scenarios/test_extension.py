"""Scenario 3, extension: only the named deadline moves; later e-mails quote the new one."""

from __future__ import annotations

import datetime as dt

import pytest
from prologue import prologue
from quiet_office import without_staff_letters
from small_cohort import ADA, BEN, SmallCohort, at, read
from story import story, walk

from ats.errors import Refused
from ats.office import Office
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import participants
from ats.people.changing import Changed, Decision

NOW = "2027-01-11 10:00"
KNOWN = ("P0001,about-you,complete,2026-10-20", "P0001,first-observation,complete,2026-11-17")
NEW = dt.date(2027, 1, 29)  # of the PDP, which was due on Fri 15 January


@pytest.fixture
def example_office(example_office: Office) -> Office:
    return without_staff_letters(example_office)


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada and Ben in January, their portfolios known as of the Monday before."""
    cohort.enrol(ADA, BEN)
    cohort.join_links()
    cohort.go_live()
    cohort.export("2027-01-11", *KNOWN, now="2027-01-11 07:30")
    cohort.tick(NOW)
    mailbox.received.clear()


def extend(
    year: SmallCohort, to: dt.date = NEW, *, now: str = NOW, milestone: str = "pdp"
) -> Changed:
    decision = Decision(at(now), "Jo", "illness")
    return participants.extend(year.office, "P0001", milestone, to, decision, preview=False)


def texts(mailbox: InMemoryMailbox, to: str = "ada@harbour.example") -> list[str]:
    """Return the texts of what came for somebody, in order, and forget everything."""
    messages = [read(one) for one in mailbox.received if one.recipient == to]
    mailbox.received.clear()
    bodies = (message.get_body(("plain",)) for message in messages)
    return [" ".join(body.get_content().split()) for body in bodies if body is not None]


def test_only_the_named_deadline_moves_and_that_is_told_once(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    done = extend(year)
    year.tick("2027-01-11 10:10")
    (told,) = texts(mailbox)
    year.tick("2027-01-11 10:20")

    (moved,) = done.effect.deadlines
    assert (moved.milestone, moved.after) == ("pdp", at("2027-01-29 17:00"))
    assert "Personal Development Plan: Friday 29 January 2027, 17:00 (no longer Friday 15" in told
    assert "Diary and coaching: Friday 19 March 2027, 17:00" in told
    assert texts(mailbox) == []


def test_every_later_e_mail_quotes_the_new_date(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    extend(year)
    year.tick("2027-01-11 10:10")
    mailbox.received.clear()
    for day in ("2027-01-18", "2027-01-25", "2027-02-01", "2027-02-08"):
        year.export(day, *KNOWN)
        year.tick_daily(day, str(dt.date.fromisoformat(day) + dt.timedelta(days=4)), "10:00")

    later = [text for text in texts(mailbox) if "Personal Development Plan" in text]
    assert any("29 January" in text for text in later)
    assert not any("15 January" in text for text in later)


def test_the_whole_story_is_that_of_somebody_whose_date_it_always_was(year: SmallCohort) -> None:
    """Ben's ladder runs from 15 January; Ada's starts over from the 29th, after one e-mail."""
    extend(year)
    walk(year, "2027-01-11 10:10", "2027-03-05 18:00", portfolio=[*KNOWN, *BENS])

    assert about_dates(year, "P0001") == ADAS.split("\n")
    assert about_dates(year, "P0002") == BEN_S.split("\n")


def about_dates(year: SmallCohort, ref: str) -> list[str]:
    """Return what became of everything since the extension but tips and webinars."""
    lines = story(year, ref, since="2027-01-11")
    return [line for line in lines if "-tip" not in line and "webinar" not in line]


BENS = ("P0002,about-you,complete,2026-10-20", "P0002,first-observation,complete,2026-11-17")
ADAS = """\
2027-01-11 10:00 agenda-published sent
2027-01-11 10:00 portfolio-issued sent
2027-01-11 10:10 dates-changed sent
2027-01-12 09:00 chase-mentor-named plus-7/1 sent
2027-01-19 09:00 diary-habit sent
2027-01-26 09:00 chase-milestone pdp/minus-6/1 sent
2027-02-01 09:00 chase-milestone pdp/two-overdue/1 to pxm skipped: condition-unmet
2027-02-03 09:00 chase-milestone pdp/plus-3/1 sent
2027-02-10 09:00 chase-milestone pdp/plus-8-red/1 to pxm case-opened
2027-02-10 09:00 chase-milestone pdp/plus-8/1 sent
2027-02-24 09:00 chase-milestone pdp/plus-13/1 to operations skipped: case-open
2027-03-03 09:00 chase-milestone pdp/plus-18/1 to pxm skipped: case-open"""
BEN_S = """\
2027-01-11 10:00 agenda-published sent
2027-01-11 10:00 portfolio-issued sent
2027-01-12 09:00 chase-mentor-named plus-7/1 sent
2027-01-18 09:00 chase-milestone pdp/two-overdue/1 to pxm skipped: condition-unmet
2027-01-19 09:00 diary-habit sent
2027-01-20 09:00 chase-milestone pdp/plus-3/1 sent
2027-01-27 09:00 chase-milestone pdp/plus-8-red/1 to pxm case-opened
2027-01-27 09:00 chase-milestone pdp/plus-8/1 sent
2027-02-03 09:00 chase-milestone pdp/plus-13/1 to operations skipped: case-open
2027-02-10 09:00 chase-milestone pdp/plus-18/1 to pxm skipped: case-open"""


def test_of_two_changes_before_a_tick_the_last_is_told(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    extend(year)
    extend(year, dt.date(2027, 2, 5), now="2027-01-11 10:05")
    year.tick("2027-01-11 10:10")

    (told,) = texts(mailbox)
    assert "Friday 5 February 2027" in told
    assert "29 January" not in told


def test_it_works_after_the_deadline_and_closes_the_case(year: SmallCohort) -> None:
    for day in ("2027-01-18", "2027-01-25", "2027-02-01", "2027-02-08"):
        year.export(day, *KNOWN)
        year.tick_daily(day, str(dt.date.fromisoformat(day) + dt.timedelta(days=4)), "10:00")
    assert ("P0001", "stalled-portfolio", "open") in year.cases()

    done = extend(year, dt.date(2027, 3, 5), now="2027-02-12 11:00")
    year.tick("2027-02-12 11:10")

    assert done.cases_closed
    assert ("P0001", "stalled-portfolio", "closed") in year.cases()


@pytest.mark.parametrize(
    ("to", "milestone", "why"),
    [
        ("2027-01-08", "pdp", "has passed"),
        ("2027-01-15", "pdp", "is due on Friday 15 January 2027 without an extension"),
        ("2027-10-11", "pdp", "cannot be later than Wednesday 6 October 2027"),
        ("2028-02-01", "submission", "cannot be later than Wednesday 1 December 2027"),
        ("2027-02-01", "mentor-sign-off", 'There is no deadline "mentor-sign-off" to extend'),
        ("2027-02-01", "pdpp", 'There is no deadline "pdpp" to extend'),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(
    year: SmallCohort, to: str, milestone: str, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        extend(year, dt.date.fromisoformat(to), milestone=milestone)
    assert year.audit("extend") == []
