"""The letter for the CPD record: what it says, and what opens none."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
from public_site import PublicSite
from small_cohort import ADA, BEN, GRACE, SmallCohort, at, read
from sqlalchemy import select

from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors
from ats.people.links import Links
from ats.records import models as m

UNTIL = dt.date(2029, 10, 14)


@pytest.fixture
def agreed(cohort: SmallCohort) -> SmallCohort:
    """Grace has agreed to mentor Ada and Ben."""
    cohort.enrol(ADA + GRACE, BEN + GRACE, now="2026-10-01 10:00")
    for ref in ("P0001", "P0002"):
        mentors.accept(cohort.store, ref, now=at("2026-10-08 15:00"), by="Jo")
    return cohort


def letter(cohort: SmallCohort, links: Links, *refs: str, until: dt.date = UNTIL) -> str:
    ids = [cohort.enrolments()[ref].id or 0 for ref in refs]
    return links.page("letter", ["2027-10-13", "M0001", *ids], until)


def test_the_e_mail_links_to_the_same_letter_ready_to_print(
    agreed: SmallCohort, site: PublicSite, mailbox: InMemoryMailbox
) -> None:
    agreed.tick("2027-10-13 09:00")
    thanks = [read(one) for one in mailbox.received if one.recipient == "grace@harbour.example"][-1]
    body = thanks.get_body(("plain",))
    text = body.get_content() if body else ""
    (url,) = re.findall(r"https://\S+/letter/\S+", text)

    site.now = at("2027-12-01 10:00")
    page = " ".join(site.get(url).text.split())
    for said in (
        "Wednesday 13 October 2027",
        "<strong>Grace Hopper</strong> acted as a mentor in Advanced Teacher Status (ATS)",
        "Mentor to two participants, as a critical friend",
        "Monday 5 October 2026 to Wednesday 6 October 2027",
    ):
        assert said in page
    plain = " ".join(text.split())
    assert "mentor to two participants" in plain
    assert "Monday 5 October 2026 to Wednesday 6 October 2027" in plain


def test_no_hours_are_invented_and_none_are_sent_anywhere(
    agreed: SmallCohort, site: PublicSite, links: Links
) -> None:
    page = site.get(letter(agreed, links, "P0001")).text

    assert "Mentor to one participant," in page
    assert ' id="hours"' in page
    assert ("<form" in page, "value=" in page, "<script" in page) == (False, False, False)
    assert not [name for name in ("Ada", "Lovelace", "P0001") if name in page]


@pytest.mark.parametrize(
    ("until", "now", "status", "says"),
    [
        ("2027-10-14", "2027-10-14 23:00", 200, "Your letter"),
        ("2027-10-14", "2027-10-15 09:00", 410, "This link is no longer open"),
    ],
)
def test_it_opens_until_its_day_is_over(
    agreed: SmallCohort,
    site: PublicSite,
    links: Links,
    until: str,
    now: str,
    status: int,
    says: str,
) -> None:
    site.now = at(now)
    answer = site.get(letter(agreed, links, "P0001", until=dt.date.fromisoformat(until)))
    assert (answer.status, says in answer.text) == (status, True)


def test_a_forged_link_and_one_of_another_page_open_nothing(
    agreed: SmallCohort, site: PublicSite, links: Links
) -> None:
    url = letter(agreed, links, "P0001")
    path = urlsplit(links.page("register", ["M0001"], UNTIL)).path
    for wrong in (url[:-3] + "abc", path.replace("register", "letter")):
        assert site.get(wrong).status == 404


def test_who_never_agreed_reads_that_there_is_no_letter(
    cohort: SmallCohort, site: PublicSite, links: Links
) -> None:
    mentors.decline(cohort.store, "P0001", now=at("2026-10-08 15:00"), by="Jo")
    answer = site.get(letter(cohort, links, "P0001", "P0002"))
    assert (answer.status, "There is no letter here" in answer.text) == (410, True)


def test_a_mentor_who_is_silenced_has_no_letter(
    agreed: SmallCohort, site: PublicSite, links: Links
) -> None:
    with agreed.store.write() as session:
        role = session.execute(select(m.Role).where(m.Role.ref == "M0001")).scalar_one()
        role.silenced_at = at("2027-01-01 10:00")
    assert site.get(letter(agreed, links, "P0001")).status == 410


def test_nothing_can_be_posted_to_it(agreed: SmallCohort, site: PublicSite, links: Links) -> None:
    assert site.ask("POST", letter(agreed, links, "P0001"), b"hours=40").status == 405
