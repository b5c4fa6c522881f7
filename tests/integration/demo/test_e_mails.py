"""The demo's e-mails as a mail program finds them."""

import email.policy
import re
from collections import defaultdict
from email.parser import BytesHeaderParser

import pytest
from exports import Samples
from the_year import STAFF, Sent, TheYear

ONCE = ("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type")
LATE = ("P0012", "P0059", "P0106")
NOT_ON_A_PROJECTOR = re.compile(
    r"overdue|late\b|fail|stalled|withdraw|defer|case\b|reminder|P\d{4}|M\d{4}", re.IGNORECASE
)


@pytest.fixture(scope="module")
def some(year: TheYear) -> list[Sent]:
    """Six of every step, and every twentieth besides."""
    by_steps: dict[tuple[str, ...], list[Sent]] = defaultdict(list)
    for one in year.mail:
        by_steps[tuple(sorted(one.steps))].append(one)
    few = [one for mail in by_steps.values() for one in mail[:6]]
    return [*few, *year.mail[::20]]


def test_headers_are_sane(some: list[Sent]) -> None:
    for one in some:
        message = one.read
        assert [len(message.get_all(name, [])) for name in ONCE] == [1] * len(ONCE), one.id
        assert not [name for name in ("Cc", "Bcc", "Resent-To") if name in message]
        assert message.defects == []
        assert message["Message-ID"] == f"<{one.id}>"
        assert message["Auto-Submitted"] == "auto-generated"
        assert one.data.count(b"\n") == one.data.count(b"\r\n")
        assert max(map(len, one.data.split(b"\r\n"))) <= 998
        assert message["Date"].datetime <= one.at


def test_every_e_mail_goes_to_the_one_address_of_its_recipient(
    year: TheYear, samples: Samples
) -> None:
    heads = BytesHeaderParser(policy=email.policy.default)
    for one in year.mail_to_people:
        head = heads.parsebytes(one.data.partition(b"\r\n\r\n")[0])
        (to,) = head["To"].addresses
        assert to.addr_spec == samples.addresses[one.to]


def test_text_and_html_are_there_and_whole(some: list[Sent]) -> None:
    for one in some:
        message = one.read
        assert message.get_content_type() == "multipart/alternative"
        kinds = [part.get_content_type() for part in message.iter_parts()]
        assert kinds == ["text/plain", "text/html"]
        for body in (one.text, one.html):
            assert len(body) > 300, one.id
            for sign in ("{{", "}}", "{%", "Undefined", "&amp;amp;", "\ufffd"):
                assert sign not in body, (one.id, sign)
            assert not re.search(r"\bNone\b", body), one.id
        assert "<html" in one.html


def test_text_and_html_name_the_same_dates_and_links(some: list[Sent]) -> None:
    date = re.compile(
        r"\b\d{1,2} (?:January|February|March|April|May|June|July|August|September"
        r"|October|November|December)\b"
    )
    for one in some:
        text = " ".join(one.text.split())
        html = " ".join(re.sub(r"<[^>]+>", " ", one.html).split())
        assert set(date.findall(text)) == set(date.findall(html)), one.id


def test_subjects_may_be_seen_on_a_classroom_projector(year: TheYear, samples: Samples) -> None:
    names = {f"{row['given_name']} {row['family_name']}" for row in samples.roster}
    for one in year.mail:
        assert 0 < len(one.subject) <= 120
        assert "\n" not in one.subject
        if one.role in STAFF:
            continue
        assert not NOT_ON_A_PROJECTOR.search(one.subject), one.subject
        third = [name for name in names if name in one.subject]
        assert not third or one.steps == {"mentor-request"}, one.subject


def test_every_reminder_of_a_webinar_has_its_join_link_in_the_first_lines(year: TheYear) -> None:
    reminders = [one for one in year.mail if "webinar-tomorrow" in one.steps]

    assert len(reminders) > 500
    for one in reminders:
        key = one.rows[0].occurrence.split("/")[0]
        assert f"https://meet.example/2026-10/{key}" in one.text


def test_no_e_mail_goes_out_without_its_reason_and_its_privacy_notice(some: list[Sent]) -> None:
    for one in some:
        if one.role not in STAFF:
            assert "https://provider.example/privacy" in one.text, one.id


@pytest.mark.parametrize("ref", LATE)
def test_late_joiners_read_their_own_dates(year: TheYear, ref: str) -> None:
    mine = [one for one in year.mail_to_people if one.to == ref]
    (catch_up,) = [one for one in mine if "catch-up" in one.steps]

    text = " ".join(catch_up.text.split())
    assert "Tuesday 8 December" in text  # first observation: six weeks after 27 October
    assert "Tuesday 9 February" in text  # PDP: fifteen weeks after it
    for one in mine:
        assert "15 January" not in " ".join(one.text.split()), (one.id, one.subject)
        # The day by which their mentor is to agree is the same for all.
        told = [line for line in one.text.splitlines() if "20 November" in line]
        assert [line for line in told if "mentor" not in line] == [], (one.id, one.subject)


def test_chasers_quote_the_deadline_that_holds(year: TheYear, samples: Samples) -> None:
    for one in year.mail_to_people:
        for row in one.rows:
            if row.step == "chase-milestone" and "/minus-6/" in row.occurrence:
                due = samples.deadlines(one.to)[row.occurrence.split("/")[0]]
                spoken = f"{due:%A} {due.day} {due:%B}"
                assert spoken in " ".join(one.text.split()), (one.id, spoken)
                assert spoken in one.subject or len(one.rows) > 1, one.subject


def test_chasers_quote_the_day_of_the_data(year: TheYear, samples: Samples) -> None:
    for one in year.mail_to_people:
        for row in one.rows:
            if row.step == "chase-milestone":
                export = samples.newest(one.at)
                assert export is not None
                spoken = f"{export.as_of:%A} {export.as_of.day} {export.as_of:%B}"
                assert spoken in " ".join(one.text.split()), (one.id, spoken)
