"""The page on which people choose: what may be switched off, why the rest may not, and saving."""

from __future__ import annotations

from public_site import PublicSite
from records import switched_off, trail

from ats.people.links import Links
from ats.people.preferences import BY

BOTH = ("webinar", "tip")


def ticked(page: str) -> list[str]:
    """Return the classes whose box is ticked."""
    boxes = [part.partition(">")[0] for part in page.split('type="checkbox"')[1:]]
    return [box.split('value="')[1].partition('"')[0] for box in boxes if "checked" in box]


def test_the_page_offers_what_may_be_switched_off_and_says_why_the_rest_may_not(
    site: PublicSite, links: Links
) -> None:
    answer = site.get(links.preferences("P0001"))
    choice, _, always = answer.text.partition("These always come")

    assert (answer.status, ticked(answer.text)) == (200, ["webinar", "tip"])
    assert "Tips through the year" in choice
    assert "Reminders and recordings of webinars" in choice
    assert "stop as soon as it is done" in always
    assert "keep the wrong time free" in always
    assert "P0001, as a participant in Advanced Teacher Status" in answer.text


def test_a_mentor_reads_the_words_for_mentors(site: PublicSite, links: Links) -> None:
    page = site.get(links.preferences("M0001")).text

    assert "Tips for mentors" in page
    assert "Requests to you, and news of your mentees" in page
    assert "M0001, as a mentor in" in page


def test_nobody_is_named(site: PublicSite, links: Links) -> None:
    """A link may be passed on, with the e-mail that it stands in."""
    pages = [site.get(links.preferences(ref)).text for ref in ("P0001", "M0001")]

    assert not [name for name in ("Ada", "Lovelace", "Grace", "harbour") if name in "".join(pages)]


def test_whoever_chose_invitations_reads_that_they_still_come(
    site: PublicSite, links: Links
) -> None:
    url, still = links.preferences("P0001"), "with the link to join, whatever you choose here"
    site.choose(links.calendar_page("P0001", 1), "invitations")

    pages = [site.get(url), site.save(url, asked=BOTH, on=()), site.get(links.preferences("M0001"))]

    assert [still in page.text for page in pages] == [True, True, False]


def test_saving_switches_off_and_says_so(site: PublicSite, links: Links) -> None:
    answer = site.save(links.preferences("P0001"), asked=BOTH, on=("webinar",))

    assert (answer.status, ticked(answer.text)) == (200, ["webinar"])
    assert "<h1>Saved: your e-mails</h1>" in answer.text
    assert "<strong>Tips through the year:</strong> switched off." in answer.text
    assert switched_off(site.office.store) == [("P0001", "tip")]


def test_everything_can_be_switched_on_again(site: PublicSite, links: Links) -> None:
    url = links.preferences("M0001")
    site.save(url, asked=BOTH, on=())

    answer = site.save(url, asked=BOTH, on=BOTH)

    assert ticked(answer.text) == ["webinar", "tip"]
    assert switched_off(site.office.store) == []
    assert trail(site.office.store) == [
        (BY, "preferences", "M0001", {"off": []}, {"off": ["tip", "webinar"]}),
        (BY, "preferences", "M0001", {"off": ["tip", "webinar"]}, {"off": []}),
    ]


def test_saving_what_is_so_already_leaves_no_trace(site: PublicSite, links: Links) -> None:
    answer = site.save(links.preferences("P0001"), asked=BOTH, on=BOTH)

    assert (answer.status, trail(site.office.store)) == (200, [])


def test_a_class_that_the_form_did_not_ask_about_stays_as_it_is(
    site: PublicSite, links: Links
) -> None:
    site.one_click(links.unsubscribe("P0001", ["tip"]))

    site.save(links.preferences("P0001"), asked=("webinar",), on=("webinar",))

    assert switched_off(site.office.store) == [("P0001", "tip")]


def test_a_post_that_is_not_of_the_form_switches_nothing_off(
    site: PublicSite, links: Links
) -> None:
    url = links.preferences("P0001")

    answers = [site.ask("POST", url, body) for body in (None, b"x=1", b"\xff\x00", b"on=tip")]

    assert [answer.status for answer in answers] == [400] * 4
    assert switched_off(site.office.store) == []


def test_what_may_not_be_switched_off_is_not_whatever_is_posted(
    site: PublicSite, links: Links
) -> None:
    site.save(links.preferences("P0001"), asked=("essential", "chaser", "urgent", "<b>"), on=())

    assert (switched_off(site.office.store), trail(site.office.store)) == ([], [])


def test_a_choice_of_one_role_leaves_others_alone(site: PublicSite, links: Links) -> None:
    site.save(links.preferences("M0001"), asked=BOTH, on=())

    assert ticked(site.get(links.preferences("P0001")).text) == ["webinar", "tip"]
