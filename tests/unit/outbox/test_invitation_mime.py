"""An e-mail with an invitation in it as bytes: the parser of the standard library is the oracle."""

import dataclasses
import datetime as dt
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ats.outbox.mime import Invitation, Mail, UnwritableMail, build

ENTRY = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Zoë's “plan”\r\nEND:VCALENDAR\r\n"
REQUEST = Invitation("text/calendar; charset=utf-8; method=REQUEST", ENTRY)
CANCEL = Invitation(
    "text/calendar; charset=utf-8; method=CANCEL", ENTRY.replace("REQUEST", "CANCEL")
)
MAIL = Mail(
    rfc_id="2026-10-P0017-webinar-invitation.1@ats.example.org",
    date=dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC),
    from_="ATS programme team <ats@example.org>",
    reply_to="pxm@example.org",
    to_name="Ada Lovelace",
    to_address="ada@example.org",
    subject="Invitation: Writing your plan",
    text="Dear Ada,\n\naccept.\n",
    html="<p>Dear Ada,</p>",
    invitation=REQUEST,
)
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=2000)


def changed(**fields: Any) -> Mail:
    return dataclasses.replace(MAIL, **fields)


def holding(text: str) -> Mail:
    """Return the mail with these lines within its calendar, whatever their ends."""
    return changed(invitation=Invitation(REQUEST.content_type, f"{ENTRY[:-15]}{text}{ENTRY[-15:]}"))


def parsed(mail: Mail) -> EmailMessage:
    message = message_from_bytes(build(mail), policy=policy.default)
    assert [part.defects for part in message.walk()] == [[]] * len(list(message.walk()))
    return message


def leaves(message: EmailMessage) -> list[EmailMessage]:
    return [cast(EmailMessage, part) for part in message.walk() if not part.is_multipart()]


def test_the_alternatives_end_with_the_calendar_and_a_file_stands_beside_them() -> None:
    message = parsed(MAIL)

    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    alternatives, file = message.iter_parts()
    assert len(list(alternatives.iter_parts())) == 3
    assert (file.get_content_disposition(), file.get_filename()) == ("attachment", "invite.ics")
    assert file.get_param("name") == "invite.ics"


@pytest.mark.parametrize("invites", [REQUEST, CANCEL])
def test_the_type_names_the_method_that_the_calendar_holds(invites: Invitation) -> None:
    part = leaves(parsed(changed(invitation=invites)))[2]

    (method,) = re.findall(r"METHOD:(\w+)\r\n", part.get_content())
    assert (part.get_param("method"), part.get_content_charset()) == (method, "utf-8")
    assert part["Content-Transfer-Encoding"] == "base64"
    assert part.get_content_disposition() is None


@pytest.mark.parametrize(
    "invites",
    [
        Invitation(REQUEST.content_type, CANCEL.text),
        Invitation("text/calendar; charset=utf-8", ENTRY),
        Invitation("text/calendar; charset=utf-8; method=PUBLISH", ENTRY),
        Invitation(REQUEST.content_type + "\r\nBcc: eve@example.org", ENTRY),
        Invitation(REQUEST.content_type, ENTRY.replace("\r\n", "\n")),
        Invitation(REQUEST.content_type, ENTRY.replace("plan", "\ud83d")),
    ],
)
def test_an_invitation_that_mail_programs_would_not_understand_is_refused(
    invites: Invitation,
) -> None:
    with pytest.raises(UnwritableMail):
        build(changed(invitation=invites))


@given(calendar=anything, text=anything, html=anything)
@example(calendar="\r\n" * 50, text="", html="")
@example(calendar="=_" * 100, text="--=_x\r\n", html="\n.\n")
@example(calendar="é" * 3000, text="x" * 3000, html="x")
@example(calendar="\x00\r\r\n\n\x85\u2028", text="a", html="b")
def test_every_part_is_read_as_it_was_written(calendar: str, text: str, html: str) -> None:
    mail = dataclasses.replace(holding(calendar), text=text, html=html)
    assert mail.invitation is not None
    plain, page, part, file = leaves(parsed(mail))

    assert plain.get_content() == re.sub(r"\r\n|\r|\n", "\r\n", text)
    assert page.get_content() == re.sub(r"\r\n|\r|\n", "\r\n", html)
    assert part.get_payload(decode=True) == mail.invitation.text.encode()
    assert file.get_payload(decode=True) == mail.invitation.text.encode()


@given(calendar=anything, text=anything, subject=st.text(max_size=200))
@example(calendar="é" * 5000, text="x" * 5000, subject="é" * 200)
def test_all_is_ascii_with_crlf_and_short_lines(calendar: str, text: str, subject: str) -> None:
    try:
        data = build(dataclasses.replace(holding(calendar), text=text, subject=subject))
    except UnwritableMail:  # a control character in the subject
        return
    assert data.isascii()
    assert data.endswith(b"--\r\n")
    assert data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r")
    assert max(map(len, data.split(b"\r\n"))) <= 78


@given(name=st.from_regex(r"[a-z0-9-]{1,40}@[a-z]{1,10}\.example", fullmatch=True))
def test_neither_boundary_begins_as_the_other_does(name: str) -> None:
    """RFC 2046, 5.1.2: a line that begins with a boundary is taken for it."""
    message = parsed(changed(rfc_id=name))
    inner = next(message.iter_parts()).get_boundary() or ""
    outer = message.get_boundary() or ""

    assert not inner.startswith(outer)
    assert not outer.startswith(inner)


def test_the_headers_are_those_of_a_mail_without_an_invitation() -> None:
    bare = message_from_bytes(build(changed(invitation=None)), policy=policy.default)
    with_it = parsed(MAIL)

    for message in (bare, with_it):
        del message["Content-Type"]
    assert with_it.items() == bare.items()


def test_the_same_mail_gives_the_same_bytes() -> None:
    assert build(MAIL) == build(dataclasses.replace(MAIL))
