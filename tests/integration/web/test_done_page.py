"""“I have done this”: a GET changes nothing, one POST records it, and every other link is clear."""

from __future__ import annotations

import datetime as dt

import pytest
from public_site import PublicSite
from small_cohort import CODE, SmallCohort, at
from sqlalchemy import select

from ats.outbox.mailbox import InMemoryMailbox
from ats.people.links import DONE, Links
from ats.records import models as m
from ats.records.store import Store

UNTIL = dt.date(2027, 10, 6)


def link(links: Links, ref: str = "P0001", milestone: str = "pdp", until: dt.date = UNTIL) -> str:
    return links.page(DONE, (CODE, ref, milestone), until)


def said(store: Store) -> list[str | None]:
    with store.read() as session:
        query = select(m.Overlay.milestone).where(m.Overlay.kind == "done")
        return list(session.execute(query).scalars())


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_scanner_that_opens_the_link_changes_nothing(
    site: PublicSite, links: Links, method: str
) -> None:
    answers = [site.ask(method, link(links)) for _ in range(3)]

    assert [answer.status for answer in answers] == [200] * 3
    assert said(site.office.store) == []


def test_the_page_says_what_the_button_does(site: PublicSite, links: Links) -> None:
    page = site.get(link(links)).text

    assert "Have you finished “Personal Development Plan”?" in page
    assert "Friday 15 January 2027, 17:00" in page
    assert '<button type="submit">I have done this</button>' in page


def test_one_press_records_it_and_a_second_is_the_same(site: PublicSite, links: Links) -> None:
    first, second = (site.ask("POST", link(links), b"done=yes") for _ in range(2))

    assert (first.status, second.status, second.text) == (200, 200, first.text)
    assert "we have noted" in first.text
    assert said(site.office.store) == ["pdp"]
    assert "we have noted" in site.get(link(links)).text


def test_an_expired_link_says_so(site: PublicSite, links: Links) -> None:
    old = link(links, until=dt.date(2026, 10, 19))

    answers = [site.get(old), site.ask("POST", old, b"done=yes")]

    assert [answer.status for answer in answers] == [410, 410]
    assert "This link is no longer open" in answers[0].text
    assert said(site.office.store) == []


def test_a_link_that_is_not_ours_opens_nothing(site: PublicSite, links: Links) -> None:
    forged = Links(links.public_url, "another key").page(DONE, (CODE, "P0001", "pdp"), UNTIL)
    another = links.page("sign-off", (CODE, "P0001", "pdp"), UNTIL).replace("sign-off", DONE)
    nobody = link(links, ref="P0099")

    answers = [site.ask("POST", url, b"done=yes") for url in (forged, another, nobody)]

    assert [answer.status for answer in answers] == [404] * 3
    assert said(site.office.store) == []


def test_somebody_who_has_left_reads_that_there_is_nothing_to_do(
    cohort: SmallCohort, site: PublicSite, links: Links
) -> None:
    with cohort.store.write() as session:
        ada = session.get_one(m.Enrolment, cohort.enrolments()["P0001"].id)
        ada.status, ada.left_at = "withdrawn", at("2026-10-19 09:00")

    answer = site.ask("POST", link(links), b"done=yes")

    assert (answer.status, "There is nothing to do" in answer.text) == (200, True)
    assert said(site.office.store) == []


def test_what_an_export_shows_complete_is_told(
    cohort: SmallCohort, site: PublicSite, links: Links
) -> None:
    cohort.export("2026-10-19", "P0001,first-observation,complete,2026-10-18")

    page = site.ask("POST", link(links, milestone="first-observation"), b"done=yes").text

    assert "is complete" in page
    assert said(site.office.store) == []


def test_an_extended_date_is_the_one_that_the_page_gives(
    cohort: SmallCohort, site: PublicSite, links: Links
) -> None:
    ada = cohort.enrolments()["P0001"].id
    with cohort.store.write() as session:
        session.add(
            m.Overlay(
                enrolment_id=ada,
                kind="extension",
                milestone="pdp",
                due_at=at("2027-01-29 17:00"),
                recorded_at=at("2026-10-19 09:00"),
                recorded_by="Jo",
            )
        )

    page = site.get(link(links)).text

    assert "Friday 29 January 2027, 17:00" in page
    assert "15 January" not in page


def test_the_link_in_a_chaser_opens_the_page_of_its_milestone(
    cohort: SmallCohort, site: PublicSite, mailbox: InMemoryMailbox
) -> None:
    """The nudge about the first observation goes in the week of Mon 9 November."""
    cohort.export("2026-11-09", "P0001,about-you,in-progress,2026-11-06")
    cohort.tick_daily("2026-11-10", "2026-11-13", "10:00")

    bodies = [one.data.decode() for one in mailbox.received if one.recipient.startswith("ada@")]
    nudges = [body for body in bodies if "/done/" in body]
    assert nudges
    with cohort.store.read() as session:
        contexts = session.execute(select(m.Message.context)).scalars()
        urls = {part["done_url"] for one in contexts if one for part in one["parts"]} - {None}
    (page,) = {site.get(url).text for url in urls if "/done/" in url and "P0001" in unsigned(url)}
    assert "Have you finished “First observation”?" in page


def unsigned(url: str) -> str:
    """Return what a link is about, which is signed but no secret."""
    from itsdangerous import URLSafeSerializer

    found = URLSafeSerializer("x", salt="x").loads_unsafe(url.rpartition("/")[2])[1]
    return str(found)
