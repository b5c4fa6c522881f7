"""Publishing: files that are the feeds, written only where something has changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from publishing_desk import NOW, PublishingDesk
from small_cohort import CODE, CROWD, GRACE, at
from sqlalchemy import event, select

from ats.errors import NotFound, Refused
from ats.feeds import publishing
from ats.feeds.publishing import Published
from ats.feeds.rotating import rotate
from ats.records import models as m
from calendars.feeds import feed

WHOSE = ["2026-10/participants", "2026-10/mentors", "M0001", "P0001", "P0003"]


def links_of(desk: PublishingDesk) -> Any:
    assert desk.cohort.office.links is not None
    return desk.cohort.office.links


@contextmanager
def statements(desk: PublishingDesk) -> Any:
    """Yield the list of what is said to the database."""
    said: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    engine = desk.cohort.store.engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def test_every_feed_is_published_under_its_link_and_that_is_recorded(desk: PublishingDesk) -> None:
    assert desk.publish() == Published(feeds=5, written=5)

    assert sorted(desk.files()) == sorted(WHOSE)
    assert desk.files()["P0001"] == feed(desk.calendar("P0001"))
    assert desk.files()["2026-10/mentors"] == feed(desk.cohort_calendar("mentors"))
    assert sorted(desk.publications()) == sorted((whose, 1, at(NOW)) for whose in WHOSE)


def test_what_has_not_changed_is_not_written_again(desk: PublishingDesk) -> None:
    desk.publish()
    written = {path.name: path.stat() for path in desk.folder.iterdir()}
    had = desk.publications()

    assert desk.publish("2026-09-04 10:15") == Published(feeds=5)
    assert {path.name: path.stat() for path in desk.folder.iterdir()} == written
    assert desk.publications() == had


def test_to_find_nothing_changed_takes_as_many_queries_for_many_people_as_for_few(
    desk: PublishingDesk,
) -> None:
    desk.publish()
    with statements(desk) as few:
        desk.publish()
    desk.cohort.enrol(*CROWD[10:200])
    desk.publish()
    with statements(desk) as many:
        assert desk.publish() == Published(feeds=195)

    assert len(many) == len(few) < 50
    changes = ("INSERT", "UPDATE", "DELETE", "BEGIN IMMEDIATE")
    assert [one for one in many if one.startswith(changes)] == []


def test_only_what_a_change_shows_in_is_written(desk: PublishingDesk) -> None:
    desk.publish()
    desk.extend("P0001", "pdp", "2027-01-29 17:00")
    assert desk.publish("2026-09-05 10:00") == Published(feeds=5, written=1)
    assert desk.publications()[-1] == ("P0001", 1, at("2026-09-05 10:00"))

    desk.set_webinar("mentor-webinar-1", starts_at=at("2026-11-05 16:00"), sequence=1)
    assert desk.publish("2026-09-06 10:00") == Published(feeds=5, written=2)
    assert {whose for whose, *_ in desk.publications()[-2:]} == {"2026-10/mentors", "M0001"}


def test_published_anew_from_nothing_the_bytes_are_the_same(desk: PublishingDesk) -> None:
    desk.publish()
    had = desk.files()
    times = {path.name: path.stat().st_mtime for path in desk.folder.iterdir()}
    for path in desk.folder.iterdir():
        path.unlink()

    assert desk.publish("2026-09-20 10:00") == Published(feeds=5, written=5)
    assert desk.files() == had
    assert {path.name: path.stat().st_mtime for path in desk.folder.iterdir()} == times
    assert len(desk.publications()) == 5


@pytest.mark.parametrize("damage", [b"", b"BEGIN:VCALENDAR\r\n"])
def test_a_file_that_was_cut_off_is_written_again(desk: PublishingDesk, damage: bytes) -> None:
    desk.publish()
    had = desk.files()
    path = next(desk.folder.iterdir())
    path.write_bytes(damage)

    assert desk.publish() == Published(feeds=5, written=1)
    assert desk.files() == had


def test_a_file_as_long_as_it_should_be_and_of_another_time_is_written_again(
    desk: PublishingDesk,
) -> None:
    """As in a folder that was restored from a backup."""
    desk.extend("P0001", "pdp", "2027-01-29 17:00")
    desk.publish()
    had, path = desk.files(), desk.path("P0001")
    older = path.stat().st_mtime - 86_400
    path.write_bytes(path.read_bytes().replace(b"20270129T170000", b"20270122T170000"))
    os.utime(path, (older, older))

    assert desk.publish("2026-09-05 10:00") == Published(feeds=5, written=1)
    assert desk.files() == had
    assert desk.publish("2026-09-05 10:15") == Published(feeds=5)


def test_a_file_system_that_keeps_whole_seconds_is_good_enough(desk: PublishingDesk) -> None:
    desk.choose("P0003", alarms=True)
    desk.publish()
    desk.silence("P0003")
    desk.extend("P0001", "pdp", "2027-01-29 17:00", now="2026-09-04 10:00:00.75")
    desk.publish("2026-09-05 10:00:00.75")
    for path in desk.folder.iterdir():
        seconds = path.stat().st_mtime_ns // 10**9
        os.utime(path, (seconds, seconds))

    assert desk.publish("2026-09-05 10:15") == Published(feeds=5)


def test_a_name_in_the_folder_outlasts_the_machine(
    desk: PublishingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[bool] = []
    fsync = os.fsync

    def hear(number: int) -> None:
        kept.append(stat.S_ISDIR(os.fstat(number).st_mode))
        fsync(number)

    monkeypatch.setattr(os, "fsync", hear)
    desk.publish()
    assert (kept.count(False), kept[-1]) == (5, True)


def test_a_link_that_leads_nowhere_is_no_reason_to_write_anything(desk: PublishingDesk) -> None:
    desk.publish()
    (desk.folder / "old.ics").symlink_to("nowhere.ics")

    assert desk.publish() == Published(feeds=5)


def test_what_vanishes_while_it_is_looked_at_is_not_there(
    desk: PublishingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish()
    gone = desk.path("P0001").name

    class Vanishing:
        def __init__(self, entry: os.DirEntry[str]) -> None:
            self.name, self._entry = entry.name, entry

        def stat(self, *, follow_symlinks: bool) -> os.stat_result:
            if self.name == gone:
                raise FileNotFoundError
            return self._entry.stat(follow_symlinks=follow_symlinks)

    scandir = os.scandir

    @contextmanager
    def scanned(path: Path) -> Iterator[list[Vanishing]]:
        with scandir(path) as entries:
            yield [Vanishing(one) for one in entries]

    monkeypatch.setattr(os, "scandir", scanned)
    assert desk.publish() == Published(feeds=5, written=1)


def test_a_file_is_dated_by_its_newest_revision_and_any_later_one_differently(
    desk: PublishingDesk,
) -> None:
    """Web servers take two files of one date and size for the same."""
    desk.publish()
    links = links_of(desk)
    path = desk.folder / f"{links.calendar_token('P0001', 1)}.ics"
    revised = desk.calendar("P0001").revised_at
    assert revised is not None
    assert path.stat().st_mtime == revised.timestamp()

    desk.silence("P0001")  # what stays of the calendar was not revised
    desk.publish("2026-09-08 10:00")
    assert path.stat().st_mtime == at("2026-09-08 10:00").timestamp()


def test_a_rotated_link_has_a_file_of_its_own_and_the_old_one_is_gone(desk: PublishingDesk) -> None:
    desk.publish()
    links = links_of(desk)
    desk.rotate("p0001", now="2026-09-05 10:00")
    desk.publish("2026-09-05 10:00")

    names = {path.name for path in desk.folder.iterdir()}
    assert f"{links.calendar_token('P0001', 2)}.ics" in names
    assert f"{links.calendar_token('P0001', 1)}.ics" not in names
    assert len(names) == 5
    assert links.calendar_file("P0001", 2).encode() in desk.files()["P0001"].replace(b"\r\n ", b"")
    assert desk.publications()[-1] == ("P0001", 2, at("2026-09-05 10:00"))
    with desk.cohort.store.read() as session:
        query = select(m.Audit).where(m.Audit.action == "calendar-rotate")
        (audit,) = session.execute(query).scalars()
        assert (audit.by, audit.subject, audit.before, audit.after) == ("Jo", "P0001", 1, 2)
    assert desk.publish("2026-09-05 10:15") == Published(feeds=5)


def test_an_old_file_that_a_rotation_left_behind_goes_with_the_next_publication(
    desk: PublishingDesk,
) -> None:
    desk.publish()
    desk.rotate("P0001", now="2026-09-05 10:00")

    assert desk.publish("2026-09-05 10:15") == Published(feeds=5, written=1, removed=1)
    assert len(list(desk.folder.iterdir())) == 5


def test_nobody_unknown_can_be_given_another_link(desk: PublishingDesk) -> None:
    with pytest.raises(NotFound, match="P0099"):
        desk.rotate("P0099", now=NOW)


def test_without_links_nobody_is_given_another_one(desk: PublishingDesk) -> None:
    office = replace(desk.cohort.office, links=None)
    with pytest.raises(Refused, match="set ATS_PUBLIC_URL and ATS_SECRET_KEY"):
        rotate(office, "P0001", now=at(NOW), by="Jo")
    assert desk.cohort.audit("calendar-rotate") == []


def test_one_person_is_published_alone(desk: PublishingDesk) -> None:
    done = publishing.republish(desk.cohort.office, desk.folder, "P0003", now=at(NOW))
    assert (done, sorted(desk.files())) == (Published(feeds=1, written=1), ["P0003"])


def test_without_links_there_is_nothing_to_name_files_by(desk: PublishingDesk) -> None:
    office = replace(desk.cohort.office, links=None)
    with pytest.raises(Refused, match="set ATS_PUBLIC_URL and ATS_SECRET_KEY"):
        publishing.publish(office, desk.folder, [CODE], now=at(NOW))


def test_a_folder_that_cannot_be_written_is_said_and_mended_by_the_next_run(
    desk: PublishingDesk,
) -> None:
    desk.folder.write_text("no folder")
    with pytest.raises(Refused, match=r"cannot be written .* set ATS_CALENDAR_DIR"):
        desk.publish()
    assert desk.publications() == []

    desk.folder.unlink()
    assert desk.publish() == Published(feeds=5, written=5)


def test_a_disk_that_fills_up_leaves_the_old_file_and_no_record(
    desk: PublishingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish()
    had, recorded = desk.files(), desk.publications()
    desk.extend("P0001", "pdp", "2027-01-29 17:00")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Refused, match="No space left on device"):
            desk.publish()
    assert (desk.files(), desk.publications()) == (had, recorded)

    assert desk.publish("2026-09-05 10:00").written == 1


def test_two_who_publish_at_the_same_time_write_each_feed_once(desk: PublishingDesk) -> None:
    desk.cohort.enrol(*(f"{row}{GRACE}" for row in CROWD[10:60]))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: desk.publish(), range(4)))

    assert len(desk.files()) == 55
    assert len(desk.publications()) == len(set(desk.publications())) == 55
