"""E-mails are listed and shown as they were sent; cases are listed."""

from __future__ import annotations

import email
import sqlite3
from email.message import EmailMessage
from email.policy import default

import pytest
from command_line import CommandLine

from ats.outbox.mailbox import InMemoryMailbox


def test_a_message_is_shown_as_it_was_sent_with_every_attempt(
    live: CommandLine, mailbox: InMemoryMailbox
) -> None:
    live.done("tick", "--now", "2026-09-03T09:00")
    (listed,) = live.done("message", "list", "--person", "P0001")

    told = live.done("message", "show", str(listed["id"]))

    sent = _sent(mailbox, listed["message_id"])
    assert (told["to"], told["status"], told["subject"]) == ("P0001", "sent", sent["Subject"])
    assert told["text"].split() == _body(sent, "plain").split()
    assert told["html"].split() == _body(sent, "html").split()
    assert told["attempts"] == [
        {
            "at": "2026-09-03T09:00:00+01:00",
            "code": 250,
            "answer": "2.0.0 kept",
            "result": "sent",
        }
    ]


def test_a_message_is_named_by_its_message_id_with_or_without_brackets(
    live: CommandLine,
) -> None:
    live.done("tick", "--now", "2026-09-03T09:00")
    listed = live.done("message", "list")[0]

    for name in (listed["message_id"], f"<{listed['message_id']}>"):
        assert live.done("message", "show", name)["id"] == listed["id"]


def test_the_newest_messages_come_first_and_may_be_limited(live: CommandLine) -> None:
    live.done("tick", "--now", "2026-09-03T09:00")
    live.done("tick", "--now", "2026-10-05T12:00")

    listed = live.done("message", "list", "--limit", "3")

    assert len(listed) == 3
    assert [one["id"] for one in listed] == sorted((one["id"] for one in listed), reverse=True)
    assert set(listed[0]) == {
        *("id", "message_id", "cohort", "to", "subject", "status", "sent_at"),
    }


def test_what_is_queued_is_not_written_yet(live: CommandLine, mailbox: InMemoryMailbox) -> None:
    mailbox.__exit__()
    live("tick", "--now", "2026-09-03T09:00")
    mailbox.__init__()  # type: ignore[misc]
    mailbox.__enter__()

    listed = live.done("message", "list")

    assert {one["status"] for one in listed} == {"queued"}


def test_messages_are_listed_by_what_became_of_them(
    live: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with InMemoryMailbox({"RCPT zoe@valley.example": "550 5.1.1 no such user"}) as mailbox:
        monkeypatch.setenv("ATS_SMTP_URL", str(mailbox.address))
        live.done("tick", "--now", "2026-09-03T09:00")

    (failed,) = live.done("message", "list", "--status", "failed")
    assert (failed["to"], failed["status"]) == ("P0002", "failed")
    sent = live.done("message", "list", "--status", "sent")
    assert {one["status"] for one in sent} == {"sent"}
    assert live.done("message", "list", "--status", "parked") == []
    assert live("message", "list", "--status", "lost").code == 2


def test_several_are_sent_again_at_once(live: CommandLine) -> None:
    live.done("tick", "--now", "2026-09-03T09:00")
    at = ("--now", "2026-09-03T11:00")
    one, two = [str(listed["id"]) for listed in live.done("message", "list")]

    told = live.done("message", "resend", one, two, *at)

    assert [(item["id"], item["status"], item["refused"]) for item in told] == [
        (one, "queued", None),
        (two, "queued", None),
    ]
    with sqlite3.connect(live.database) as database:
        audited = "SELECT count(*) FROM audit WHERE action = 'message resent'"
        assert database.execute(audited).fetchone() == (2,)


def test_of_several_each_that_may_not_go_again_is_refused_with_a_sentence(
    live: CommandLine,
) -> None:
    live.done("tick", "--now", "2026-09-03T09:00")
    at = ("--now", "2026-09-03T11:00")
    one, two = [str(listed["id"]) for listed in live.done("message", "list")]

    ran = live("message", "resend", one, one, "99", two, *at, "--json")

    assert ran.code == 1
    waits, unknown = ran.err.splitlines()
    assert waits.startswith(f"A copy of message {one} waits already")
    assert unknown == "There is no message 99; `ats message list` tells what there is."
    assert [item["refused"] for item in ran.document] == [None, waits, unknown, None]
    assert [item["status"] for item in ran.document] == ["queued", None, None, "queued"]

    spoken = live("message", "resend", "99", one, *at)
    assert (spoken.code, spoken.out, len(spoken.err.splitlines())) == (1, "", 2)


def test_the_document_of_one_that_is_sent_again_is_no_list(live: CommandLine) -> None:
    live.done("tick", "--now", "2026-09-03T09:00")
    told = live.done("message", "resend", "1", "--now", "2026-09-03T11:00")
    assert set(told) == {"message_id", "status", "goes_at"}


def test_an_unknown_message_is_refused(live: CommandLine) -> None:
    for name in ("99", "nobody@nowhere.example", "9" * 30):
        assert live.refused("message", "show", name) == (
            f"There is no message {name}; `ats message list` tells what there is."
        )


def test_cases_are_listed_with_their_signals(live: CommandLine) -> None:
    for now in ("2026-11-10T09:00", "2026-11-17T09:00", "2026-11-24T09:00"):
        live.done("tick", "--now", now)

    (case,) = [one for one in live.done("case", "list") if one["kind"] == "no-mentor-named"]

    assert case == {
        "id": case["id"],
        "cohort": "2026-10",
        "person": "P0002",
        "kind": "no-mentor-named",
        "state": "open",
        "opened_at": "2026-11-24T09:00:00+00:00",
        "closed_at": None,
        "closed_because": None,
        "owner": "pxm",
        "signals": ["chase-mentor-named plus-12/1"],
        "adjustments": [],
    }
    assert live.done("case", "list", "--state", "closed") == []


def _sent(mailbox: InMemoryMailbox, message_id: str) -> EmailMessage:
    mails = (email.message_from_bytes(mail.data, policy=default) for mail in mailbox.received)
    (found,) = (mail for mail in mails if mail["Message-ID"] == f"<{message_id}>")
    assert isinstance(found, EmailMessage)
    return found


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())
