"""Feeds over HTTP: what calendars fetch, when they need not, and links that are no more."""

from __future__ import annotations

import hashlib
import os
import string
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from public_site import PublicSite
from records import rotated
from small_cohort import CODE, SmallCohort

from ats.feeds import publishing
from ats.feeds.publishing import publish
from ats.feeds.rotating import rotate
from ats.people.links import Links
from web import guesses
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


#: A feed that is made from the records can change without a newer date, and so tells none.
NEVER_TOLD = "Fri, 01 Jan 2100 00:00:00 GMT"


@pytest.mark.parametrize("is_published", [False, True])
def test_who_has_it_already_is_told_so_in_few_words(
    request: pytest.FixtureRequest, links: Links, is_published: bool
) -> None:
    site: PublicSite = request.getfixturevalue("published" if is_published else "site")
    got = site.get(of_ada(links))
    tag, date = got.headers["etag"], got.headers.get("last-modified", NEVER_TOLD)
    asked = [{"If_None_Match": tag}, {"If_None_Match": f"W/{tag}"}]
    asked += [{"If_Modified_Since": date}] if is_published else []

    for headers in asked:
        answer = site.get(of_ada(links), **headers)

        assert (answer.status, answer.text) == (304, "")
        for name in ("etag", "last-modified", "cache-control"):
            assert answer.headers.get(name) == got.headers.get(name)
        assert not {"content-type", "content-length"} & set(answer.headers)
    assert site.get(of_ada(links), If_None_Match='"old"', If_Modified_Since=date).status == 200


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
    assert ("last-modified" in made.headers, "last-modified" in served.headers) == (False, True)


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


@pytest.mark.parametrize("kind", ["calendars", "calendar"])
def test_a_link_that_is_not_ours_is_not_found(
    site: PublicSite, links: Links, folder: Path, kind: str
) -> None:
    folder.mkdir()
    (folder / "x.ics").write_text("BEGIN:VCALENDAR")
    token = links.calendar_token("P0001", 1)
    foreign = links.preferences("P0001").rpartition("/")[2]
    nobody = [links.calendar_token(whose, 1) for whose in ("P9999", "2020-10/mentors", "2026-10/x")]
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
