"""The page on which people subscribe, and choose invitations instead; never both."""

from __future__ import annotations

import logging
import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from public_site import PublicSite
from records import chosen, trail
from small_cohort import CODE, SmallCohort, at

from ats.feeds.publishing import publish
from ats.people.links import Links
from ats.people.preferences import BY
from ats.records import models as m

SUBSCRIPTION = {"mode": "subscription", "alarms": False}
INVITATIONS = {"mode": "invitations", "alarms": False}


def ways(page: str) -> dict[str, str]:
    """Return the buttons: what they say and where they lead."""
    found = re.findall(r'<a class="button" href="([^"]+)">([^<]+)</a>', page)
    return {text: unescape(href) for href, text in found}


def listed(page: str) -> list[str]:
    """Return what the plain list says of each date."""
    return re.findall(r"<span>(.+)</span>", page)


def radio(page: str) -> list[str]:
    """Return which boxes and circles are marked."""
    marked = re.findall(r"<input [^>]*checked>", page)
    return [value for one in marked for value in re.findall(r'value="([^"]+)"', one)]


def test_every_way_to_subscribe_leads_to_the_feed(site: PublicSite, links: Links) -> None:
    answer = site.get(links.calendar_page("P0001", 1))
    feed = links.calendar_file("P0001", 1)
    bare = feed.removeprefix("https://")
    found = ways(answer.text)
    queries = {text: parse_qs(urlsplit(href).query) for text, href in found.items()}

    assert answer.status == 200
    assert list(found) == [
        "Google Calendar",
        "Outlook, for work",
        "Outlook, personal",
        "Apple or desktop",
    ]
    assert queries["Google Calendar"] == {"cid": [f"webcal://{bare}"]}
    for text, host in (("for work", "office"), ("personal", "live")):
        asked = {"url": [feed], "name": ["My ATS year: webinars and deadlines"]}
        assert queries[f"Outlook, {text}"] == asked
        assert urlsplit(found[f"Outlook, {text}"]).netloc == f"outlook.{host}.com"
    assert found["Apple or desktop"] == f"webcal://{bare}"
    assert f'readonly value="{feed}"' in answer.text


def test_a_person_reads_their_webinars_and_deadlines(site: PublicSite, links: Links) -> None:
    page = site.get(links.calendar_page("P0001", 1)).text
    webinars = [title for title in listed(page) if title.startswith("ATS webinar: ")]
    due = [title for title in listed(page) if title.startswith("ATS deadline: ")]

    assert (len(webinars), len(due) > 3) == (7, True)
    assert "Every" not in page
    assert "P0001" in page.partition("<footer>")[2]


@pytest.mark.parametrize(("audience", "number"), [("participants", 7), ("mentors", 3)])
def test_the_page_of_a_cohort_has_its_webinars_and_nothing_to_choose(
    site: PublicSite, links: Links, audience: str, number: int
) -> None:
    url = links.calendar_page(f"{CODE}/{audience}", 1)
    page = site.get(url).text

    assert len(listed(page)) == number
    assert {title.startswith("ATS webinar: ") for title in listed(page)} == {True}
    assert "<form" not in page
    assert f"for {audience} of cohort {CODE}" in page
    assert site.choose(url, "invitations").status == 400
    assert chosen(site.office.store) == {}


def test_nobody_is_named(site: PublicSite, links: Links) -> None:
    pages = [site.get(links.calendar_page(ref, 1)).text for ref in ("P0001", "M0001")]

    assert not [name for name in ("Ada", "Lovelace", "Grace", "harbour") if name in "".join(pages)]


def test_looking_never_changes_anything(site: PublicSite, links: Links) -> None:
    for method in ("GET", "HEAD"):
        site.ask(method, f"{links.calendar_page('P0001', 1)}?mode=invitations")

    assert (chosen(site.office.store), trail(site.office.store)) == ({}, [])


def test_invitations_take_the_place_of_the_subscription_and_back(
    site: PublicSite, links: Links
) -> None:
    url, feed = links.calendar_page("P0001", 1), links.calendar_file("P0001", 1)
    site.now = at("2026-10-05 12:00")  # all webinars are to come
    first = site.get(url).text
    everything = listed(first)

    there = site.choose(url, "invitations")
    meanwhile = site.get(feed).text
    back = site.choose(url, "subscription")

    assert [there.status, back.status] == [200, 200]
    still = "Invitations come even if you have switched reminders of webinars off"
    assert [still in page for page in (first, there.text)] == [True, True]
    assert (ways(there.text), radio(there.text)) == ({}, ["invitations"])
    assert "twice" in there.text
    assert 'href="#choice"' in there.text
    assert listed(there.text) == everything
    assert ("ATS webinar" in meanwhile, "ATS deadline" in meanwhile) == (False, True)
    assert (len(ways(back.text)), radio(back.text)) == (4, ["subscription"])
    assert "ATS webinar" in site.get(feed).text
    assert trail(site.office.store) == [
        (BY, "calendar", "P0001", SUBSCRIPTION, INVITATIONS),
        (BY, "calendar", "P0001", INVITATIONS, SUBSCRIPTION),
    ]


