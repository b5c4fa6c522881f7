"""What a choice does to the mail: the planner ends what is off, and what is on again goes."""

from __future__ import annotations

from public_site import PublicSite
from small_cohort import SmallCohort, at, read
from sqlalchemy import select

from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.smtp_url import SmtpAddress
from ats.people.links import Links
from ats.records import models as m

BOTH = ("webinar", "tip")


def test_tips_end_as_opted_out_and_go_again_once_they_are_on(
    cohort: SmallCohort, site: PublicSite, links: Links
) -> None:
    """make-room on 13 October, about-you-and-mentor on the 20th, pdp-tip on 24 November."""
    cohort.tick_daily("2026-10-01", "2026-10-08")
    site.one_click(links.unsubscribe("P0001", ["tip"]))
    cohort.tick("2026-10-13 09:00")
    cohort.tick("2026-10-20 09:00")
    site.save(links.preferences("P0001"), asked=BOTH, on=BOTH)
    cohort.tick("2026-11-24 09:00")

    assert cohort.outcomes("make-room") == {
        "1 to P0001": "skipped: opted-out",
        "1 to P0002": "sent",
    }
    assert cohort.outcomes("about-you-and-mentor", about="P0001") == {
        "1 to P0001": "skipped: opted-out"
    }
    assert cohort.outcomes("pdp-tip", about="P0001") == {"1 to P0001": "sent"}


def test_a_tip_that_is_queued_when_it_is_switched_off_does_not_go(
    cohort: SmallCohort, site: PublicSite, links: Links, mailbox: InMemoryMailbox
) -> None:
    cohort.tick_daily("2026-10-01", "2026-10-08")
    cohort.address = SmtpAddress("127.0.0.1", 9)  # nobody answers, so it stays queued
    cohort.tick("2026-10-13 09:00")
    cohort.address = mailbox.address
    assert cohort.outcomes("make-room", about="P0001") == {"1 to P0001": "queued"}

    site.one_click(links.unsubscribe("P0001", ["tip"]))
    cohort.tick("2026-10-13 09:10")

    assert cohort.outcomes("make-room", about="P0001") == {"1 to P0001": "skipped: opted-out"}


def test_everything_else_still_comes(cohort: SmallCohort, site: PublicSite, links: Links) -> None:
    site.save(links.preferences("P0001"), asked=BOTH, on=())
    cohort.tick_daily("2026-10-01", "2026-10-08")

    assert cohort.outcomes("portfolio-issued", about="P0001") == {"1 to P0001": "sent"}
    assert set(cohort.outcomes("webinar-tomorrow", about="P0001").values()) == {
        "skipped: opted-out"
    }


def test_a_choice_of_a_mentor_is_no_choice_of_the_mentee(
    cohort: SmallCohort, site: PublicSite, links: Links
) -> None:
    site.save(links.preferences("M0001"), asked=BOTH, on=())
    cohort.tick_daily("2026-10-01", "2026-10-08")
    cohort.tick("2026-10-13 09:00")

    assert cohort.outcomes("mentor-request", about="P0001") == {"M0001/1 to M0001": "sent"}
    assert cohort.outcomes("make-room", about="P0001") == {"1 to P0001": "sent"}


def test_one_click_headers_stand_on_tips_and_webinar_mail_only(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """Over two months: essential, chasing, internal and mixed mail has none."""
    move(cohort, "webinar-2", to="2026-11-10 16:30")  # a week after a chaser to Ben
    cohort.tick_daily("2026-10-01", "2026-12-03")
    classes: dict[str, set[str]] = {}
    for message_id, class_ in cohort.ledger("message_id", "class_"):
        if message_id is not None:
            classes.setdefault(_rfc_id(cohort, message_id), set()).add(class_)
    seen = set()

    for one in mailbox.received:
        message = read(one)
        kinds = classes[str(message["Message-ID"]).strip("<>")]
        optional = kinds <= {"tip", "webinar"}
        seen |= {"+".join(sorted(kinds))}
        assert (message["List-Unsubscribe-Post"] is not None) == optional, kinds
        assert (message["List-Unsubscribe"] is not None) == optional, kinds
    assert seen == {"essential", "chaser", "internal", "tip", "webinar", "chaser+webinar"}


def test_the_address_stands_unfolded_on_one_line_and_switches_these_classes_off(
    cohort: SmallCohort, site: PublicSite, links: Links, mailbox: InMemoryMailbox
) -> None:
    cohort.tick_daily("2026-10-01", "2026-10-08")
    mailbox.received.clear()
    cohort.tick("2026-10-13 09:00")
    tip = next(one for one in mailbox.received if one.recipient == "ada@harbour.example")

    lines = tip.data.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")
    (url,) = [x[19:-1] for x in lines if x.startswith("List-Unsubscribe: <") and x[-1] == ">"]

    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert links.read_unsubscribe(url.rpartition("/")[2]).classes == ("tip",)
    assert url.startswith("https://ats.provider.example/unsubscribe/")
    assert site.one_click(url).status == 200
    assert "Tips through the year" in site.get(url).text


def test_the_link_at_the_foot_opens_the_page_of_preferences(
    cohort: SmallCohort, site: PublicSite, mailbox: InMemoryMailbox
) -> None:
    """In mail of every class to a participant or mentor; never in mail to an office."""
    cohort.tick_daily("2026-10-01", "2026-10-14")
    people = {"ada@harbour.example", "ben@harbour.example", "grace@harbour.example"}
    assert people < {one.recipient for one in mailbox.received}

    for one in mailbox.received:
        body = read(one).get_body(("plain",))
        assert body is not None
        urls = [word for word in body.get_content().split() if "/preferences/" in word]
        assert len(urls) == (1 if one.recipient in people else 0)
        assert [site.get(url).status for url in urls] == [200] * len(urls)


def move(cohort: SmallCohort, key: str, *, to: str) -> None:
    """Give a webinar another date before anybody has heard of it."""
    with cohort.store.write() as session:
        found = session.execute(select(m.Webinar).where(m.Webinar.key == key)).scalar_one()
        found.starts_at = at(to)


def _rfc_id(cohort: SmallCohort, message_id: int) -> str:
    (message,) = cohort.messages(id=message_id)
    return message.rfc_id
