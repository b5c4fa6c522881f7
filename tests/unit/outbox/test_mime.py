"""An e-mail as bytes: the parser of the standard library is the oracle."""

import dataclasses
import datetime as dt
import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ats.errors import AtsError
from ats.outbox.address import BadAddress
from ats.outbox.mime import Mail, UnwritableMail, build, digest

BST = dt.timezone(dt.timedelta(hours=1))
MAIL = Mail(
    rfc_id="2026-10.P0017.pdp-tip.1@ats.example.org",
    date=dt.datetime(2027, 4, 13, 9, 0, tzinfo=BST),
    from_="ATS programme team <ats@example.org>",
    reply_to="pxm@example.org",
    to_name="Ada Lovelace",
    to_address="ada@example.org",
    subject="Writing your PDP: five questions to start with",
    text="Dear Ada,\n\nfive questions.\n",
    html="<p>Dear Ada,</p>",
)

printable = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029"), max_size=300
)
bodies = st.text(st.characters(exclude_categories=["Cs"]), max_size=2000)


def changed(**fields: Any) -> Mail:
    return dataclasses.replace(MAIL, **fields)


def parsed(mail: Mail) -> EmailMessage:
    return message_from_bytes(build(mail), policy=policy.default)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return cast(str, part.get_content())


def as_sent(text: str) -> str:
    return re.sub(r"\r\n|\r|\n", "\r\n", text)


def test_every_header_says_what_the_mail_says() -> None:
    message = parsed(MAIL)
    assert {name: str(value) for name, value in message.items()} == {
        "Date": "Tue, 13 Apr 2027 09:00:00 +0100",
        "From": "ATS programme team <ats@example.org>",
        "To": "Ada Lovelace <ada@example.org>",
        "Reply-To": "pxm@example.org",
        "Subject": "Writing your PDP: five questions to start with",
        "Message-ID": "<2026-10.P0017.pdp-tip.1@ats.example.org>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/alternative; boundary="=_d5341bd5869db2f39890d5e2"',
    }


def test_the_plain_text_comes_first_and_the_html_last() -> None:
    parts = list(parsed(MAIL).iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part.get_content_charset() for part in parts] == ["utf-8", "utf-8"]


def test_the_same_mail_gives_the_same_bytes() -> None:
    assert digest(build(MAIL)) == digest(build(dataclasses.replace(MAIL)))


def test_another_message_id_gives_another_boundary() -> None:
    other = parsed(changed(rfc_id="2026-10.P0018.pdp-tip.1@ats.example.org"))
    assert other.get_boundary() != parsed(MAIL).get_boundary()


def test_a_redirected_mail_names_whom_it_was_meant_for() -> None:
    assert parsed(changed(intended_for="P0017"))["X-ATS-Intended-For"] == "P0017"


def test_without_a_reply_address_there_is_no_reply_to_header() -> None:
    assert parsed(changed(reply_to=""))["Reply-To"] is None


def test_a_long_one_click_address_stays_on_one_line() -> None:
    url = f"<https://ats.example.org/u/{'x' * 400}>"
    one_click = ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    mail = changed(headers=(("List-Unsubscribe", url), one_click))
    assert f"\r\nList-Unsubscribe: {url}\r\n".encode() in build(mail)


@given(subject=printable)
@example(subject="=?utf-8?q?injected?=")
@example(subject=" leading and trailing ")
@example(subject="two  blanks")
@example(subject="word " * 50 + "word")
@example(subject="x" * 2000)
@example(subject="تهانينا 🎓 – ваш ATS 年")
def test_a_subject_in_any_script_is_read_as_it_was_written(subject: str) -> None:
    assert parsed(changed(subject=subject))["Subject"] == subject


@given(name=printable)
@example(name='Lovelace, Ada "the" <countess> \\o/')
@example(name="=?utf-8?q?injected?=")
@example(name="J. R. O'Brien")
@example(name="x" * 300)
@example(name="Ada " * 75)
@example(name="أحمد بن محمد")
def test_a_name_of_any_kind_is_read_as_it_was_written(name: str) -> None:
    # The newer parser keeps the blank between two encoded words of a name (RFC 2047, 6.2: it is
    # to be left out), so the older one is asked.
    phrase, address = parseaddr(message_from_bytes(build(changed(to_name=name)))["To"])
    assert str(make_header(decode_header(phrase))) == " ".join(filter(None, name.split(" ")))
    assert address == "ada@example.org"


