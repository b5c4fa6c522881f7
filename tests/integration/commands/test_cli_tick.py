"""One tick does what is due, and says so when the mail server does not work."""

from __future__ import annotations

import datetime as dt
import socket

import pytest
from command_line import CommandLine

from ats.outbox.leases import owner_name, real_now
from ats.outbox.mailbox import InMemoryMailbox
from ats.records.models import Lease
from ats.records.store import Store

FIELDS = [
    "now",
    "busy",
    "sent",
    "merged",
    "skipped",
    "expired",
    "superseded",
    "cancelled",
    "failed",
    "cases_opened",
    "queued",
    "held",
    "errors",
]


def test_a_tick_tells_what_it_did_in_the_fields_of_the_contract(
    live: CommandLine, mailbox: InMemoryMailbox
) -> None:
    told = live.done("tick", "--now", "2026-09-03T09:00")

    assert list(told) == FIELDS
    assert told == {
        **dict.fromkeys(FIELDS, 0),
        "now": "2026-09-03T09:00:00+01:00",
        "busy": False,
        "sent": 2,
        "skipped": told["skipped"],
        "errors": [],
    }
    assert {mail.recipient for mail in mailbox.received} == {
        "ada@harbour.example",
        "zoe@valley.example",
    }


def test_the_zone_of_the_settings_is_how_moments_are_read_and_shown_not_when_e_mails_go(
    live: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATS_TIMEZONE", "America/New_York")

    before = live.done("tick", "--now", "2026-09-03T03:59")
    told = live.done("tick", "--now", "2026-09-03T04:00")

    assert (before["sent"], told["sent"]) == (0, 2)
    assert told["now"] == "2026-09-03T04:00:00-04:00"


def test_a_second_tick_at_the_same_moment_sends_nothing(
    live: CommandLine, mailbox: InMemoryMailbox
) -> None:
    live.done("tick", "--now", "2026-10-05T12:00")
    before = len(mailbox.received)

    assert live.done("tick", "--now", "2026-10-05T12:00")["sent"] == 0
    assert len(mailbox.received) == before


def test_with_the_mail_server_down_everything_stays_queued_and_the_next_tick_delivers(
    live: CommandLine, mailbox: InMemoryMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = str(mailbox.address)
    monkeypatch.setenv("ATS_SMTP_URL", f"smtp://127.0.0.1:{_nobody_listens()}")

    down = live("tick", "--now", "2026-09-03T09:00", "--json")

    assert down.code == 1
    assert (down.document["sent"], down.document["queued"], down.document["failed"]) == (0, 2, 0)
    assert down.document["errors"] == [down.err.rstrip("\n")]
    assert down.err.startswith("The mail server cannot be reached (")
    assert "everything stays queued and the next tick tries again" in down.err

    monkeypatch.setenv("ATS_SMTP_URL", works)
    up = live.done("tick", "--now", "2026-09-03T09:10")
    assert (up["sent"], up["queued"], len(mailbox.received)) == (2, 0, 2)


def test_while_another_tick_is_at_work_nothing_is_done_and_that_is_no_fault(
    live: CommandLine, mailbox: InMemoryMailbox
) -> None:
    store = Store(f"sqlite:///{live.database}")
    with store.write() as session:
        until = real_now() + dt.timedelta(hours=1)
        session.add(Lease(name="plan:2026-10", owner=owner_name(), until=until))
    store.close()

    told = live.done("tick", "--now", "2026-09-03T09:00")

    assert (told["busy"], told["sent"], told["errors"], mailbox.received) == (True, 0, [], [])


def test_people_are_told_a_line_for_each_cohort(live: CommandLine) -> None:
    live.done("cohort", "launch", "2027-10", "--starts", "2027-10-04", "--now", "2026-09-01")

    ran = live("tick", "--now", "2026-09-03T09:00")

    assert ran.out.splitlines()[0].startswith("2026-10: 2 sent")
    assert ran.out.splitlines()[1].startswith("2027-10: ")


def test_without_a_mail_server_mail_goes_into_the_local_mailbox(
    live: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ATS_SMTP_URL")

    assert live.done("tick", "--now", "2026-09-03T09:00")["sent"] == 2

    assert len(list((live.folder / "var" / "mail" / "new").iterdir())) == 2


def _nobody_listens() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
