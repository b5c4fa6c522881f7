"""What a feed shows to whom, from the records; never anybody's name."""

from __future__ import annotations

import datetime as dt

import pytest
from publishing_desk import PublishingDesk, read, texts
from small_cohort import CODE, ENROLLED, LAUNCHED, at
from sqlalchemy import select

from ats import cohorts
from ats.errors import NotFound
from ats.feeds.events import DEADLINE_ALARMS, WEBINAR_ALARMS
from ats.records import gather
from ats.records import models as m
from ats.webinars import changes as webinar_changes
from calendars.feeds import feed

WEBINARS, MENTORS = 7, 3
PDP = "ATS deadline: Personal Development Plan"


def uids(desk: PublishingDesk, audience: str) -> set[str]:
    return {webinar.uid for webinar in desk.webinars(audience)}


def enrol_again(desk: PublishingDesk, ref: str, programme: str) -> None:
    """Have somebody be in another cohort, too, which was launched at the same moment."""
    code, starts = "2027-01", dt.date(2027, 1, 11)
    cohorts.launch(
        desk.cohort.office, code, starts=starts, programme=programme, now=at(LAUNCHED), by="Jo"
    )
    with desk.cohort.store.write() as session:
        role = session.execute(select(m.Role).where(m.Role.ref == ref)).scalar_one()
        cohort = gather.cohort_named(session, code)
        session.add(
            m.Enrolment(
                cohort_id=cohort.id, role_id=role.id, joined_on=starts, accepted_at=at(ENROLLED)
            )
        )


def test_a_cohorts_feed_has_the_webinars_of_its_audience_alone(desk: PublishingDesk) -> None:
    shown = {
        audience: {event.uid for event in desk.cohort_calendar(audience).events}
        for audience in ("participants", "mentors")
    }
    assert shown == {audience: uids(desk, audience) for audience in shown}
    assert [len(found) for found in shown.values()] == [WEBINARS, MENTORS]


def test_a_participants_feed_has_their_webinars_and_deadlines_and_none_of_a_mentor(
    desk: PublishingDesk,
) -> None:
    events = desk.calendar("P0001").events

    assert {one.uid for one in events if "Webinar" in one.categories} == uids(desk, "participants")
    dues = {one.title: one.starts_at for one in events if "Deadline" in one.categories}
    assert dues == {f"ATS deadline: {title}": due for title, due in desk.dues("P0001").items()}
    assert {one.uid for one in events} & uids(desk, "mentors") == set()


def test_a_deadline_is_told_in_words_that_suit_the_titles_of_every_programme(
    desk: PublishingDesk,
) -> None:
    enrol_again(desk, "P0001", "qtls")
    events = desk.calendar("P0001").events
    programmes = map(desk.cohort.office.programme_named, ("ats", "qtls"))

    assert {one.title: one.description for one in events if "Deadline" in one.categories} == {
        f"{programme.short} deadline: {milestone.title}": f"“{milestone.title}” is due by 17:00, "
        "UK time. If you need more time, write to us before then."
        for programme in programmes
        for milestone in programme.milestones
        if milestone.whose == "participant"
    }


def test_a_mentors_feed_has_the_webinars_for_mentors_and_no_deadline(desk: PublishingDesk) -> None:
    assert {one.uid for one in desk.calendar("M0001").events} == uids(desk, "mentors")


def test_no_event_names_anybody(desk: PublishingDesk) -> None:
    desk.extend("P0001", "pdp", "2027-01-15 17:00")
    everything = "\n".join(
        texts(calendar)
        for calendar in (
            desk.calendar("P0001"),
            desk.calendar("P0003"),
            desk.calendar("M0001"),
            desk.cohort_calendar("participants"),
            desk.cohort_calendar("mentors"),
        )
    )
    personal = ("Ada", "Lovelace", "Cat", "Owen", "Grace", "Hopper", "College")
    personal += ("harbour", "valley", "P0001", "P0003", "M0001", "Jo")
    assert [one for one in personal if one in everything] == []
    addresses = {line for line in everything.splitlines() if "@" in line}
    assert addresses == {'ORGANIZER;CN="ATS programme team":mailto:ats@provider.example'}


def test_every_event_of_every_feed_has_an_identity_of_its_own(desk: PublishingDesk) -> None:
    """Ada's PDP is due on another day than Cat's; their webinars are the same."""
    ada, cat = (desk.calendar(ref).events for ref in ("P0001", "P0003"))
    assert {one.uid for one in ada} & {one.uid for one in cat} == uids(desk, "participants")


def test_whoever_is_in_two_cohorts_launched_at_the_same_moment_has_the_dates_of_both(
    desk: PublishingDesk,
) -> None:
    one = len(desk.calendar("P0001").events)
    enrol_again(desk, "P0001", "ats")

    both = desk.calendar("P0001").events
    assert len({event.uid for event in both}) == len(both) == 2 * one
    desk.publish()
    assert desk.files()["P0001"] == feed(desk.calendar("P0001"))


def test_an_extension_shows_in_ones_own_feed_as_a_new_revision_of_the_same_event(
    desk: PublishingDesk,
) -> None:
    desk.publish()
    (before,) = (one for one in desk.calendar("P0001").events if one.title == PDP)
    cats = desk.calendar("P0003")
    desk.extend("P0001", "pdp", "2027-01-29 17:00", now="2026-12-01 11:00")
    noticed = desk.calendar("P0001", now="2026-12-01 11:15").events
    (after,) = (one for one in noticed if one.title == PDP)

    assert (after.uid, after.starts_at) == (before.uid, at("2027-01-29 17:00"))
    assert (before.sequence, after.sequence) == (0, 1)
    assert after.revised_at == at("2026-12-01 11:15") > before.revised_at
    assert desk.calendar("P0003") == cats


