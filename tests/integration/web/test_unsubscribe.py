"""One click of RFC 8058: a GET asks, a POST switches off, and again makes no difference."""

from __future__ import annotations

import pytest
from public_site import FORM, ONE_CLICK, PublicSite
from records import switched_off, trail
from small_cohort import SmallCohort, at

from ats.people.links import Links
from ats.people.preferences import BY
from ats.records import models as m

MULTIPART = b"""--x\r
Content-Disposition: form-data; name="List-Unsubscribe"\r
\r
One-Click\r
--x--\r
"""


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_the_page_never_changes_anything(
    site: PublicSite, links: Links, method: str
) -> None:
    """Scanners of mail follow every link in it."""
    url = links.unsubscribe("P0001", ["tip", "webinar"])

    answers = [site.ask(method, url) for _ in range(3)]

    assert [answer.status for answer in answers] == [200] * 3
    assert (switched_off(site.office.store), trail(site.office.store)) == ([], [])


def test_the_page_names_the_classes_and_has_a_button(site: PublicSite, links: Links) -> None:
    page = site.get(links.unsubscribe("P0001", ["webinar"])).text

    assert "Reminders and recordings of webinars" in page
    assert "Tips through the year" not in page
    assert '<form method="post">' in page
    assert '<button type="submit">Switch off</button>' in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (ONE_CLICK, FORM),
        (MULTIPART, {"Content-Type": "multipart/form-data; boundary=x"}),
    ],
    ids=["urlencoded", "multipart"],
)
def test_one_post_switches_off_without_login_cookie_or_redirect(
    site: PublicSite, links: Links, body: bytes, headers: dict[str, str]
) -> None:
    answer = site.ask("POST", links.unsubscribe("P0001", ["tip"]), body, headers)

    assert (answer.status, "location" in answer.headers, "set-cookie" in answer.headers) == (
        200,
        False,
        False,
    )
    assert switched_off(site.office.store) == [("P0001", "tip")]
    assert trail(site.office.store) == [(BY, "unsubscribe", "P0001", {"off": []}, {"off": ["tip"]})]


def test_a_second_post_is_the_same_and_leaves_no_second_trace(
    site: PublicSite, links: Links
) -> None:
    url = links.unsubscribe("P0001", ["tip"])

    first, second = site.one_click(url), site.one_click(url)

    assert (second.status, second.text) == (200, first.text)
    assert switched_off(site.office.store) == [("P0001", "tip")]
    assert len(trail(site.office.store)) == 1


def test_afterwards_the_page_says_what_is_off_what_comes_and_where_to_choose(
    site: PublicSite, links: Links
) -> None:
    page = site.one_click(links.unsubscribe("P0001", ["tip"])).text
    off, _, comes = page.partition("What still comes")

    assert "These e-mails are off" in off
    assert "Tips through the year" in off
    assert "Tips through the year" not in comes
    assert "Reminders and recordings of webinars" in comes
    assert "Changes at short notice" in comes
    token = links.preferences("P0001").rpartition("/")[2]
    assert f'href="../preferences/{token}"' in page


def test_an_old_link_opened_again_says_that_they_are_off(site: PublicSite, links: Links) -> None:
    url = links.unsubscribe("P0001", ["tip"])
    site.one_click(url)

    assert "These e-mails are off" in site.get(url).text


def test_what_may_not_be_switched_off_stays_on_even_with_a_link_of_ours(
    site: PublicSite, links: Links
) -> None:
    """A programme may have allowed it when the link was made."""
    answers = [
        site.one_click(links.unsubscribe("P0001", ["chaser"])),
        site.one_click(links.unsubscribe("P0001", ["chaser", "tip", "essential"])),
    ]

    assert [answer.status for answer in answers] == [200, 200]
    assert switched_off(site.office.store) == [("P0001", "tip")]


def test_everything_open_is_looked_at_again(
    cohort: SmallCohort, site: PublicSite, links: Links
) -> None:
    """Ben is nobody's business here; Grace's mentee is Ada."""
    cohort.tick("2026-10-07 09:00")
    before = cohort.due_again()

    site.one_click(links.unsubscribe("M0001", ["tip"]))

    after = cohort.due_again()
    assert (after["P0001"], after["staff"]) == (m.EPOCH, m.EPOCH)
    assert after["P0002"] == before["P0002"] != m.EPOCH


def test_it_works_quietly_for_somebody_who_has_left(
    cohort: SmallCohort, site: PublicSite, links: Links
) -> None:
    with cohort.store.write() as session:
        ada = session.get_one(m.Enrolment, cohort.enrolments()["P0001"].id)
        ada.status, ada.left_at = "withdrawn", at("2026-10-19 09:00")

    answer = site.one_click(links.unsubscribe("P0001", ["tip"]))

    assert (answer.status, "These e-mails are off" in answer.text) == (200, True)


@pytest.mark.parametrize("page", ["unsubscribe", "preferences"])
def test_it_works_quietly_for_somebody_whom_the_records_no_longer_know(
    site: PublicSite, links: Links, page: str
) -> None:
    link = {
        "unsubscribe": links.unsubscribe("P9999", ["tip"]),
        "preferences": links.preferences("P9999"),
    }[page]

    answers = [site.get(link), site.save(link, asked=("tip",), on=())]

    assert [answer.status for answer in answers] == [200, 200]
    assert {"There is nothing to switch off" in answer.text for answer in answers} == {True}
