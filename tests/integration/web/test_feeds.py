"""Feeds over HTTP: what calendars fetch, when they need not, and links that are no more."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import string
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from public_site import PublicSite
from records import rotated
from small_cohort import CODE, SmallCohort
from sqlalchemy import event

from ats.errors import DatabaseFault
from ats.feeds import publishing
from ats.feeds.publishing import publish
from ats.feeds.rotating import rotate
from ats.people.links import Links
from web import generations, guesses
from web.headers import HEADERS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where feeds are published."""
    return tmp_path / "calendars"


@pytest.fixture
def site(cohort: SmallCohort, folder: Path) -> Iterator[PublicSite]:
    """The public pages, served beside a folder in which nothing is published yet."""
    with PublicSite(cohort.office, calendars=folder) as site:
        yield site


@pytest.fixture
def published(site: PublicSite, folder: Path) -> PublicSite:
    """The same, with everything published, and no database any more."""
    publish(site.office, folder, [CODE], now=site.now)
    site.office.store.close()
    database = Path(str(site.office.store.url.database))
    database.rename(database.with_suffix(".away"))
    return site


def of_ada(links: Links) -> str:
    return links.calendar_file("P0001", 1)


def events(feed: str) -> int:
    return feed.count("BEGIN:VEVENT")


def test_a_published_feed_is_its_file_and_asks_no_database(
    published: PublicSite, links: Links, folder: Path
) -> None:
    for whose in (f"{CODE}/participants", f"{CODE}/mentors", "P0001", "P0002"):
        answer = published.get(links.calendar_file(whose, 1))
        data = (folder / f"{links.calendar_token(whose, 1)}.ics").read_bytes()

        assert (answer.status, answer.text.encode()) == (200, data)
        assert answer.headers["etag"] == f'"{hashlib.sha256(data).hexdigest()}"'


def test_a_feed_says_what_it_is_and_how_long_it_may_be_kept(site: PublicSite, links: Links) -> None:
    answer = site.get(of_ada(links))
    expected = {name.lower(): value for name, value in HEADERS.items()} | {
        "content-type": "text/calendar; charset=utf-8",
        "content-disposition": 'inline; filename="webinars.ics"',
        "cache-control": "private, max-age=300, must-revalidate",
        "x-robots-tag": "noindex, nofollow",
    }

    assert answer.status == 200
    assert {name: answer.headers.get(name) for name in expected} == expected
    assert not {"set-cookie", "location", "vary"} & set(answer.headers)


def test_a_feed_was_modified_when_its_newest_event_was(published: PublicSite, links: Links) -> None:
    answer = published.get(of_ada(links))
    told = {line[14:] for line in answer.text.split("\r\n") if line.startswith("LAST-MODIFIED:")}
    modified = parsedate_to_datetime(answer.headers["last-modified"])

    assert f"{modified:%Y%m%dT%H%M%SZ}" == max(told)


def test_who_has_it_already_is_told_so_in_few_words(published: PublicSite, links: Links) -> None:
    got = published.get(of_ada(links))
    tag, date = got.headers["etag"], got.headers["last-modified"]
    asked = [{"If_None_Match": tag}, {"If_None_Match": f"W/{tag}"}, {"If_Modified_Since": date}]

    for headers in asked:
        answer = published.get(of_ada(links), **headers)

        assert (answer.status, answer.text) == (304, "")
        for name in ("etag", "last-modified", "cache-control"):
            assert answer.headers.get(name) == got.headers.get(name)
        assert not {"content-type", "content-length"} & set(answer.headers)
    assert published.get(of_ada(links), If_None_Match='"old"', If_Modified_Since=date).status == 200


def test_what_is_made_from_the_records_is_known_by_its_tag_and_has_no_date(
    site: PublicSite, links: Links
) -> None:
    got = site.get(of_ada(links))
    late = format_datetime(site.now + dt.timedelta(days=400), usegmt=True)
    known = site.get(of_ada(links), If_None_Match=got.headers["etag"])

    assert (known.status, known.text) == (304, "")
    assert not [answer for answer in (got, known) if "last-modified" in answer.headers]
    assert site.get(of_ada(links), If_Modified_Since=late).status == 200


def test_no_feed_was_modified_in_the_future(
    published: PublicSite, links: Links, folder: Path
) -> None:
    path = folder / f"{links.calendar_token('P0001', 1)}.ics"
    late = published.now + dt.timedelta(seconds=1)
    os.utime(path, (late.timestamp(), late.timestamp()))
    early = published.get(of_ada(links), If_Modified_Since=format_datetime(late, usegmt=True))
    assert (early.status, "last-modified" in early.headers) == (200, False)

    published.now = late
    in_time = published.get(of_ada(links), If_Modified_Since=format_datetime(late, usegmt=True))
    assert (in_time.status, "last-modified" in in_time.headers) == (304, True)


