"""What Prefect schedules, by hand or from cron: reading bounces, and the nightly check."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from command_line import CommandLine
from returned import postfix

from ats.outbox import leases
from ats.outbox.mailbox import InMemoryMailbox
from ats.records import models as m
from ats.records.store import Store

READ = ("bounces", "read", "--now", "2026-09-03T10:00")


@pytest.fixture
def box(live: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty mailbox of bounces; mail leaves under addresses that lead there."""
    for name in ("new", "cur", "tmp"):
        (live.folder / "box" / name).mkdir(parents=True)
    monkeypatch.setenv("ATS_BOUNCE_MAILBOX", str(live.folder / "box"))
    monkeypatch.setenv("ATS_SECRET_KEY", "hunter2hunter2hunter2hunter2hunter2")
    return live.folder / "box"


def records(live: CommandLine) -> Store:
    return Store(f"sqlite:///{live.database}")


# -- bounces -----------------------------------------------------------------------------------


def test_what_came_back_is_read_once_and_ends_in_the_story(
    live: CommandLine, box: Path, mailbox: InMemoryMailbox
) -> None:
    live.done("tick", "--now", "2026-09-03T09:00")
    (sender,) = [one.sender for one in mailbox.received if one.recipient == "zoe@valley.example"]
    (box / "new" / "1.x").write_bytes(postfix(sender))

    told = live.done(*READ)

    counts = {name: number for name, number in told["counts"].items() if number}
    assert counts == {"hard": 1, "suppressed": 1}
    assert {**told, "counts": {}} == {
        "now": "2026-09-03T10:00:00+01:00",
        "busy": False,
        "counts": {},
        "errors": [],
    }
    assert [one["ref"] for one in live.done("contact", "list")] == ["P0002"]
    assert "came back" in live("why", "P0002", "--now", "2026-09-03T11:00").out
    assert live(*READ).out == "What came back: nothing came back.\n"


def test_what_cannot_be_read_is_told_and_the_rest_counts(live: CommandLine, box: Path) -> None:
    (box / "new" / "0.folder").mkdir()
    (box / "new" / "1.x").write_bytes(b"Subject: advertisement\n\nBuy!\n")

    ran = live(*READ, "--json")

    assert (ran.code, ran.document["counts"]["other"]) == (1, 1)
    assert ran.document["errors"] == [ran.err.rstrip("\n")]
    assert "new/0.folder (no file)" in ran.err


def test_while_another_reads_them_nothing_is_done(live: CommandLine, box: Path) -> None:
    store = records(live)
    with leases.lease(store, "bounces"):
        told = live.done(*READ)
        assert "Somebody else" in live(*READ).out
    store.close()
    assert (told["busy"], told["counts"]) == (True, {})


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (
            "ATS_BOUNCE_MAILBOX",
            "ATS_BOUNCE_MAILBOX is not set, so nobody reads what comes back; set it.",
        ),
        (
            "ATS_SECRET_KEY",
            "ATS_SECRET_KEY is not set, so no bounce names its message; set it.",
        ),
    ],
)
def test_without_what_it_takes_it_is_refused(
    live: CommandLine, box: Path, monkeypatch: pytest.MonkeyPatch, missing: str, said: str
) -> None:
    monkeypatch.delenv(missing)
    assert live.refused(*READ) == said


def test_a_mailbox_that_is_none_is_refused(
    live: CommandLine, box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATS_BOUNCE_MAILBOX", str(live.folder / "nowhere"))
    assert "is no Maildir" in live.refused(*READ)


# -- the nightly check -------------------------------------------------------------------------


def test_records_that_add_up_are_told_in_silence(live: CommandLine) -> None:
    live.done("tick", "--now", "2026-09-03T09:00")
    now = ("--now", "2026-09-03T09:10")

    told = live.done("reconcile", *now)

    assert told == {
        "now": "2026-09-03T09:10:00+01:00",
        "cohorts": [{"code": "2026-10", "people": 3, "rows": 11, "findings": []}],
        "errors": [],
    }
    assert live.done("reconcile", "--cohort", "2026-10", *now) == told
    assert live("reconcile", *now).out == "2026-10 · 3 people, 11 rows, nothing off\n"


def test_what_is_off_is_exit_1_with_a_sentence_and_an_e_mail_with_the_next_tick(
    live: CommandLine, mailbox: InMemoryMailbox
) -> None:
    live.done("tick", "--now", "2026-09-03T09:00")
    store = records(live)
    with store.write() as session:
        ended = leases.real_now() - dt.timedelta(hours=1)
        session.add(m.Lease(name="x:2026-10", owner="elsewhere/1:2:3", until=ended))
    store.close()

    ran = live("reconcile", "--now", "2026-09-03T09:10", "--json")

    (finding,) = ran.document["cohorts"][0]["findings"]
    assert (ran.code, ran.document["errors"]) == (1, [f"2026-10: {finding}"])
    assert ran.err == f"2026-10: {finding}\n"
    live.done("tick", "--now", "2026-09-03T09:20")
    assert mailbox.received[-1].recipient == "operations@provider.example"


def test_where_no_cohort_is_checked_that_is_no_fault(ats: CommandLine) -> None:
    ran = ats("reconcile", "--json")
    assert (ran.code, ran.document["cohorts"], ran.document["errors"]) == (0, [], [])
    assert ran.err == "No cohort is in trial or live; name another one with --cohort.\n"
