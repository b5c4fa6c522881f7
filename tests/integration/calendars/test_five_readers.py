"""Five programs of other people read the instants that the records hold, either side of summer.

The webinars stand on the days before, of and after both clock changes, in winter and in summer.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from publishing_desk import PublishingDesk
from readers import BY_UID, Span, read_with_calcurse
from small_cohort import at

DAYS = {
    "webinar-1": "2026-10-24 16:30",
    "webinar-2": "2026-10-25 16:30",
    "q-and-a-1": "2026-10-26 09:00",
    "webinar-3": "2026-12-15 16:30",
    "webinar-4": "2027-03-27 16:30",
    "webinar-5": "2027-03-28 16:30",
    "q-and-a-2": "2027-03-29 09:00",
}
DEADLINES = {"pdp": "2026-10-24 17:00", "diary-and-coaching": "2027-03-29 17:00"}


@pytest.fixture
def published(desk: PublishingDesk) -> PublishingDesk:
    for key, day in DAYS.items():
        desk.set_webinar(key, starts_at=at(day))
    for milestone, day in DEADLINES.items():
        desk.extend("P0001", milestone, day)
    desk.publish()
    return desk


def in_the_records(desk: PublishingDesk) -> dict[str, tuple[str, Span]]:
    """Return title and span of Ada's events by UID: webinars and deadlines as they are recorded."""
    found = {
        webinar.uid: Span(
            webinar.starts_at.astimezone(dt.UTC),
            (webinar.starts_at + dt.timedelta(minutes=webinar.minutes)).astimezone(dt.UTC),
        )
        for webinar in desk.webinars("participants")
    }
    dues = {
        f"ATS deadline: {title}": due.astimezone(dt.UTC)
        for title, due in desk.dues("P0001").items()
    }
    titles = {event.uid: event.title for event in desk.calendar("P0001").events}
    deadlines = {uid: Span(dues[t], dues[t]) for uid, t in titles.items() if t in dues}
    assert len(deadlines) == len(dues)
    return {uid: (titles[uid], span) for uid, span in {**found, **deadlines}.items()}


@pytest.mark.parametrize("reader", sorted(BY_UID))
def test_the_instants_of_every_event_are_those_of_the_records(
    published: PublishingDesk, reader: str, tmp_path: Path
) -> None:
    wanted = {uid: span for uid, (_, span) in in_the_records(published).items()}
    (tmp_path / "ada.ics").write_bytes(published.files()["P0001"])

    assert BY_UID[reader](tmp_path / "ada.ics") == wanted
    assert len(wanted) >= 10
    starts = {span.starts_at for span in wanted.values()}
    assert {at(day).astimezone(dt.UTC) for day in [*DAYS.values(), *DEADLINES.values()]} <= starts


def test_calcurse_reads_them_too(published: PublishingDesk, tmp_path: Path) -> None:
    wanted = dict(in_the_records(published).values())
    (tmp_path / "ada.ics").write_bytes(published.files()["P0001"])

    assert read_with_calcurse(tmp_path / "ada.ics") == wanted


def test_the_days_are_those_on_which_an_hour_can_be_lost() -> None:
    """The same wall-clock times, an hour apart in UTC."""
    spring, autumn = ("webinar-4", "webinar-5"), ("webinar-1", "webinar-2")
    hours = [[at(DAYS[key]).astimezone(dt.UTC).hour for key in pair] for pair in (spring, autumn)]
    assert hours == [[16, 15], [15, 16]]
