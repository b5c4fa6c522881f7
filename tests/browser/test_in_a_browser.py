"""The page of a calendar in a real browser: for everybody's eyes, hands, screens and readers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from browser import LINKS, Browser

from tests.integration.small_cohort import CODE
from tests.integration.web.public_site import PublicSite

FEED = LINKS.calendar_file("P0001", 1)
WEBCAL = FEED.replace("https:", "webcal:")
NAME = "My ATS year: webinars and deadlines"
OUTLOOK = f"url={quote(FEED, safe='')}&name={quote(NAME, safe='')}"
WAYS = [
    [
        "Google Calendar",
        f"https://calendar.google.com/calendar/render?cid={quote(WEBCAL, safe='')}",
    ],
    *(
        [
            text,
            f"https://outlook.{kind}.com/calendar/0/addfromweb?{OUTLOOK}",
        ]
        for text, kind in (("Outlook, for work", "office"), ("Outlook, personal", "live"))
    ),
    ["Apple or desktop", WEBCAL],
]
SHOTS = os.environ.get("SCREENSHOTS")  # a folder: `make screenshots`


def visits(site: PublicSite) -> list[dict[str, Any]]:
    """Return the pages to look at: by day and by night, on a desk, on a phone and magnified."""
    invited = LINKS.calendar_page("M0001", 1)
    assert site.choose(invited, "invitations").status == 200
    pages = {
        "person": LINKS.calendar_page("P0001", 1),
        "invited": invited,
        "cohort": LINKS.calendar_page(f"{CODE}/participants", 1),
        "preferences": LINKS.preferences("P0001"),
        "replaced": LINKS.calendar_page("P0001", 2),
    }
    sizes = {"": 1000, " on a phone": 390, " magnified": 320}
    shots = {"person light": "calendar", "person dark": "calendar-dark"}
    shots |= {"person light on a phone": "calendar-phone"}
    found = []
    for page, url in pages.items():
        for scheme in ("light", "dark"):
            for size, width in sizes.items() if scheme == "light" else [("", 1000)]:
                name = f"{page} {scheme}{size}"
                shot = f"{SHOTS}/{shots[name]}.png" if SHOTS and name in shots else None
                address = f"http://127.0.0.1:{site.port}{urlsplit(url).path}"
                visit = {"url": address, "scheme": scheme, "width": width, "screenshot": shot}
                found.append({"name": name, **visit})
    return found


@pytest.fixture
def seen(browser: Browser, site: PublicSite) -> dict[str, Any]:
    """What the browser found on every page."""
    return browser.look(visits(site))


def test_everybody_can_use_the_pages(seen: dict[str, Any]) -> None:
    """One look at all of them, for it takes a while."""
    nothing_serious(seen)
    every_link_is_encoded_as_its_calendar_wants_it(seen)
    the_keyboard_reaches_everything_in_order_and_shows_where_it_is(seen)
    everything_fits_and_can_be_hit(seen)


def nothing_serious(seen: dict[str, Any]) -> None:
    """axe-core has looked at contrast and finds nothing, by day and by night."""
    found = {name: page["found"] for name, page in seen.items() if page["found"]}

    assert found == {}
    for name, page in seen.items():
        assert "color-contrast" in page["passed"], name
        assert "color-contrast" not in page["unsure"], name
    assert seen["person light"]["background"] != seen["person dark"]["background"]
    assert {name: page["told"] for name, page in seen.items() if page["status"] == 200} == {
        name: [] for name, page in seen.items() if page["status"] == 200
    }


def every_link_is_encoded_as_its_calendar_wants_it(seen: dict[str, Any]) -> None:
    join = [["Join", f"https://meet.example/webinar-{n}"] for n in (4, 5)]

    assert seen["person light"]["links"][:4] == WAYS
    assert [link for link in seen["person light"]["links"] if link in join] == join
    assert ["Watch the recording", "https://video.example/2"] in seen["person light"]["links"]
    assert not [text for text, _ in seen["invited light"]["links"] if "Outlook" in text]


def the_keyboard_reaches_everything_in_order_and_shows_where_it_is(seen: dict[str, Any]) -> None:
    stops = seen["person light"]["stops"]
    first = [text for text, _ in WAYS] + ["address", "subscription", "alarms", "Save"]

    assert [stop["name"] for stop in stops][:8] == first
    assert stops[-1]["name"] == "Privacy notice"
    for name, page in seen.items():
        assert page["stops"], name
        assert [s["name"] for s in page["stops"] if not (s["outlined"] and s["inView"])] == [], name


def everything_fits_and_can_be_hit(seen: dict[str, Any]) -> None:
    """No scrolling to the side at 320 pixels, which is 1280 at 400 %; targets of 24 at least."""
    assert {name: page["tooWide"] for name, page in seen.items() if page["tooWide"]} == {}
    assert {name: page["tooSmall"] for name, page in seen.items() if page["tooSmall"]} == {}


def test_the_keyboard_alone_chooses_invitations_where_no_script_runs(
    browser: Browser, site: PublicSite
) -> None:
    url = f"http://127.0.0.1:{site.port}{urlsplit(LINKS.calendar_page('P0001', 1)).path}"
    to_the_form = ["Tab"] * 6  # four buttons, the address, the first circle

    seen = browser.look([], form={"url": url, "keys": [*to_the_form, "ArrowDown", "Enter"]})

    assert seen["form"] == {
        "url": url,
        "heading": "Saved: your dates in your calendar",
        "status": "Webinars: from now on as invitations by e-mail.\n\n"
        "If you subscribed before, the webinars to come leave that calendar by themselves, "
        "as soon as it notices.",
        "buttons": 0,
        "invitations": True,
    }


def test_the_browser_is_installed_by_name_only() -> None:
    root = Path(__file__).parents[2]
    text = (root / ".ci" / "install-browser").read_text() + (root / ".ci" / "run").read_text()

    assert "://" not in text