def test_a_move_keeps_the_uid_counts_the_sequence_up_and_dates_the_revision(
    desk: PublishingDesk,
) -> None:
    (webinar,) = (one for one in desk.webinars("participants") if one.key == "webinar-1")
    moved, now = at("2026-10-16 16:30"), at("2026-10-01 12:00")
    office = desk.cohort.office
    webinar_changes.move(office, CODE, "webinar-1", to=moved, now=now, by="Jo", apply=True)

    (event,) = (one for one in desk.calendar("P0001").events if one.uid == webinar.uid)
    assert (webinar.sequence, event.sequence) == (0, 1)
    assert (event.starts_at, event.revised_at) == (moved, now)


@pytest.mark.parametrize(("days", "shown"), [(0, True), (29, True), (30, False)])
def test_a_cancelled_webinar_is_struck_out_for_thirty_days_and_then_gone(
    desk: PublishingDesk, days: int, shown: bool
) -> None:
    desk.set_webinar("webinar-1", starts_at=at("2026-10-08 16:30"))
    webinar_changes.cancel(
        desk.cohort.office, CODE, "webinar-1", now=at("2026-10-01 12:00"), by="Jo", apply=True
    )
    now = at("2026-10-08 16:30") + dt.timedelta(days=days)
    events = read(desk.cohort_calendar("participants", now=now.strftime("%Y-%m-%d %H:%M")))
    cancelled = [str(one["SUMMARY"]) for one in events if one["STATUS"] == "CANCELLED"]
    assert [text.partition(" ")[0] for text in cancelled] == ["CANCELLED:"] * shown
    assert len(events) == WEBINARS - 1 + shown


def test_an_undecided_webinar_is_tentative_and_says_so(desk: PublishingDesk) -> None:
    desk.set_webinar("webinar-3", status="tentative")
    (event,) = (e for e in read(desk.cohort_calendar("participants")) if e["STATUS"] == "TENTATIVE")
    assert "The time is not settled yet." in event["DESCRIPTION"]


def test_the_join_address_stands_wherever_a_calendar_looks_for_it(desk: PublishingDesk) -> None:
    (without, *_) = read(desk.cohort_calendar("participants"))
    assert (str(without["LOCATION"]), without.get("URL")) == ("Online", None)

    desk.cohort.join_link("webinar-1", now="2026-09-05 09:00", url="https://meet.example/1")
    (event, *_) = read(desk.cohort_calendar("participants"))

    told = [str(event[name]) for name in ("LOCATION", "URL", "CONFERENCE")]
    assert told == ["https://meet.example/1"] * 3
    assert "Join: https://meet.example/1" in event["DESCRIPTION"]
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == at("2026-09-05 09:00")
    assert event["SEQUENCE"] == 0


def test_after_a_webinar_its_recording_takes_the_place_of_the_join_address(
    desk: PublishingDesk,
) -> None:
    desk.cohort.join_link("webinar-1", now="2026-09-05 09:00", url="https://meet.example/1")
    webinar_changes.publish_recording(
        desk.cohort.office, CODE, "webinar-1", url="https://watch.example/1", captions=True,
        transcript=True, now=at("2026-12-09 09:00"), by="Jo", apply=True,
    )  # fmt: skip
    (event, *_) = read(desk.cohort_calendar("participants", now="2026-12-09 10:00"))

    assert str(event["URL"]) == "https://watch.example/1"
    assert "Recording: https://watch.example/1" in event["DESCRIPTION"]
    assert "Join:" not in event["DESCRIPTION"]


def test_alarms_are_for_whoever_chose_them(desk: PublishingDesk) -> None:
    desk.choose("P0001", alarms=True)

    alarms = {(one.categories[1], one.alarms) for one in desk.calendar("P0001").events}
    assert alarms == {("Webinar", WEBINAR_ALARMS), ("Deadline", DEADLINE_ALARMS)}
    others = (desk.calendar("P0003"), desk.calendar("M0001"), desk.cohort_calendar("participants"))
    assert [one.alarms for calendar in others for one in calendar.events if one.alarms] == []


def test_whoever_is_invited_by_e_mail_finds_those_webinars_in_no_feed(desk: PublishingDesk) -> None:
    desk.choose("P0001", mode="invitations", mode_since=at("2026-10-30 09:00"))

    shown = {one.uid for one in desk.calendar("P0001").events if "Webinar" in one.categories}
    earlier = [w for w in desk.webinars("participants") if w.starts_at <= at("2026-10-30 09:00")]
    assert shown == {webinar.uid for webinar in earlier} < uids(desk, "participants")
    deadlines = [one for one in desk.calendar("P0001").events if "Deadline" in one.categories]
    assert len(deadlines) == len(desk.dues("P0001"))


def test_whoever_has_left_keeps_what_is_past(desk: PublishingDesk) -> None:
    desk.leave("P0001", now="2027-01-04 10:00")
    for ref in ("P0001", "M0001"):
        events = desk.calendar(ref, now="2027-01-04 10:00").events
        assert events
        assert max(one.starts_at for one in events) <= at("2027-01-04 10:00")


def test_whoever_is_silenced_gets_no_new_dates(desk: PublishingDesk) -> None:
    desk.silence("P0003")
    assert desk.calendar("P0003").events == ()


def test_a_ref_is_found_however_it_is_written_and_an_unknown_one_is_not(
    desk: PublishingDesk,
) -> None:
    assert desk.calendar(" p0001") == desk.calendar("P0001")
    with pytest.raises(NotFound, match="P0099"):
        desk.calendar("P0099")
