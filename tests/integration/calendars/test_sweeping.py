"""Files in the calendar folder that are nobody's go; what is not ours stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest
from publishing_desk import PublishingDesk
from small_cohort import DOT, at
from sqlalchemy import select

from ats.feeds import folder, publishing
from ats.feeds.making import Wanted
from ats.feeds.publishing import Published, Publisher
from ats.intake.undo import undo_import
from ats.people.links import Links
from ats.records import models as m


def undo_last_roster(desk: PublishingDesk) -> None:
    with desk.cohort.store.write() as session:
        newest = select(m.Import.id).order_by(m.Import.id.desc()).limit(1)
        number = session.execute(newest).scalar_one()
        undo_import(session, number, now=at("2026-09-06 10:00"), by="Jo")


def test_the_calendar_of_who_was_taken_back_goes_with_the_next_publication(
    desk: PublishingDesk,
) -> None:
    desk.publish()
    had = desk.files()
    desk.cohort.enrol(DOT)
    desk.publish("2026-09-05 10:00")
    assert set(desk.files()) - set(had) == {"P0004"}

    undo_last_roster(desk)

    assert desk.publish("2026-09-06 10:15") == Published(feeds=5, removed=1)
    assert desk.files() == had
    assert desk.publish("2026-09-06 10:30") == Published(feeds=5)


def test_who_is_taken_back_while_calendars_are_written_is_no_fault(
    desk: PublishingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.cohort.enrol(DOT)
    written = Publisher._written

    def late(publisher: Publisher, stale: Sequence[Wanted]) -> Published:
        if "P0004" in (one.name for one in stale):
            undo_last_roster(desk)
        return written(publisher, stale)

    monkeypatch.setattr(Publisher, "_written", late)
    assert desk.publish() == Published(feeds=6, written=5)
    assert "P0004" not in desk.files()


@pytest.mark.parametrize(
    ("name", "generation"), [("P0099", 1), ("2025-10/mentors", 1), ("P0001", 1), ("P0001", 3)]
)
def test_a_file_of_nobody_or_under_another_link_goes(
    desk: PublishingDesk, name: str, generation: int
) -> None:
    desk.rotate("P0001", now="2026-09-04 09:00")
    desk.publish()
    had = desk.files()
    desk.path(name, generation).write_text("BEGIN:VCALENDAR")

    assert desk.publish() == Published(feeds=5, removed=1)
    assert desk.files() == had


def test_the_calendars_of_other_cohorts_stay(desk: PublishingDesk) -> None:
    desk.publish()
    done = publishing.publish(desk.cohort.office, desk.folder, [], now=at("2026-09-05 10:00"))
    assert (done, len(desk.files())) == (Published(), 5)


def test_what_we_did_not_name_stays(desk: PublishingDesk) -> None:
    desk.publish()
    token = desk.path("P0001").name.removesuffix(".ics")
    other = Links("https://ats.example", "another key")
    names = ["index.html", "club.ics", f"{other.calendar_token('P0099', 1)}.ics", "\udce9.ics"]
    names.append(f"{token[:-1]}{chr(ord(token[-1]) ^ 1)}.ics")
    for name in names:
        (desk.folder / name).write_text("not ours")

    assert desk.publish() == Published(feeds=5)
    assert {path.name for path in desk.folder.iterdir()} >= set(names)
    office = replace(desk.cohort.office)
    assert Publisher(office, desk.folder, now=at("2026-09-05 10:00")).foreign() == 4


def test_what_was_never_finished_goes_after_an_hour(
    desk: PublishingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish()
    part = desk.folder / "x.ics.part"
    part.write_text("BEGIN")

    desk.publish()
    assert part.exists()
    monkeypatch.setattr(folder, "PART_AGE", dt.timedelta(seconds=-1))
    assert desk.publish() == Published(feeds=5)
    assert not part.exists()
