"""What fails for one person is told by their ref, and stops nobody else's calendar."""

from __future__ import annotations

import pytest
from publishing_desk import PublishingDesk
from small_cohort import CROWD, at

from ats.feeds.composing import Feeds
from ats.feeds.publishing import Published, Publisher, republish


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The refs whose calendars cannot be made."""
    refs: set[str] = set()
    make = Feeds._of_role

    def failing(feeds, role, *rest):  # type: ignore[no-untyped-def]
        if role.ref in refs:
            raise ValueError("Ada Lovelace")
        return make(feeds, role, *rest)

    monkeypatch.setattr(Feeds, "_of_role", failing)
    return refs


def test_who_cannot_be_published_stops_nobody(desk: PublishingDesk, faulty: set[str]) -> None:
    faulty.add("P0001")
    done = desk.publish()

    assert (done.feeds, done.written, len(done.faults)) == (4, 4, 1)
    assert done.faults[0].startswith("P0001: the calendar was stopped by an unexpected fault (Val")
    assert "Lovelace" not in done.faults[0]
    assert sorted(desk.files()) == ["2026-10/mentors", "2026-10/participants", "M0001", "P0003"]

    faulty.clear()
    assert desk.publish() == Published(feeds=5, written=1)


def test_who_fails_only_when_it_is_written_stops_nobody(
    desk: PublishingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Publisher._put

    def failing(publisher, session, row, one):  # type: ignore[no-untyped-def]
        if one.whose.name == "P0003":
            raise ValueError
        return put(publisher, session, row, one)

    monkeypatch.setattr(Publisher, "_put", failing)
    done = desk.publish()

    assert (done.feeds, done.written) == (5, 4)
    assert [fault[:6] for fault in done.faults] == ["P0003:"]
    assert sorted(whose for whose, *_ in desk.publications()) == sorted(desk.files())


def test_a_folder_in_the_place_of_one_file_stops_nobody(desk: PublishingDesk) -> None:
    desk.path("P0001").mkdir(parents=True)

    fault = f"A folder stands in {desk.folder} where the file of this calendar belongs; remove it."
    done = Published(feeds=5, written=4, faults=(f"P0001: {fault}",))
    assert desk.publish() == done


def test_ten_are_named_and_the_rest_counted(desk: PublishingDesk, faulty: set[str]) -> None:
    desk.cohort.enrol(*CROWD[10:40])
    faulty |= {f"P{number:04}" for number in range(10, 35)}
    done = desk.publish()

    assert (done.written, len(done.faults)) == (10, 25)
    assert done.faults == tuple(sorted(done.faults))
    assert done.errors == [*done.faults[:10], "15 more could not be published."]


def test_where_one_is_published_alone_their_fault_is_told(
    desk: PublishingDesk, faulty: set[str]
) -> None:
    faulty.add("P0001")
    done = republish(desk.cohort.office, desk.folder, "P0001", now=at("2026-09-05 10:00"))
    assert (done.feeds, done.written, len(done.errors)) == (0, 0, 1)