def test_head_is_get_without_its_body(published: PublicSite, links: Links) -> None:
    got, head = published.get(of_ada(links)), published.ask("HEAD", of_ada(links))
    same = {"etag", "last-modified", "content-type", "content-length", "cache-control"}
    known = published.ask("HEAD", of_ada(links), headers={"If-None-Match": got.headers["etag"]})

    assert (head.status, head.text, known.status) == (200, "", 304)
    assert {n: head.headers[n] for n in same} == {n: got.headers[n] for n in same}


def test_the_same_feed_has_the_same_tag_published_or_not(
    site: PublicSite, links: Links, folder: Path
) -> None:
    made = site.get(of_ada(links))
    assert not folder.exists()
    publish(site.office, folder, [CODE], now=site.now)
    served = site.get(of_ada(links))

    assert (made.status, made.text) == (served.status, served.text)
    assert made.headers["etag"] == served.headers["etag"]


def test_a_file_that_was_replaced_is_served_from_then_on(
    published: PublicSite, links: Links, folder: Path
) -> None:
    """Even one as long as the old one and of the same time."""
    path = folder / f"{links.calendar_token('P0001', 1)}.ics"
    before, times = published.get(of_ada(links)), path.stat()
    other = path.with_suffix(".other")
    other.write_bytes(path.read_bytes().replace(b"webinar", b"WEBINAR"))
    os.utime(other, (times.st_atime, times.st_mtime))
    other.replace(path)

    after = published.get(of_ada(links), If_None_Match=before.headers["etag"])

    assert (after.status, after.text) == (200, before.text.replace("webinar", "WEBINAR"))


def test_a_change_without_a_revision_is_no_news_of_old(
    site: PublicSite, links: Links, folder: Path
) -> None:
    """Who asks by time only is given the calendar with alarms."""
    publish(site.office, folder, [CODE], now=site.now)
    before = site.get(of_ada(links)).headers["last-modified"]

    site.choose(links.calendar_page("P0001", 1), "subscription", alarms=True)
    after = site.get(of_ada(links), If_Modified_Since=before)

    assert (after.status, "BEGIN:VALARM" in after.text) == (200, True)
    assert parsedate_to_datetime(after.headers["last-modified"]) == site.now


def test_a_file_that_cannot_be_read_is_made_from_the_records(
    site: PublicSite, links: Links, folder: Path
) -> None:
    (folder / f"{links.calendar_token('P0001', 1)}.ics").mkdir(parents=True)

    assert events(site.get(of_ada(links)).text) > 7


@pytest.mark.parametrize("kind", ["feed", "page"])
def test_a_link_that_was_replaced_is_gone_and_the_new_one_opens(
    site: PublicSite, links: Links, folder: Path, kind: str
) -> None:
    publish(site.office, folder, [CODE], now=site.now)
    rotated(site.office.store, "P0001")
    publish(site.office, folder, [CODE], now=site.now)
    address = links.calendar_file if kind == "feed" else links.calendar_page

    answers = [site.get(address("P0001", generation)) for generation in (1, 2, 3)]

    assert [answer.status for answer in answers] == [410, 200, 404]
    assert "This link has been replaced" in answers[0].text
    assert answers[0].headers["cache-control"] == "no-store"


