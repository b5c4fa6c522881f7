"""The page of a cohort's mentors, those that wait longest first. Refs only, no names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ats.cases.mentorships import ORDER, MentorshipRow, Mentorships
from ats.reports.markdown import plain, table
from ats.reports.timeline import counted, spoken

HEADERS = ("Participant", "Mentor", "State", "Since", "Working days", "Next e-mail", "Cases")
MOST = 200  # rows of a table that somebody still reads
MEANING = {
    "none named": "the participant has to name somebody",
    "declined": "the mentor said no, and nobody else is named yet",
    "sign-off taken back": "the mentor took it back, and has not given it again",
    "to be asked": "named; the request has not gone",
    "asked": "the request has gone; the mentor has not answered",
    "accepted": "the mentor has agreed",
    "signed off": "the mentor has signed the portfolio off",
}


def mentors_page(mentors: Mentorships) -> str:
    """Return the page: how many mentorships are in each state, and all of them."""
    return "\n\n".join(_parts(mentors)) + "\n"


def mentors_headline(mentors: Mentorships) -> str:
    """Return the page in one line."""
    told = ", ".join(f"{mentors.count(state)} {state}" for state in ORDER if mentors.count(state))
    return f"Cohort {mentors.cohort}, mentors: {told or 'nobody is enrolled'}"


def _parts(mentors: Mentorships) -> Iterator[str]:
    yield f"# Mentors {plain(mentors.cohort)}"
    yield f"As of {spoken(mentors.now.date())}, {mentors.now:%H:%M}."
    if not mentors.rows:
        yield "There is nothing: nobody is enrolled."
        return
    counts = [
        (state, mentors.count(state), MEANING[state]) for state in ORDER if mentors.count(state)
    ]
    yield table(("State", "Participants", ""), counts)
    yield "## One by one"
    yield table(HEADERS, [_row(one) for one in mentors.rows[:MOST]])
    if len(mentors.rows) > MOST:
        yield f"And {len(mentors.rows) - MOST} more, in the workbook (`ats export caseload`)."
    waiting = counted(sum(one.waited is not None for one in mentors.rows), "participant")
    yield (
        f"A name, an answer or a sign-off is waited for: {waiting}, the longest first. The working "
        "days are those of whoever has to act."
    )


def _row(one: MentorshipRow) -> tuple[object, ...]:
    return (
        one.participant,
        one.mentor or "–",
        one.state,
        spoken(one.since),
        "" if one.waited is None else str(one.waited),
        next_email(one.next_step, one.next_on),
        ", ".join(map(str, one.cases)),
    )


def next_email(step: str, day: dt.date | None) -> str:
    """Return 'mentor-request-reminder on Tue 9 Feb 2027', nothing for none."""
    return f"{step} on {spoken(day)}" if day else step
