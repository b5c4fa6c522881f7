"""The page on which a mentor answers: seen by anybody, answered by its form alone, and once."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest
from mentor_pages import answered_to, link_in, mentorship, post, trail
from public_site import Answer, PublicSite
from small_cohort import BEN, GRACE, NIA, SmallCohort, at
from sqlalchemy import select

from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors, participants
from ats.people.answer_links import About, MentorLink, answer_page
from ats.people.changing import Decision
from ats.people.links import Links
from ats.records import models as m

ASKED = "2026-10-07 09:00"
NOW = at("2026-10-08 12:00")
BY = "the mentor, by link"


@pytest.fixture
def asked(cohort: SmallCohort, mailbox: InMemoryMailbox, site: PublicSite) -> str:
    """The link in the request that Grace got, about Ada."""
    cohort.tick(ASKED)
    site.now = NOW
    return link_in(mailbox, "grace@harbour.example", "mentoring")


@pytest.fixture
def asked_twice(cohort: SmallCohort, mailbox: InMemoryMailbox, site: PublicSite) -> str:
    """The link in the request that Grace got, about Ada and Ben."""
    cohort.enrol(BEN + GRACE)
    cohort.tick(ASKED)
    site.now = NOW
    return link_in(mailbox, "grace@harbour.example", "mentoring")


def yes(site: PublicSite, url: str, **more: str) -> Answer:
    return post(site, url, asked="0", **{"answer-0": "yes", "on": "independent", **more})


def no(site: PublicSite, url: str) -> Answer:
    return post(site, url, asked="0", **{"answer-0": "no"})


def test_looking_changes_nothing_however_often_and_by_whomever(
    site: PublicSite, asked: str
) -> None:
    before = mentorship(site.office.store, "P0001")

    pages = [site.ask(method, asked) for method in ("GET", "HEAD", "GET")]

    assert [page.status for page in pages] == [200, 200, 200]
    assert "<h1>Would you be Ada Lovelace’s mentor?</h1>" in pages[0].text
    assert " checked" not in pages[0].text
    assert mentorship(site.office.store, "P0001") == before
    assert trail(site.office.store) == []


def test_a_yes_is_recorded_with_the_declaration_and_welcomed(
    site: PublicSite, asked: str, cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    page = yes(site, asked)

    found = mentorship(site.office.store, "P0001")
    assert page.status == 200
    assert "Yes: you mentor Ada Lovelace." in page.text
    assert (found.accepted_at, found.independent_at, found.ended_at) == (NOW, NOW, None)
    told = {"mentor": "M0001", "cases_closed": [], "independent": True}
    assert trail(site.office.store) == [(BY, "mentor-accepted", "P0001", told)]
    mailbox.received.clear()
    cohort.tick("2026-10-08 12:10")
    assert {one.recipient for one in mailbox.received} == {
        "ada@harbour.example",
        "grace@harbour.example",
    }


@pytest.mark.parametrize("said", [yes, no])
def test_an_answer_stops_the_ladder_of_the_request(
    site: PublicSite, asked: str, cohort: SmallCohort, mailbox: InMemoryMailbox, said: Any
) -> None:
    said(site, asked)
    mailbox.received.clear()

    cohort.tick_daily("2026-10-09", "2026-11-20")

    assert not [case for case in cohort.cases() if case[1] in ("call-mentor", "replace-mentor")]
    assert "sent" not in set(cohort.outcomes("chase-mentor-request", about="P0001").values())


def test_a_reminder_leads_to_the_page_too(
    cohort: SmallCohort, mailbox: InMemoryMailbox, site: PublicSite, asked: str
) -> None:
    mailbox.received.clear()
    cohort.tick_daily("2026-10-08", "2026-10-14")
    site.now = at("2026-10-14 12:00")

    newer = link_in(mailbox, "grace@harbour.example", "mentoring")

    assert "Yes: you mentor Ada Lovelace." in yes(site, newer).text
    assert "You have answered already" in site.get(asked).text


def test_a_no_ends_the_mentorship(site: PublicSite, asked: str) -> None:
    page = no(site, asked)

    found = mentorship(site.office.store, "P0001")
    assert "No: you do not mentor Ada Lovelace." in page.text
    assert (found.declined_at, found.ended_at, found.accepted_at) == (NOW, NOW, None)


def test_a_yes_without_the_declaration_records_nothing_and_says_what_is_missing(
    site: PublicSite, asked: str
) -> None:
    page = post(site, asked, asked="0", **{"answer-0": "yes"})

    assert page.status == 422
    assert 'role="alert"' in page.text
    assert "Nothing has been recorded" not in page.text.partition("role=")[0]
    assert 'value="yes" id="yes-0" checked' in page.text
    assert mentorship(site.office.store, "P0001").accepted_at is None


def test_no_choice_records_nothing_and_says_what_is_missing(site: PublicSite, asked: str) -> None:
    page = post(site, asked, asked="0", on="independent")

    assert (page.status, "Please choose yes or no" in page.text) == (422, True)
    assert trail(site.office.store) == []


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"answer-0": "yes"},
        {"asked": "0", "answer-0": "perhaps"},
        {"asked": "-1", "answer--1": "yes"},
        {"asked": "x", "answer-x": "no"},
    ],
)
def test_what_is_not_of_the_form_is_refused(
    site: PublicSite, asked: str, fields: dict[str, str]
) -> None:
    assert post(site, asked, **fields).status == 400
    assert trail(site.office.store) == []


def test_a_place_that_the_link_does_not_have_is_passed_over(site: PublicSite, asked: str) -> None:
    assert post(site, asked, asked="7", **{"answer-7": "no"}).status == 200
    assert trail(site.office.store) == []


def test_the_register_is_welcome_only_where_the_box_was_ticked(
    site: PublicSite, asked: str
) -> None:
    assert 'id="register"' in site.get(asked).text
    post(site, asked, asked="0", **{"answer-0": "no"}, on="register")

    with site.office.store.read() as session:
        rows = session.execute(select(m.Welcomed.topic, m.Welcomed.since)).all()
    assert [tuple(row) for row in rows] == [("register", NOW)]
    assert (BY, "welcomed", "M0001", {"topic": "register"}) in trail(site.office.store)


def test_one_answer_for_each_of_several_and_the_rest_may_wait(
    site: PublicSite, asked_twice: str
) -> None:
    fields = [("asked", "0"), ("asked", "1"), ("answer-1", "yes"), ("on", "independent")]

    page = site.ask("POST", asked_twice, urlencode(fields).encode())

    assert page.status == 200
    assert "Yes: you mentor Ben Ortega." in page.text
    assert "<h2>Ada Lovelace" in page.text
    store = site.office.store
    assert mentorship(store, "P0002").accepted_at == NOW
    assert mentorship(store, "P0001").accepted_at is None
    fields = [("asked", "0"), ("answer-0", "no")]
    page = site.ask("POST", asked_twice, urlencode(fields).encode())
    assert "No: you do not mentor Ada Lovelace." in page.text
    assert "You said <strong>yes</strong> for Ben Ortega on Thursday 8 October 2026" in page.text


@pytest.mark.parametrize(("said", "word"), [(yes, "yes"), (no, "no")])
def test_a_link_that_was_used_says_which_answer_it_was_and_when(
    site: PublicSite, asked: str, said: Any, word: str
) -> None:
    said(site, asked)
    site.now += dt.timedelta(days=2)

    pages = [site.get(asked), yes(site, asked), no(site, asked)]

    for page in pages:
        assert page.status == 200
        assert "<h1>You have answered already</h1>" in page.text
        told = f"You said <strong>{word}</strong> for Ada Lovelace on Thursday 8 October 2026"
        assert told in page.text
    assert len(trail(site.office.store)) == 1


def test_of_two_answers_at_once_one_counts(site: PublicSite, asked: str) -> None:
    with ThreadPoolExecutor(4) as several:
        said = [yes, no, yes, no]
        pages = list(several.map(lambda one: one(site, asked), said))

    assert [page.status for page in pages] == [200] * 4
    assert sum("Thank you for your answer" in page.text for page in pages) == 1
    assert sum("You have answered already" in page.text for page in pages) == 3
    assert len(trail(site.office.store)) == 1


def ended(cohort: SmallCohort, how: str) -> None:
    """End, stop or hand over what Grace was asked about Ada."""
    decision = Decision(at("2026-10-07 15:00"), "Jo", "illness", "Sam")
    if how in ("withdraw", "defer"):
        getattr(participants, how)(cohort.office, "P0001", decision, preview=False)
        return
    if how in ("silence", "parked"):
        cohort.overlay("P0001", how, now="2026-10-07 15:00")
        return
    with cohort.store.write() as session:
        role = session.execute(select(m.Role).where(m.Role.ref == "M0001")).scalar_one()
        standing = session.execute(select(m.Mentorship)).scalars().first()
        assert standing is not None
        if how == "mentor silenced":
            role.silenced_at = decision.now
        elif how == "replaced":
            standing.ended_at, standing.ended_because = decision.now, "replaced"
        else:
            cohort_row = session.execute(select(m.Cohort)).scalar_one()
            cohort_row.status = "closed"


@pytest.mark.parametrize(
    "how",
    ["withdraw", "defer", "silence", "parked", "mentor silenced", "replaced", "cohort closed"],
)
def test_what_ended_meanwhile_is_said_neutrally_and_changes_nothing(
    site: PublicSite, asked: str, cohort: SmallCohort, how: str
) -> None:
    ended(cohort, how)
    before = trail(site.office.store)

    pages = [site.get(asked), yes(site, asked), no(site, asked)]

    for page in pages:
        assert (page.status, "<h1>This request is no longer open</h1>" in page.text) == (200, True)
        assert "You need do nothing." in page.text
        assert not [name for name in ("Ada", "Lovelace", "illness") if name in page.text]
    assert mentorship(site.office.store, "P0001").accepted_at is None
    assert trail(site.office.store) == before


def test_the_answer_that_staff_recorded_is_told(
    site: PublicSite, asked: str, cohort: SmallCohort
) -> None:
    mentors.accept(cohort.store, "P0001", now=at("2026-10-07 16:00"), by="Jo")

    assert "You said <strong>yes</strong> for Ada Lovelace on Wednesday 7" in site.get(asked).text


def test_an_expired_link_says_until_when_it_was_open(site: PublicSite, asked: str) -> None:
    site.now = at("2026-12-06 23:50")
    assert site.get(asked).status == 200
    site.now = at("2026-12-07 00:10")

    for page in (site.get(asked), yes(site, asked)):
        assert (page.status, "until Sunday 6 December 2026" in page.text) == (410, True)
        assert "Ada" not in page.text
    assert trail(site.office.store) == []


def test_a_forged_link_and_one_for_another_page_open_nothing(
    site: PublicSite, asked: str, links: Links
) -> None:
    stranger = Links(links.public_url, "another key, of somebody else's")
    until = dt.date(2027, 1, 1)
    about = MentorLink("M0001", (About("P0001", 1),))
    forged = [
        asked[:-3],
        asked.replace("/mentoring/", "/sign-off/"),
        answer_page(stranger, "mentoring", about, until),
        answer_page(links, "sign-off", about, until).replace("/sign-off/", "/mentoring/"),
        links.page("mentoring", ["M0001"], until),
        answer_page(links, "mentoring", MentorLink("M0999", about.about), until),
    ]

    assert [site.get(url).status for url in forged] == [404] * len(forged)
    assert {yes(site, url).status for url in forged} == {400, 404}
    assert trail(site.office.store) == []


def test_a_link_never_answers_for_another_mentor_or_participant(
    site: PublicSite, asked: str, links: Links, cohort: SmallCohort
) -> None:
    """The number of a naming that was undone may be given again."""
    cohort.enrol(BEN + NIA)
    ids = {ref: mentorship(cohort.store, ref).id or 0 for ref in ("P0001", "P0002")}
    until = dt.date(2027, 1, 1)
    others = [
        MentorLink("M0002", (About("P0001", ids["P0001"]),)),
        MentorLink("M0001", (About("P0001", ids["P0002"]),)),
        MentorLink("M0001", (About("P0002", ids["P0001"]),)),
    ]

    for other in others:
        page = yes(site, answer_page(links, "mentoring", other, until))
        assert "This request is no longer open" in page.text
    assert answered_to(cohort.store) == []


def test_the_page_names_whom_it_is_for_and_lets_nobody_keep_it(
    site: PublicSite, asked: str
) -> None:
    page = site.get(asked)

    assert "This page is for Grace Hopper. If that is not you, please close it" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "noindex" in page.headers["x-robots-tag"]
