"""The pages on which mentors answer, in a real browser: for eyes, hands, screens and readers."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from browser import LINKS, Browser
from sqlalchemy import select

from ats.commands.entry import open_office
from ats.people import mentors
from ats.people.answer_links import About, MentorLink, Page, answer_page
from ats.records import models as m
from ats.records.store import Store
from config.settings import Settings
from tests.integration.small_cohort import ADA, BEN, CAT, DOT, GRACE, SmallCohort, at
from tests.integration.web.public_site import PublicSite

SHOTS = os.environ.get("SCREENSHOTS")  # a folder: `make screenshots`
NOW = at("2027-09-13 12:00")
AGREED = at("2026-10-08 10:00")
LATER, EARLIER = dt.date(2027, 12, 1), dt.date(2027, 9, 12)


@pytest.fixture
def mentored(sqlite_template: Path, tmp_path: Path) -> Iterator[PublicSite]:
    """Grace is asked by Ada and Ben, and mentors Cat, and Dot, whose portfolio she signed off."""
    store = Store(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'ats.db')}")
    office = replace(open_office(Settings.model_construct()), links=LINKS, store=store)
    cohort = SmallCohort(office, tmp_path)
    cohort.enrol(ADA + GRACE, BEN + GRACE, CAT + GRACE, DOT + GRACE)
    for ref in ("P0003", "P0004"):
        mentors.accept(store, ref, now=AGREED, by="Jo")
    mentors.sign_off(store, "P0004", now=at("2027-09-10 15:00"), by="Jo")
    with PublicSite(cohort.office) as site:
        site.now = NOW
        yield site
    store.close()


def link(site: PublicSite, page: Page, *refs: str, until: dt.date = LATER) -> str:
    """Return the address of Grace's page about these participants, on this machine."""
    of = select(m.Role.ref, m.Mentorship.id).join(m.Enrolment, m.Enrolment.role_id == m.Role.id)
    of = of.join(m.Mentorship, m.Mentorship.enrolment_id == m.Enrolment.id)
    with site.office.store.read() as session:
        ids = dict(map(tuple, session.execute(of)))
    asked = MentorLink("M0001", tuple(About(ref, ids[ref]) for ref in refs))
    path = urlsplit(answer_page(LINKS, page, asked, until)).path
    return f"http://127.0.0.1:{site.port}{path}"


def answers(site: PublicSite) -> list[tuple[str, bool, bool, bool]]:
    """Return (ref, accepted, declined, signed off) of every participant."""
    of = select(m.Role.ref, m.Mentorship).join(m.Enrolment, m.Enrolment.role_id == m.Role.id)
    of = of.join(m.Mentorship, m.Mentorship.enrolment_id == m.Enrolment.id).order_by(m.Role.ref)
    with site.office.store.read() as session:
        return [
            (ref, bool(one.accepted_at), bool(one.declined_at), bool(one.signed_off_at))
            for ref, one in session.execute(of)
        ]


def visits(site: PublicSite) -> list[dict[str, Any]]:
    """Return the pages to look at: by day and by night, on a desk, on a phone and magnified."""
    pages = {
        "request": link(site, "mentoring", "P0001"),
        "requests": link(site, "mentoring", "P0001", "P0002", "P0003"),
        "answered": link(site, "mentoring", "P0003"),
        "sign-off": link(site, "sign-off", "P0003"),
        "sign-offs": link(site, "sign-off", "P0003", "P0004"),
        "signed": link(site, "sign-off", "P0004"),
        "closed": link(site, "sign-off", "P0001"),
        "expired": link(site, "mentoring", "P0001", until=EARLIER),
    }
    sizes = {"": 1000, " on a phone": 390, " magnified": 320}
    shots = {
        f"{page} {scheme}": f"mentor-{page}{suffix}"
        for page in ("request", "sign-off")
        for scheme, suffix in (("light", ""), ("dark", "-dark"), ("light on a phone", "-phone"))
    }
    found = []
    for page, url in pages.items():
        for scheme in ("light", "dark"):
            for size, width in sizes.items() if scheme == "light" else [("", 1000)]:
                name = f"{page} {scheme}{size}"
                shot = f"{SHOTS}/{shots[name]}.png" if SHOTS and name in shots else None
                visit = {"url": url, "scheme": scheme, "width": width, "screenshot": shot}
                found.append({"name": name, **visit})
    return found


def test_every_mentor_can_use_the_pages_and_looking_changes_nothing(
    browser: Browser, mentored: PublicSite
) -> None:
    before = answers(mentored)

    seen = browser.look(visits(mentored))

    assert {name: page["found"] for name, page in seen.items() if page["found"]} == {}
    assert [name for name, page in seen.items() if "color-contrast" not in page["passed"]] == []
    assert {name: page["tooWide"] for name, page in seen.items() if page["tooWide"]} == {}
    assert {name: page["tooSmall"] for name, page in seen.items() if page["tooSmall"]} == {}
    for name, page in seen.items():
        hidden = [s["name"] for s in page["stops"] if not (s["outlined"] and s["inView"])]
        assert (hidden, bool(page["stops"])) == ([], True), name
    statuses = {name.split()[0]: page["status"] for name, page in seen.items()}
    assert {name for name, status in statuses.items() if status != 200} == {"expired"}
    assert statuses["expired"] == 410
    assert answers(mentored) == before


def test_the_keyboard_alone_answers_where_no_script_runs(
    browser: Browser, mentored: PublicSite
) -> None:
    """A radio group is one stop; its first choice is "yes"."""
    ada, ben = link(mentored, "mentoring", "P0001"), link(mentored, "mentoring", "P0002")
    cat, dot = link(mentored, "sign-off", "P0003"), link(mentored, "sign-off", "P0004")
    presses = [
        {"name": "no declaration", "url": ada, "keys": ["Tab", "Space", "Enter"]},
        {"name": "yes", "url": ada, "keys": ["Tab", "Space", "Tab", "Space", "Enter"]},
        {"name": "no", "url": ben, "keys": ["Tab", "Space", "ArrowDown", "Enter"]},
        {"name": "signed", "url": cat, "keys": ["Tab", "Enter"]},
        {"name": "taken back", "url": dot, "keys": ["Tab", "Enter"]},
    ]

    seen = browser.look([], presses=presses)

    assert {name: page["heading"] for name, page in seen.items()} == {
        "no declaration": "Something is missing: your answer",
        "yes": "Thank you for your answer",
        "no": "Thank you for your answer",
        "signed": "Thank you: signed off",
        "taken back": "Your sign-off is taken back",
    }
    assert seen["yes"]["said"].startswith("Yes: you mentor Ada Lovelace.")
    assert seen["no"]["said"].startswith("No: you do not mentor Ben Ortega.")
    assert answers(mentored) == [
        ("P0001", True, False, False),
        ("P0002", False, True, False),
        ("P0003", True, False, True),
        ("P0004", True, False, False),
    ]
