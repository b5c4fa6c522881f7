"""E-mails are listed and shown as they were sent; cases are listed."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import default

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
