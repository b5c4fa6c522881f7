"""What every answer keeps to: headers, sizes, methods, and no word too many, in the log neither."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from public_site import ONE_CLICK, PublicSite
from records import switched_off

from ats.office import Office
from ats.people.links import Links
from ats.records.store import Store
from web.headers import HEADERS

SENT = {name.lower(): value for name, value in HEADERS.items()}
NOT_FOUND = "<h1>This link does not work</h1>"


def test_every_answer_carries_the_security_headers_and_no_cookie(
    site: PublicSite, links: Links
) -> None:
    unsubscribe, preferences = links.unsubscribe("P0001", ["tip"]), links.preferences("P0001")
    answers = [
        site.get(unsubscribe),
        site.one_click(unsubscribe),
        site.get(preferences),
        site.ask("HEAD", preferences),
        site.save(preferences, asked=("tip",), on=("tip",)),
        site.get("/health"),
        site.get("/nowhere"),
        site.get("/unsubscribe/forged"),
        site.ask("PUT", preferences, b"x"),
        site.ask("POST", preferences, b"x" * 5000),
        site.ask("POST", preferences, b"x"),
    ]

    assert [a.status for a in answers] == [200, 200, 200, 200, 200, 200, 404, 404, 405, 413, 400]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in SENT} == SENT
        assert not {"set-cookie", "server", "location"} & set(answer.headers)


def test_the_policy_lets_nothing_run_and_nobody_frame_us() -> None:
    policy = HEADERS["Content-Security-Policy"]

    assert "unsafe-inline" not in policy
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in policy
    assert (HEADERS["Referrer-Policy"], HEADERS["Cache-Control"]) == ("no-referrer", "no-store")


@pytest.mark.parametrize("page", ["unsubscribe", "preferences"])
def test_a_forged_cut_or_foreign_token_is_one_clear_page(
    site: PublicSite, links: Links, page: str
) -> None:
    mine = {
        "unsubscribe": links.unsubscribe("P0001", ["tip"]),
        "preferences": links.preferences("P0001"),
    }
    real = mine[page].rpartition("/")[2]
    (other,) = (url.rpartition("/")[2] for name, url in mine.items() if name != page)
    theirs = replace(links, secret="another key").preferences("P0001").rpartition("/")[2]
    tokens = [real[:-1], real[1:], f"{real}.", "x", "%00", "%ff%fe", "é", "a" * 3000, other, theirs]

    answers = [
        site.ask(method, f"/{page}/{token.encode('ascii', 'ignore').decode()}", body)
        for token in tokens
        for method, body in (("GET", None), ("POST", ONE_CLICK + b"&asked=tip"))
    ]

    assert {answer.status for answer in answers} == {404}
    assert {NOT_FOUND in answer.text for answer in answers} == {True}
    assert switched_off(site.office.store) == []


@pytest.mark.parametrize("path", ["/", "/preferences", "/preferences/", "/a/b/c", "/docs"])
def test_there_is_no_page_elsewhere_and_no_redirect(site: PublicSite, path: str) -> None:
    answer = site.get(path)

    assert (answer.status, NOT_FOUND in answer.text) == (404, True)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_a_method_that_a_page_does_not_have_is_405(
    site: PublicSite, links: Links, method: str
) -> None:
    answers = [site.ask(method, links.preferences("P0001")), site.ask("POST", "/health", b"")]

    assert [answer.status for answer in answers] == [405, 405]
    allowed = [set(answer.headers["allow"].split(", ")) for answer in answers]
    assert allowed == [{"GET", "HEAD"}] * 2


def test_head_is_get_without_its_body(site: PublicSite, links: Links) -> None:
    for url in (links.unsubscribe("P0001", ["tip"]), links.preferences("P0001"), "/health"):
        got, head = site.get(url), site.ask("HEAD", url)

        assert (head.status, head.text) == (200, "")
        assert head.headers["content-length"] == got.headers["content-length"]


def test_a_body_that_is_too_long_switches_nothing_off(site: PublicSite, links: Links) -> None:
    answer = site.ask("POST", links.unsubscribe("P0001", ["tip"]), ONE_CLICK + b"&" * 5000)

    assert (answer.status, switched_off(site.office.store)) == (413, [])


def test_the_site_is_well_when_the_database_answers(site: PublicSite) -> None:
    answer = site.get("/health")

    assert (answer.status, answer.text) == (200, "ok")


def test_without_its_database_the_site_says_so_and_asks_to_come_back(
    linked_office: Office, links: Links
) -> None:
    gone = replace(linked_office, store=Store("sqlite:////nowhere/at/all.db"))
    with PublicSite(gone) as site:
        health, page = site.get("/health"), site.one_click(links.unsubscribe("P0001", ["tip"]))

    assert (health.status, page.status, page.headers["retry-after"]) == (503, 503, "60")
    assert "nowhere" not in health.text + page.text
    assert "nothing has changed" in page.text


def broken(_: str) -> None:
    raise RuntimeError("Ada Lovelace <ada@harbour.example>")


def test_a_fault_of_ours_is_a_page_without_details_and_a_log_without_data(
    site: PublicSite, links: Links, caplog: pytest.LogCaptureFixture
) -> None:
    office = replace(site.office, programme_named=broken)  # type: ignore[arg-type]
    url = links.preferences("P0001")
    with PublicSite(office) as faulty:
        answer = faulty.get(url)

    assert (answer.status, "The fault is ours" in answer.text) == (500, True)
    assert {name: answer.headers.get(name) for name in SENT} == SENT
    assert "RuntimeError" in caplog.text
    told = caplog.text + answer.text
    assert not [word for word in ("Lovelace", "harbour", url.rpartition("/")[2]) if word in told]


def test_no_token_and_no_name_is_logged(
    site: PublicSite,
    links: Links,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("uvicorn").setLevel(logging.DEBUG)
    urls = [links.unsubscribe("P0001", ["tip"]), links.preferences("P0001")]

    for url in urls:
        site.get(url)
        site.one_click(url)
        site.get(url[:-1])
        site.ask("PUT", url)

    out, err = capfd.readouterr()
    told = caplog.text + out + err
    assert not [url for url in urls if url.rpartition("/")[2][:20] in told]
    assert "Lovelace" not in told


def test_without_a_key_no_link_opens_and_the_site_is_well(
    linked_office: Office, store: Store, links: Links
) -> None:
    with PublicSite(replace(linked_office, store=store, links=None)) as site:
        answers = [site.get("/health"), site.get(links.preferences("P0001"))]

    assert [answer.status for answer in answers] == [200, 404]
