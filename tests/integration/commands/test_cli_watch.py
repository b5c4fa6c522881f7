"""`ats doctor --watch`, as cron runs it: silence, or a sentence each and exit 1."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from command_line import CommandLine

from ats.records import models as m
from ats.records.store import Store


def ticked(live: CommandLine, moment: dt.datetime) -> None:
    store = Store(f"sqlite:///{live.database}")
    with store.write() as session:
        session.merge(m.Heartbeat(name="tick", at=moment))
    store.close()


def london(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London"))


def test_while_all_is_well_it_says_nothing(live: CommandLine) -> None:
    live.done("tick", "--now", "2026-09-03T08:00")
    ticked(live, london("2026-09-03T08:10"))
    ran = live("doctor", "--watch", "--now", "2026-09-03T08:59")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert live.done("doctor", "--watch", "--now", "2026-09-03T08:59") == []


def test_without_ticks_it_says_so_and_exits_with_1(live: CommandLine) -> None:
    live.done("tick", "--now", "2026-09-03T08:00")
    ticked(live, london("2026-09-03T08:10"))
    ran = live("doctor", "--watch", "--now", "2026-09-03T09:11", "--json")
    assert ran.code == 1
    assert ran.document[0] == {
        "name": "tick",
        "status": "red",
        "text": "No tick has come to its end since 08:10, so nothing new is sent.",
        "remedy": "See that the schedules run (`ats up`, or cron), and run `ats tick`.",
    }
    assert ran.err.splitlines()[0] == f"{ran.document[0]['text']} {ran.document[0]['remedy']}"
    assert live("doctor", "--watch", "--now", "2026-09-03T09:11").out == ""


def test_where_there_is_no_cohort_yet_all_is_well(ats: CommandLine) -> None:
    assert ats.done("doctor", "--watch") == []


def test_without_a_database_it_says_what_to_do_and_makes_none(bare: CommandLine) -> None:
    (bare.folder / "var").mkdir()
    assert "Run `ats init` first." in bare.refused("doctor", "--watch")
    assert list(Path(bare.folder / "var").iterdir()) == []


def test_a_database_that_cannot_be_reached_is_one_sentence(
    live: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATS_DATABASE_URL", "postgresql+psycopg://a:hunter2@127.0.0.1:9/ats")
    said = live.refused("doctor", "--watch")
    assert "The database postgresql+psycopg://a:***@127.0.0.1:9/ats cannot be used" in said


def test_settings_that_cannot_be_used_are_told(
    live: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATS_SMTP_POOL", "many")
    assert "ATS_SMTP_POOL" in live.refused("doctor", "--watch")