@given(name=st.text(st.characters(codec="latin-1", categories=["L", "P"]), max_size=14))
def test_a_short_name_is_read_by_the_newer_parser_too(name: str) -> None:
    to = parsed(changed(to_name=name))["To"]
    assert [(to.display_name, to.addr_spec) for to in to.addresses] == [(name, "ada@example.org")]


@given(text=bodies, html=bodies)
@example(text="", html="")
@example(text=".", html="\n.\n..\r\n.\r\n")
@example(text="trailing blank \nand tab\t\n ", html="\r\r\n\n\r")
@example(text="From here\n--=_boundary--\n", html="é" * 5000)
@example(text="a=3D=20=\n", html="\x00\x01\x0c\x85\u2028")
def test_both_bodies_are_read_as_they_were_written(text: str, html: str) -> None:
    message = parsed(changed(text=text, html=html))
    assert body(message, "plain") == as_sent(text)
    assert body(message, "html") == as_sent(html)


@given(subject=printable, name=printable, text=bodies, html=bodies)
@example(subject="x" * 5000, name="é" * 1000, text="x" * 5000, html="<p>" + "é" * 5000)
def test_all_is_ascii_with_crlf_and_short_lines(
    subject: str, name: str, text: str, html: str
) -> None:
    data = build(changed(subject=subject, to_name=name, text=text, html=html))
    assert data.isascii()
    assert data.endswith(b"\r\n")
    assert data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r")
    head, _, _ = data.partition(b"\r\n\r\n")
    assert max(map(len, data.split(b"\r\n"))) <= 78
    assert all(line.strip() for line in head.split(b"\r\n"))


@given(text=st.text(), field=st.sampled_from(("subject", "to_name", "intended_for")))
@example(text="Hello\r\nBcc: eve@example.org", field="subject")
@example(text="Ada\nBcc: eve@example.org", field="to_name")
@example(text="x\rBcc: eve@example.org", field="intended_for")
@example(text="x\x85\u2028Bcc: eve@example.org", field="subject")
def test_no_text_makes_another_header(text: str, field: str) -> None:
    try:
        message = parsed(changed(**{field: text}))
    except UnwritableMail:
        return
    expected = list(parsed(MAIL).keys())
    if field == "intended_for":
        expected.insert(7, "X-ATS-Intended-For")
    assert list(message.keys()) == expected


@pytest.mark.parametrize("sign", ["\r", "\n", "\x00", "\x1b", "\x7f", "\x85", "\u2028", "\ud800"])
@pytest.mark.parametrize("field", ["subject", "to_name", "from_", "reply_to", "to_address"])
def test_a_control_character_in_a_header_is_refused(field: str, sign: str) -> None:
    before = getattr(MAIL, field)
    with pytest.raises(AtsError):
        build(changed(**{field: before[:3] + sign + before[3:]}))


@pytest.mark.parametrize(
    "header",
    [
        ("X-Note: a\r\nBcc", "eve@example.org"),
        ("X-Note", "a\r\nBcc: eve@example.org"),
        ("X-Note", "naïve"),
        ("X-Note", ""),
        ("X-Note", "x" * 1000),
        ("bcc", "eve@example.org"),
        ("Content-Type", "text/plain"),
        ("", "nameless"),
    ],
)
def test_a_further_header_that_could_do_harm_is_refused(header: tuple[str, str]) -> None:
    with pytest.raises(UnwritableMail):
        build(changed(headers=(header,)))


@pytest.mark.parametrize("rfc_id", ["", "no-domain", "a@b>\r\nBcc: x@y", "a b@c", "é@example.org"])
def test_a_message_id_of_another_form_is_refused(rfc_id: str) -> None:
    with pytest.raises(UnwritableMail):
        build(changed(rfc_id=rfc_id))


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(UnwritableMail):
        build(changed(date=dt.datetime(2027, 4, 13, 9, 0)))  # noqa: DTZ001 (the point)


def test_half_a_character_in_a_body_is_refused() -> None:
    with pytest.raises(UnwritableMail):
        build(changed(text="\ud83d"))


@pytest.mark.parametrize("address", ["", "ada", "ada@", "a b@example.org", "<ada@example.org>"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        build(changed(to_address=address))


def test_a_domain_in_another_script_is_written_in_ascii() -> None:
    to = parsed(changed(to_address="ada@bücher.example"))["To"]
    assert to.addresses[0].addr_spec == "ada@xn--bcher-kva.example"


def test_letters_before_the_at_sign_stay_as_they_are_for_smtputf8() -> None:
    data = build(changed(to_name="", to_address="żółw@example.org"))
    assert "\r\nTo: żółw@example.org\r\n".encode() in data
