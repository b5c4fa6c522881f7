"""The page of a sign-off: the statement in full, a button, and a way back until submission."""

from __future__ import annotations

import html
from concurrent.futures import ThreadPoolExecutor

import pytest
from mentor_pages import link_in, mentorship, post, trail
from public_site import PublicSite
from small_cohort import BEN, GRACE, SmallCohort, at

from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors, participants
from ats.people.changing import Decision
from ats.people.sign_offs import reopen

ASKED = "2027-09-10 09:00"
NOW = at("2027-09-13 12:00")
STATEMENT = (
    '"I have acted as mentor to Ada Lovelace during the programme. I have discussed the portfolio '
    'with them, and to the best of my knowledge it is their own work and ready to be submitted."'
)
AGAIN = Decision(at("2027-09-14 09:00"), "Jo", "own-request")


@pytest.fixture
def asked(cohort: SmallCohort, mailbox: InMemoryMailbox, site: PublicSite) -> str:
    """The link in the request for a sign-off that Grace got, about Ada."""
    mentors.accept(cohort.store, "P0001", now=at("2026-10-08 10:00"), by="Jo")
    cohort.tick(ASKED)
    site.now = NOW
    return link_in(mailbox, "grace@harbour.example", "sign-off")


def test_looking_changes_nothing_and_shows_the_words_of_the_e_mail(
    site: PublicSite, asked: str
) -> None:
    before = trail(site.office.store)

    pages = [site.ask(method, asked) for method in ("GET", "HEAD", "GET")]

    assert [page.status for page in pages] == [200] * 3
    assert STATEMENT in html.unescape(pages[0].text)
    assert mentorship(site.office.store, "P0001").signed_off_at is None
    assert trail(site.office.store) == before


def test_a_confirmation_is_recorded_once(site: PublicSite, asked: str) -> None:
    with ThreadPoolExecutor(3) as several:
        pages = list(several.map(lambda _: post(site, asked, confirm="0"), range(3)))

    assert [page.status for page in pages] == [200] * 3
    assert sum("Thank you: signed off" in page.text for page in pages) == 1
    assert mentorship(site.office.store, "P0001").signed_off_at == NOW
    told = {"mentor": "M0001", "cases_closed": []}
    signed = ("the mentor, by link", "mentor-signed-off", "P0001", told)
    assert [one for one in trail(site.office.store) if one[1] == signed[1]] == [signed]
    page = site.get(asked).text
    assert "You confirmed on Monday 13 September 2027:" in page
    assert 'name="take-back"' in page


def test_taking_it_back_opens_a_case_and_the_page_says_so(
    site: PublicSite, asked: str, cohort: SmallCohort
) -> None:
    post(site, asked, confirm="0")

    page = post(site, asked, **{"take-back": "0"})

    found = mentorship(cohort.store, "P0001")
    assert "<h1>Your sign-off is taken back</h1>" in page.text
    assert (found.signed_off_at, found.sign_off_revoked_at) == (None, NOW)
    assert ("P0001", "sign-off-revoked", "open") in cohort.cases()
    pages = [
        site.get(asked),
        post(site, asked, confirm="0"),
        post(site, asked, **{"take-back": "0"}),
    ]
    for page in pages:
        assert "You took your sign-off for Ada Lovelace back on Monday 13 September" in page.text
    assert mentorship(cohort.store, "P0001").signed_off_at is None


def test_a_submitted_portfolio_may_be_signed_off_but_that_is_not_taken_back(
    site: PublicSite, asked: str, cohort: SmallCohort
) -> None:
    cohort.export("2027-09-13", "P0001,submission,complete,2027-09-12")
    assert "Thank you: signed off" in post(site, asked, confirm="0").text

    pages = [site.get(asked), post(site, asked, **{"take-back": "0"})]

    for page in pages:
        assert "The portfolio has been submitted, so there is nothing more to do" in page.text
        assert 'name="take-back"' not in page.text
    assert mentorship(cohort.store, "P0001").signed_off_at == NOW


def test_an_older_link_does_nothing_once_it_is_reopened_and_the_newer_does(
    site: PublicSite, asked: str, cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    post(site, asked, confirm="0")
    post(site, asked, **{"take-back": "0"})
    reopen(cohort.store, "P0001", AGAIN)
    cohort.tick("2027-09-14 09:10")
    newer = link_in(mailbox, "grace@harbour.example", "sign-off")

    pages = [site.get(asked), post(site, asked, confirm="0")]

    assert newer != asked
    for page in pages:
        assert "<h1>There is a newer link for this</h1>" in page.text
    assert mentorship(cohort.store, "P0001").signed_off_at is None
    assert "Thank you: signed off" in post(site, newer, confirm="0").text


@pytest.mark.parametrize("how", ["withdraw", "silence", "ended"])
def test_what_is_asked_no_more_is_said_neutrally_and_changes_nothing(
    site: PublicSite, asked: str, cohort: SmallCohort, how: str
) -> None:
    decision = Decision(at("2027-09-13 10:00"), "Jo", "illness", "Sam")
    if how == "withdraw":
        participants.withdraw(cohort.office, "P0001", decision, preview=False)
    elif how == "silence":
        cohort.overlay("P0001", "silence", now="2027-09-13 10:00")
    else:
        with cohort.store.write() as session:
            standing = session.get_one(
                type(mentorship(cohort.store, "P0001")), mentorship(cohort.store, "P0001").id
            )
            standing.ended_at, standing.ended_because = decision.now, "resigned"

    for page in (site.get(asked), post(site, asked, confirm="0")):
        assert (page.status, "This sign-off is no longer open" in page.text) == (200, True)
        assert not [word for word in ("Ada", "illness") if word in page.text]
    assert mentorship(cohort.store, "P0001").signed_off_at is None


def test_each_portfolio_has_its_own_answer(
    cohort: SmallCohort, mailbox: InMemoryMailbox, site: PublicSite
) -> None:
    cohort.enrol(BEN + GRACE)
    for ref in ("P0001", "P0002"):
        mentors.accept(cohort.store, ref, now=at("2026-10-08 10:00"), by="Jo")
    cohort.tick(ASKED)
    site.now = NOW
    url = link_in(mailbox, "grace@harbour.example", "sign-off")

    page = post(site, url, confirm="1")

    assert "You have signed off the portfolio of Ben Ortega." in page.text
    assert "I confirm this for Ada Lovelace" in page.text
    assert mentorship(cohort.store, "P0001").signed_off_at is None


@pytest.mark.parametrize(
    "fields", [{}, {"confirm": "x"}, {"confirm": "-1"}, {"confirm": "0", "take-back": "0"}]
)
def test_what_is_not_of_the_form_is_refused(
    site: PublicSite, asked: str, fields: dict[str, str]
) -> None:
    assert post(site, asked, **fields).status == 400
    assert mentorship(site.office.store, "P0001").signed_off_at is None


def test_it_is_open_until_eight_weeks_after_the_submission(site: PublicSite, asked: str) -> None:
    site.now = at("2027-12-01 23:00")
    assert site.get(asked).status == 200
    site.now = at("2027-12-02 00:30")
    page = post(site, asked, confirm="0")

    assert (page.status, "until Wednesday 1 December 2027" in page.text) == (410, True)
    assert mentorship(site.office.store, "P0001").signed_off_at is None
