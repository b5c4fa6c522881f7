"""The page of the register of mentors: only whoever wants to is on it, and leaves as easily."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

import pytest
from public_site import Answer, PublicSite
from small_cohort import SmallCohort, at
from sqlalchemy import select

from ats.people.links import Links
from ats.people.register_page import BY
from ats.records import models as m

UNTIL = dt.date(2028, 10, 20)
SUBJECT = "Plumbing & “heating” <level 3>"


@pytest.fixture
def url(links: Links) -> str:
    return links.page("register", ["M0001"], UNTIL)


@pytest.fixture
def welcoming(cohort: SmallCohort) -> SmallCohort:
    """Grace has said that she would like to hear of the register."""
    with cohort.store.write() as session:
        role = session.execute(select(m.Role.id).where(m.Role.ref == "M0001")).scalar_one()
        session.add(m.Welcomed(role_id=role, topic="register", since=at("2026-10-08 10:00")))
    return cohort


def post(site: PublicSite, url: str, **fields: Any) -> Answer:
    return site.ask("POST", url, urlencode(fields).encode())


def stands(cohort: SmallCohort) -> list[tuple[str, int, bool]]:
    with cohort.store.read() as session:
        found = session.execute(select(m.RegisterMentor)).scalars()
        return [(one.subject, one.capacity, one.left_at is None) for one in found]


def welcomed(cohort: SmallCohort) -> int:
    with cohort.store.read() as session:
        return len(list(session.execute(select(m.Welcomed)).scalars()))


def trail(cohort: SmallCohort) -> list[str]:
    with cohort.store.read() as session:
        rows = session.execute(select(m.Audit).order_by(m.Audit.id)).scalars()
        return [one.action for one in rows if one.by == BY and one.subject == "M0001"]


def test_looking_changes_nothing(welcoming: SmallCohort, site: PublicSite, url: str) -> None:
    answer = site.get(url)
    site.ask("HEAD", url)

    assert (answer.status, "Join the register" in answer.text) == (200, True)
    assert (stands(welcoming), welcomed(welcoming), trail(welcoming)) == ([], 1, [])
    assert "Grace" not in answer.text


def test_joining_changing_and_leaving(welcoming: SmallCohort, site: PublicSite, url: str) -> None:
    joined = post(site, url, do="join", subject=f"  {SUBJECT} ", capacity="2")
    assert "Saved: you are on the register of mentors" in joined.text
    assert stands(welcoming) == [(SUBJECT, 2, True)]
    assert "Plumbing &amp; “heating” &lt;level 3&gt;" in site.get(url).text

    post(site, url, do="join", subject=SUBJECT, capacity="2")  # a double click
    post(site, url, do="join", subject="Heating", capacity="5")
    left = post(site, url, do="leave")
    assert "You are not on the register of mentors" in left.text
    assert stands(welcoming) == [("Heating", 5, False)]
    assert welcomed(welcoming) == 0
    post(site, url, do="leave")
    post(site, url, do="join", subject="Heating", capacity="1")

    assert stands(welcoming) == [("Heating", 1, True)]
    assert trail(welcoming) == [
        "register-join",
        "register-change",
        "register-leave",
        "register-join",
    ]


def test_whoever_says_no_is_not_asked_again(
    welcoming: SmallCohort, site: PublicSite, url: str
) -> None:
    answer = post(site, url, do="leave")
    assert "We do not ask you about it again" in answer.text
    assert (stands(welcoming), welcomed(welcoming)) == ([], 0)
    assert trail(welcoming) == ["register-unwelcome"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"subject": "   ", "capacity": "1"}, "Please write your subject or field."),
        ({"capacity": "1"}, "Please write your subject or field."),
        ({"subject": "x" * 81, "capacity": "1"}, "no more than 80 characters"),
        ({"subject": "Maths", "capacity": "6"}, "how many participants"),
        ({"subject": "Maths", "capacity": "-1"}, "how many participants"),
        ({"subject": "Maths", "capacity": "many"}, "how many participants"),
        ({"subject": "Maths"}, "how many participants"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_changes(
    welcoming: SmallCohort, site: PublicSite, url: str, fields: dict[str, str], says: str
) -> None:
    answer = post(site, url, do="join", **fields)
    assert (answer.status, says in answer.text) == (422, True)
    assert (stands(welcoming), trail(welcoming)) == ([], [])


@pytest.mark.parametrize("body", [{}, {"do": "delete"}, {"subject": "Maths", "capacity": "1"}])
def test_a_post_that_is_not_of_the_form_is_refused(
    welcoming: SmallCohort, site: PublicSite, url: str, body: dict[str, str]
) -> None:
    assert site.ask("POST", url, urlencode(body).encode() or b"x").status == 400
    assert stands(welcoming) == []


def test_an_expired_or_forged_link_opens_nothing(
    welcoming: SmallCohort, site: PublicSite, links: Links, url: str
) -> None:
    old = links.page("register", ["M0001"], dt.date(2026, 10, 19))
    for answer in (site.get(old), post(site, old, do="join", subject="Maths", capacity="1")):
        assert (answer.status, "This link is no longer open" in answer.text) == (410, True)
    letter = links.page("letter", ["M0001"], UNTIL).replace("/letter/", "/register/")
    for wrong in (url[:-3] + "abc", letter):
        assert site.get(wrong).status == 404
        assert post(site, wrong, do="leave").status == 404
    assert (stands(welcoming), welcomed(welcoming)) == ([], 1)


def test_of_a_mentor_who_is_silenced_nothing_is_shown_or_taken(
    welcoming: SmallCohort, site: PublicSite, url: str
) -> None:
    with welcoming.store.write() as session:
        role = session.execute(select(m.Role).where(m.Role.ref == "M0001")).scalar_one()
        role.silenced_at = at("2026-10-10 10:00")
    post(site, url, do="join", subject="Maths", capacity="1")
    assert "Join the register" not in site.get(url).text
    assert stands(welcoming) == []
