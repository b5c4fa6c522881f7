"""Addresses that do not work are listed with whom to ask, and freed by who knows better."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from command_line import ROSTER, CommandLine
from sqlalchemy import text

from ats.outbox.mailbox import InMemoryMailbox
from ats.records.store import Store

UNKNOWN = "550 5.1.1 <{}>: no such user"
DEAD = ("zoe@valley.example", "grace@harbour.example")


def goes(step: str) -> dict[str, object]:
    to = {"about": "P0002", "to": "P0002"}
    return {"step": step, **to, "occurrence": "1/again-1", "goes_at": "2026-10-08T10:00:00+01:00"}


def missed(step: str, occurrence: str, due_at: str, *, no: bool = False) -> dict[str, object]:
    return {"step": step, "occurrence": occurrence, "due_at": due_at, "goes_again": not no}


@pytest.fixture
def refused(live: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Iterator[CommandLine]:
    """Zoë's first e-mail was refused, and the first to Grace, who mentors Ada and Alan."""
    with InMemoryMailbox({f"RCPT {one}": UNKNOWN.format(one) for one in DEAD}) as mailbox:
        monkeypatch.setenv("ATS_SMTP_URL", str(mailbox.address))
        live("tick", "--now", "2026-09-03T09:00", "--json")
        live("tick", "--now", "2026-10-07T09:00", "--json")
        yield live


def test_addresses_that_do_not_work_are_listed_with_whom_to_ask(refused: CommandLine) -> None:
    assert refused.done("contact", "list") == [
        {
            "ref": "P0002",
            "role": "participant",
            "since": "2026-09-03T09:00:00+01:00",
            "reason": "refused",
            "status": "5.1.1",
            "answer": "550 5.1.1 <address>: no such user",
            "ask": "Valley College",
            "not_delivered": [
                missed("agenda-published", "1", "2026-09-03T09:00:00+01:00"),
                missed("webinar-week-ahead", "webinar-1/1", "2026-10-01T09:00:00+01:00", no=True),
                missed("portfolio-issued", "1", "2026-10-05T10:00:00+01:00"),
                missed("webinar-tomorrow", "webinar-1/1", "2026-10-07T09:00:00+01:00", no=True),
            ],
        },
        {
            "ref": "M0001",
            "role": "mentor",
            "since": "2026-10-07T09:00:00+01:00",
            "reason": "refused",
            "status": "5.1.1",
            "answer": "550 5.1.1 <address>: no such user",
            "ask": "P0001, P0003",
            "not_delivered": [missed("mentor-request", "M0001/1", "2026-10-07T09:00:00+01:00")],
        },
    ]


def test_people_are_told_the_remedies(refused: CommandLine) -> None:
    told = refused("contact", "list").out
    assert "was refused (550 5.1.1 <address>: no such user)" in told
    assert "`ats contact lift REF`" in told


def test_people_who_look_at_somebody_are_told_too(refused: CommandLine) -> None:
    told = "was refused (550 5.1.1 <address>: no such user). Import another one with the roster"
    assert (
        "Nothing goes to zoe@valley.example since 2026-09-03 09:00: an e-mail "
        f"{told}, or, if it works after all, let mail go there again with "
        "`ats contact lift P0002`."
    ) in refused("person", "show", "P0002").out
    assert "`ats contact lift M0001`" in refused("person", "show", "P0001").out
    assert "`ats contact lift P0002`" in refused("why", "P0002").out


def test_where_every_address_works_that_is_said(live: CommandLine) -> None:
    assert live.done("contact", "list") == []
    assert live("contact", "list").out == "No address is known that does not work.\n"


def test_of_another_cohort_and_of_who_has_another_address_nothing_is_listed(
    refused: CommandLine,
) -> None:
    refused("cohort", "launch", "2027-01", "--starts", "2027-01-04", "--now", "2026-10-07")
    refused.write("moved.csv", ROSTER.replace("zoe@valley.example", "zoe@home.example"))
    at = ("--cohort", "2026-10", "--now", "2026-10-08T10:00", "--apply")
    refused("roster", "import", "moved.csv", *at)

    assert [one["ref"] for one in refused.done("contact", "list")] == ["M0001"]
    assert refused.done("contact", "list", "--cohort", "2027-01") == []


def test_an_address_that_works_after_all_is_lifted_by_name(
    refused: CommandLine, mailbox: InMemoryMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = ("--now", "2026-10-08T10:00")
    told = refused.done("contact", "lift", "p0002", "--by", "Sam", *now)

    assert isinstance(told.pop("message"), int)
    assert told == {
        "ref": "P0002",
        "since": "2026-09-03T09:00:00+01:00",
        "reason": "refused",
        "status": "5.1.1",
        "lifted_at": "2026-10-08T10:00:00+01:00",
        "lifted_by": "Sam",
        "again": [goes("agenda-published"), goes("portfolio-issued")],
    }
    assert [one["ref"] for one in refused.done("contact", "list")] == ["M0001"]
    store = Store(f"sqlite:///{refused.database}")
    with store.read() as session:
        trail = session.execute(text("SELECT action, by, subject FROM audit ORDER BY id")).all()
    store.close()
    assert trail[-1] == ("contact-lift", "Sam", "P0002")

    monkeypatch.setenv("ATS_SMTP_URL", str(mailbox.address))
    refused.done("tick", "--now", "2026-10-08T10:10")
    refused.done("tick", "--now", "2026-10-09T10:10")
    assert [one.recipient for one in mailbox.received].count("zoe@valley.example") == 2


def test_a_lift_says_what_goes_again_and_is_refused_the_second_time(
    refused: CommandLine,
) -> None:
    told = refused("contact", "lift", "M0001", "--now", "2026-10-08T10:00").out
    assert told.splitlines()[1:] == [
        "This goes again with the next ticks:",
        "what            to     about  from",
        "mentor-request  M0001  P0001  2026-10-08 10:00",
    ]
    assert refused.refused("contact", "lift", "M0001") == (
        "Nothing is suppressed for M0001: mail goes to the address in the records; "
        "`ats contact list` tells which addresses do not work."
    )


def test_a_new_address_is_confirmed_once_by_whoever_asked(live: CommandLine) -> None:
    def confirm(ref: str, now: str) -> tuple[str, ...]:
        return ("contact", "confirm", ref, "--now", now)

    assert live.refused(*confirm("M0001", "2026-10-20T09:00")) == (
        "The address of M0001 is the first we had; there is none to confirm."
    )
    store = Store(f"sqlite:///{live.database}")
    with store.write() as session:
        session.execute(
            text(
                "UPDATE person SET email_changed_at = '2026-10-20 08:00:00' WHERE id ="
                " (SELECT person_id FROM role WHERE ref = 'M0001')"
            )
        )
    store.close()
    assert live.refused(*confirm("M0001", "2026-10-19T09:00")).startswith(
        "The address of M0001 changed on 20 October 2026, after the moment"
    )

    told = live.done(*confirm("m0001", "2026-10-21T09:00"), "--by", "Jo")

    assert told == {
        "ref": "M0001",
        "changed_at": "2026-10-20T09:00:00+01:00",
        "confirmed_at": "2026-10-21T09:00:00+01:00",
        "confirmed_by": "Jo",
        "cases_closed": [],
    }
    assert live.refused(*confirm("M0001", "2026-10-22T09:00")) == (
        "The address of M0001 was confirmed on 21 October 2026 and is the same since; "
        "nothing to confirm."
    )