def test_who_was_sent_an_invitation_is_asked_to_delete_it_and_nobody_else(
    cohort: SmallCohort, site: PublicSite, links: Links
) -> None:
    url, asks = links.calendar_page("P0001", 1), "please delete them, or each shows twice"
    site.now = at("2026-10-05 12:00")
    pages = [site.get(url).text, site.choose(url, "invitations").text]
    pages.append(site.choose(url, "subscription").text)  # before any invitation went
    assert [page for page in pages if asks in page] == []

    site.choose(url, "invitations")
    cohort.tick("2026-10-06 09:30")
    assert cohort.messages(recipient="P0001", status="sent", class_="essential")
    assert asks not in site.get(url).text
    assert asks in site.choose(url, "subscription").text
    assert asks in site.get(url).text
    assert asks not in site.get(links.calendar_page("P0002", 1)).text


def test_choosing_the_same_again_leaves_no_trace_and_no_later_date(
    site: PublicSite, links: Links
) -> None:
    url = links.calendar_page("M0001", 1)
    site.choose(url, "invitations", alarms=True)
    first = site.now
    site.now = first.replace(day=27)

    site.choose(url, "invitations", alarms=True)
    once = chosen(site.office.store)
    site.choose(url, "invitations")

    assert once == {"M0001": ("invitations", first, True)}
    assert chosen(site.office.store) == {"M0001": ("invitations", first, False)}
    assert len(trail(site.office.store)) == 2


def test_what_is_so_for_everybody_is_no_choice(site: PublicSite, links: Links) -> None:
    answer = site.choose(links.calendar_page("P0001", 1), "subscription")

    assert (answer.status, chosen(site.office.store)) == (200, {})
    assert trail(site.office.store) == []


def test_alarms_are_in_the_published_calendar_at_once(
    cohort: SmallCohort, links: Links, tmp_path: Path
) -> None:
    folder = tmp_path / "calendars"
    path = folder / f"{links.calendar_token('P0001', 1)}.ics"
    with PublicSite(cohort.office, calendars=folder) as site:
        publish(cohort.office, folder, [CODE], now=site.now)
        before = path.read_text()
        answer = site.choose(links.calendar_page("P0001", 1), "subscription", alarms=True)

    assert radio(answer.text) == ["subscription", "alarms"]
    assert ("VALARM" in before, "VALARM" in path.read_text()) == (False, True)


def test_a_choice_stands_where_its_file_cannot_be_written(
    cohort: SmallCohort, links: Links, tmp_path: Path
) -> None:
    folder = tmp_path / "file"
    folder.write_text("no folder")
    with PublicSite(cohort.office, calendars=folder) as site:
        answer = site.choose(links.calendar_page("P0001", 1), "subscription", alarms=True)

    assert (answer.status, chosen(site.office.store)["P0001"][2]) == (200, True)


@pytest.mark.parametrize(
    "body", [None, b"x=1", b"mode=both", b"mode=", b"mode=subscription&mode=invitations", b"\xff"]
)
def test_a_post_that_is_not_of_the_form_changes_nothing(
    site: PublicSite, links: Links, body: bytes | None
) -> None:
    answer = site.ask("POST", links.calendar_page("P0001", 1), body)

    assert (answer.status, chosen(site.office.store)) == (400, {})


def test_everything_open_is_looked_at_again(
    cohort: SmallCohort, site: PublicSite, links: Links
) -> None:
    cohort.tick("2026-10-06 09:00")

    site.choose(links.calendar_page("M0001", 1), "invitations")

    assert cohort.due_again()["P0001"] == m.EPOCH
    assert cohort.due_again()["P0002"] != m.EPOCH


def test_the_preferences_lead_here_and_not_the_other_way(site: PublicSite, links: Links) -> None:
    """A calendar is given to others, who are not to switch e-mails off."""
    preferences = site.get(links.preferences("P0001")).text
    page = site.get(links.calendar_page("P0001", 1)).text
    token = links.calendar_page("P0001", 1).rpartition("/")[2]

    assert token != links.calendar_token("P0001", 1)  # that one was given to others
    assert f'<a href="../calendar/{token}">' in preferences
    assert "/preferences/" not in page


def test_no_token_is_logged(
    site: PublicSite,
    links: Links,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("uvicorn").setLevel(logging.DEBUG)
    urls = links.calendar_file("P0001", 1), links.calendar_page("P0001", 1)
    tokens = [url.rpartition("/")[2].removesuffix(".ics") for url in urls]

    for url, token in zip(urls, tokens, strict=True):
        site.get(url)
        site.get(url.replace(token, token[:-1]))
        site.choose(url, "invitations")
        site.ask("PUT", url)

    out, err = capfd.readouterr()
    assert [token for token in tokens if token[:20] in caplog.text + out + err] == []


def test_without_a_public_address_the_page_goes_by_where_it_was_asked(
    cohort: SmallCohort, links: Links
) -> None:
    from dataclasses import replace

    office = replace(cohort.office, links=replace(links, public_url=""))
    with PublicSite(office) as site:
        page = site.get(links.calendar_page("P0001", 1)).text
        feed = site.get(links.calendar_file("P0001", 1)).text

    place = f"127.0.0.1:{site.port}/calendars/{links.calendar_token('P0001', 1)}.ics"
    assert f'value="http://{place}"' in page
    assert ways(page)["Apple or desktop"] == f"webcal://{place}"
    assert "SOURCE" not in feed
