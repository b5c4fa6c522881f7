"""The same commands on PostgreSQL."""

from __future__ import annotations

import pytest
from command_line import PROGRESS, ROSTER, CommandLine

from ats.records.store import Store

ON_POSTGRESQL = pytest.mark.parametrize("store", ["postgresql"], indirect=True)


@pytest.fixture
def on_postgresql(ats: CommandLine, store: Store, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A command line whose database is the store of this test."""
    url = store.url.render_as_string(hide_password=False)
    monkeypatch.setenv("ATS_DATABASE_URL", url)
    return ats


@ON_POSTGRESQL
def test_a_cohort_goes_from_launch_to_its_story(on_postgresql: CommandLine) -> None:
    ats, cohort = on_postgresql, ("--cohort", "2026-10")
    ats.write("roster.csv", ROSTER)
    ats.write("progress.csv", PROGRESS)

    assert ats.done("init")["result"] == "unchanged"
    ats.done("cohort", "launch", "2026-10", "--starts", "2026-10-05", "--now", "2026-09-01")
    ats.done("roster", "import", "roster.csv", *cohort, "--apply", "--now", "2026-09-02T10:00")
    ats.done("cohort", "go-live", "2026-10", "--now", "2026-09-02T11:00")
    sent = ats.done("tick", "--now", "2026-10-07T09:00")["sent"]
    ats.done("mentor", "accept", "P0001", "--now", "2026-10-08T09:00")
    ats.done("webinar", "set", "webinar-2", "--join-url", "https://webinar.example/2")
    at = ("--as-of", "2026-10-12", "--now", "2026-10-12T10:00", "--apply")
    ats.done("progress", "import", "progress.csv", *cohort, *at)
    ats.done("tick", "--now", "2026-10-12T10:10")

    rows = [row for row in ats.done("ledger") if row["outcome"] == "sent"]
    assert sent == len([row for row in rows if row["sent_at"] < "2026-10-08"])
    assert ats.done("why", "P0001", "--now", "2026-10-12T11:00")["story"]
    assert ats.done("person", "find", "lovelace")[0]["refs"] == ["P0001"]
    assert ats.done("person", "show", "P0001")["enrolments"][0]["as_of"] == "2026-10-12"
    assert ats.done("forecast", "--now", "2026-10-12T11:00")
    assert ats.done("case", "list") == []
    shown = ats.done("message", "show", str(ats.done("message", "list")[0]["id"]))
    assert shown["attempts"][0]["result"] == "sent"
    assert ats.done("cohort", "pause", "2026-10")["status"] == "paused"


@ON_POSTGRESQL
def test_the_doctor_names_the_database_without_its_password(on_postgresql: CommandLine) -> None:
    found = {one["name"]: one for one in on_postgresql.done("doctor")}

    assert found["database"]["status"] == "green"
    assert "psycopg" in found["database"]["text"]


def test_a_database_that_does_not_answer_is_one_sentence(
    ats: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql+psycopg://me:hunter2@127.0.0.1:9/ats"
    monkeypatch.setenv("ATS_DATABASE_URL", url)

    sentence = ats.refused("tick")

    assert "check ATS_DATABASE_URL" in sentence
    assert "hunter2" not in sentence
