"""Deadlines that move, whatever moves them: calendars are told by SEQUENCE and by the moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from publishing_desk import PublishingDesk
from small_cohort import ADA, GRACE, SmallCohort, at
from sqlalchemy import select

from ats.feeds.publishing import Published
from ats.records import models as m
from calendars.feeds import feed

LATER, LAST = "2026-09-08 10:00", "2026-09-09 10:00"
LATE_ADA = ADA.replace("2026-10-05", "2027-01-11") + GRACE

Told = dict[str, tuple[dt.datetime, int, dt.datetime]]


def told(desk: PublishingDesk, ref: str = "P0001", *, now: str = LATER) -> Told:
    """Return what a calendar tells of each deadline: (due, SEQUENCE, revised) by title."""
    return {
        event.title: (event.starts_at, event.sequence, event.revised_at)
        for event in desk.calendar(ref, now=now).events
        if "Deadline" in event.categories
    }


def sequences(desk: PublishingDesk, ref: str = "P0001") -> dict[str, int]:
    """Return the SEQUENCE of each deadline by milestone, as far as it is not 0."""
    milestones = desk.cohort.office.programme_named("ats").milestones
    keys = {milestone.title: milestone.key for milestone in milestones}
    found = {keys[title.partition(": ")[2]]: one[1] for title, one in told(desk, ref).items()}
    return {key: number for key, number in found.items() if number}


def edit_programme(cohort: SmallCohort, milestone: str, **due: Any) -> None:
    """Have the programme file say another due moment of a milestone."""
    programme = cohort.office.programme_named("ats")
    edited = programme.model_copy(
        update={
            "milestones": [
                known.model_copy(update={"due": known.due.model_copy(update=due)})
                if known.key == milestone
                else known
                for known in programme.milestones
            ]
        }
    )
    cohort.office = replace(cohort.office, programme_named=lambda _: edited)


def starts_later(desk: PublishingDesk, days: int) -> None:
    """Have the cohort start so many days later."""
    with desk.cohort.store.write() as session:
        cohort = session.execute(select(m.Cohort)).scalar_one()
        cohort.starts += dt.timedelta(days=days)


def recorded(desk: PublishingDesk, ref: str) -> dict[str, tuple[dt.datetime, int]]:
    """Return the deadlines that somebody's calendar was published with: (due, SEQUENCE) by key."""
    enrolment = desk.cohort.enrolments()[ref].id
    published = m.DeadlinePublished
    with desk.cohort.store.read() as session:
        query = select(published).where(published.enrolment_id == enrolment)
        return {
            row.milestone: (row.due_at, row.sequence) for row in session.execute(query).scalars()
        }


def test_a_roster_that_makes_somebody_a_late_joiner_revises_the_dates_that_it_moves(
    desk: PublishingDesk,
) -> None:
    desk.publish()
    before = told(desk)
    desk.cohort.enrol(LATE_ADA, now="2026-09-07 10:00")

    after = told(desk)
    moved = {title for title in before if before[title][0] != after[title][0]}
    assert 0 < len(moved) < len(before)
    assert {title: one[1:] for title, one in after.items()} == {
        title: (1, at(LATER)) if title in moved else before[title][1:] for title in before
    }
    assert desk.publish(LATER) == Published(feeds=5, written=1)
    assert told(desk, now=LAST) == after


def test_a_due_moment_that_the_programme_file_changes_revises_that_deadline_alone(
    desk: PublishingDesk,
) -> None:
    desk.publish()
    before = told(desk)
    edit_programme(desk.cohort, "diary-and-coaching", week=24)

    assert sequences(desk) == sequences(desk, "P0003") == {"diary-and-coaching": 1}
    assert desk.publish(LATER) == Published(feeds=5, written=2)
    title = "ATS deadline: Diary and coaching"
    assert told(desk)[title] == (before[title][0] + dt.timedelta(weeks=1), 1, at(LATER))
    revised = desk.calendar("P0001", now=LAST).revised_at
    assert revised == at(LATER)


def test_a_deadline_that_was_never_published_is_the_first_of_its_kind(
    desk: PublishingDesk,
) -> None:
    desk.extend("P0001", "pdp", "2027-01-29 17:00")
    starts_later(desk, 7)

    assert sequences(desk) == {}
    desk.publish()
    assert (sequences(desk), len(recorded(desk, "P0001"))) == ({}, len(desk.dues("P0001")))


def test_each_change_that_was_published_counts_once_and_the_way_back_too(
    desk: PublishingDesk,
) -> None:
    desk.publish()
    starts_later(desk, 7)
    desk.publish(LATER)
    desk.extend("P0001", "pdp", "2027-01-29 17:00", now=LATER)
    desk.extend("P0001", "pdp", "2027-02-05 17:00", now=LATER)  # the next quarter of an hour tells
    starts_later(desk, -7)
    desk.publish(LAST)

    everything = dict.fromkeys(recorded(desk, "P0001"), 2)
    assert sequences(desk) == everything
    assert recorded(desk, "P0001")["pdp"] == (at("2027-02-05 17:00"), 2)


def test_an_extension_to_the_date_that_stands_revises_nothing(desk: PublishingDesk) -> None:
    desk.publish()
    had = desk.files()
    due = desk.dues("P0001")["Personal Development Plan"]
    desk.extend("P0001", "pdp", due.strftime("%Y-%m-%d %H:%M"), now="2026-09-07 10:00")

    assert desk.publish(LATER) == Published(feeds=5)
    assert desk.files() == had


def test_an_extension_and_a_pause_raise_the_sequence_by_one_each(desk: PublishingDesk) -> None:
    desk.publish()
    desk.extend("P0001", "pdp", "2027-01-29 17:00", now="2026-09-07 10:00")
    desk.publish(LATER)
    assert sequences(desk) == {"pdp": 1}

    desk.pause("P0001", "2027-03-01", "2027-03-15")
    desk.publish(LAST)
    found = sequences(desk)
    assert found.pop("pdp") == 1
    assert found
    assert set(found.values()) == {1}


def test_published_again_a_moved_deadline_has_the_same_bytes(desk: PublishingDesk) -> None:
    desk.publish()
    starts_later(desk, 7)
    assert feed(desk.calendar("P0001", now=LATER)) != desk.files()["P0001"]
    desk.publish("2026-09-08 10:00")
    had = desk.files()
    for path in desk.folder.iterdir():
        path.unlink()

    assert desk.publish(LAST) == Published(feeds=5, written=5)
    assert desk.files() == had
    assert feed(desk.calendar("P0001", now=LAST)) == had["P0001"]


def test_a_moment_within_a_second_is_told_as_calendars_tell_it(desk: PublishingDesk) -> None:
    desk.publish()
    starts_later(desk, 7)

    revised = told(desk, now=f"{LATER}:30.123456")["ATS deadline: Submission"][2]
    assert revised == at(f"{LATER}:30")


def test_what_is_not_shown_keeps_what_it_was_published_as(desk: PublishingDesk) -> None:
    """Silenced and written to again, Cat is told of the move in between."""
    desk.publish()
    desk.silence("P0003")
    desk.publish(LATER)
    assert told(desk, "P0003") == {}
    starts_later(desk, 7)
    with desk.cohort.store.write() as session:
        session.execute(select(m.Overlay)).scalar_one().revoked_at = at(LAST)

    assert sequences(desk, "P0003") == dict.fromkeys(recorded(desk, "P0003"), 1)