def test_a_link_that_was_replaced_is_gone_at_once_though_its_file_stands(
    site: PublicSite, links: Links, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(site.office, folder, [CODE], now=site.now)
    assert site.get(of_ada(links)).status == 200
    rotated(site.office.store, "P0001")
    monkeypatch.setattr(generations, "EVERY", 0.0)

    answers = [site.get(links.calendar_file(ref, 1)) for ref in ("P0001", "P0002")]

    assert [answer.status for answer in answers] == [410, 200]


def test_what_was_replaced_is_remembered_while_the_database_does_not_answer(
    site: PublicSite,
    links: Links,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(generations, "EVERY", 0.0)
    publish(site.office, folder, [CODE], now=site.now)
    rotated(site.office.store, "P0001")
    assert site.get(of_ada(links)).status == 410

    def locked(_: Any) -> Any:
        raise DatabaseFault("locked")

    monkeypatch.setattr(generations, "rotated", locked)
    answers = [site.get(links.calendar_file(ref, 1)) for ref in ("P0001", "P0002") * 2]

    assert [answer.status for answer in answers] == [410, 200] * 2
    assert sum("DatabaseFault" in line for line in caplog.messages) == 1


def test_a_database_that_takes_its_time_holds_no_calendar_up(
    site: PublicSite, links: Links, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, ask = threading.Event(), generations.rotated

    def slow(session: Any) -> Any:
        answers.wait(20)
        return ask(session)

    monkeypatch.setattr(generations, "rotated", slow)
    monkeypatch.setattr(generations, "PATIENCE", 0.1)
    publish(site.office, folder, [CODE], now=site.now)
    begun = time.monotonic()
    statuses = [site.get(of_ada(links)).status for _ in range(20)]
    answers.set()

    assert (statuses, time.monotonic() - begun < 5) == ([200] * 20, True)


def test_many_who_poll_ask_the_database_once(
    site: PublicSite, links: Links, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(site.office, folder, [CODE], now=site.now)
    said: list[str] = []
    event.listen(
        site.office.store.engine, "before_cursor_execute", lambda *said_: said.append(said_[2])
    )
    monkeypatch.setattr(generations, "EVERY", 60.0)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: site.get(of_ada(links)), range(40)))

    assert [one.split()[0] for one in said] == ["BEGIN", "SELECT"]


@pytest.mark.parametrize("kind", ["calendars", "calendar"])
def test_what_opens_the_feed_does_not_open_the_page_nor_the_other_way_round(
    site: PublicSite, links: Links, kind: str
) -> None:
    """Google and others are given the feed's link."""
    file, page = links.calendar_file("P0001", 1), links.calendar_page("P0001", 1)
    token = file.rpartition("/")[2].removesuffix(".ics")
    swapped = {
        "calendar": f"/calendar/{token}",
        "calendars": f"/calendars/{page.rpartition('/')[2]}.ics",
    }

    assert site.get(swapped[kind]).status == 404
    assert [site.get(file).status, site.get(page).status] == [200, 200]


@pytest.mark.parametrize("kind", ["calendars", "calendar"])
def test_a_link_that_is_not_ours_is_not_found(
    site: PublicSite, links: Links, folder: Path, kind: str
) -> None:
    folder.mkdir()
    (folder / "x.ics").write_text("BEGIN:VCALENDAR")
    address = links.calendar_file if kind == "calendars" else links.calendar_page

    def of(whose: str) -> str:
        return address(whose, 1).rpartition("/")[2].removesuffix(".ics")

    token = of("P0001")
    foreign = links.preferences("P0001").rpartition("/")[2]
    nobody = [of(whose) for whose in ("P9999", "2020-10/mentors", "2026-10/x")]
    tokens = ["x", "..", "%2e%2e%2fats", "%00", "é", token[:-2], token + "x", foreign, *nobody]
    suffix = ".ics" if kind == "calendars" else ""

    answers = [site.get(f"/{kind}/{t.encode('ascii', 'ignore').decode()}{suffix}") for t in tokens]

    assert [answer.status for answer in answers] == [404] * len(tokens)


def test_a_token_written_in_another_way_leads_to_the_same_file(
    published: PublicSite, links: Links
) -> None:
    """The last letter of a signature has bits that say nothing; a file has one name."""
    token = links.calendar_token("P0001", 1)
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    others = [token[:-1] + letters[letters.index(token[-1]) ^ bits] for bits in (1, 2, 3)]

    answers = [published.get(f"/calendars/{other}.ics") for other in others]

    assert {(a.status, a.text) for a in answers} == {(200, published.get(of_ada(links)).text)}


def test_whoever_guesses_waits_while_subscribers_at_the_same_address_do_not(
    published: PublicSite, links: Links
) -> None:
    guessed = [published.get(f"/calendars/{n}.ics") for n in range(guesses.AT_ONCE)]
    late = [published.get("/calendars/x.ics"), published.get("/calendar/x")]
    late += [published.ask("POST", "/preferences/x", b"asked=tip")]

    assert {answer.status for answer in guessed} == {404}
    assert [(answer.status, answer.headers["retry-after"]) for answer in late] == [(429, "1")] * 3
    assert published.get(of_ada(links)).status == 200


def test_only_get_and_head_are_known(site: PublicSite, links: Links) -> None:
    answer = site.ask("POST", of_ada(links), b"x")

    assert (answer.status, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})


def test_a_limited_number_is_kept_in_memory(
    published: PublicSite, links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    from web import shelf

    monkeypatch.setattr(shelf, "_KEPT", 1)
    answers = [published.get(links.calendar_file(ref, 1)) for ref in ("P0001", "P0002") * 2]

    assert [answer.status for answer in answers] == [200] * 4
    assert publishing.SUFFIX == ".ics"


def test_a_replaced_link_opens_nothing_though_its_file_still_stands(
    site: PublicSite, links: Links, folder: Path
) -> None:
    publish(site.office, folder, [CODE], now=site.now)
    rotate(site.office, "P0001", now=site.now, by="Jo")
    assert (folder / f"{links.calendar_token('P0001', 1)}.ics").exists()

    answers = [site.get(links.calendar_file("P0001", n)) for n in (1, 2)]

    assert [answer.status for answer in answers] == [410, 200]
