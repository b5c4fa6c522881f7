"""The demo accounts for everything: each occurrence by one outcome, each sending by one file."""

import datetime as dt
from collections import Counter

from sqlalchemy import select
from the_year import ZONE, TheYear

from ats.commands.entry import open_office
from ats.records import gather
from ats.records import models as m
from ats.records.store import Store
from config.settings import Settings

FINAL = {"sent", "merged", "case-opened", "skipped", "expired", "superseded", "cancelled", "failed"}


def test_the_demo_ends_well_and_quickly(year: TheYear) -> None:
    code, _, complaints = year.run.said("demo")

    assert (code, complaints) == (0, "")
    assert year.run.document["errors"] == []
    print(f"the demo took {year.run.document['seconds']} s")  # noqa: T201 (for the test report)


def test_messages_are_rows_sent_are_files_in_the_maildir(year: TheYear) -> None:
    told = year.run.document["messages"]

    rows = [row for row in year.ledger if row.outcome == "sent"]
    files = list((year.run.out / "mail" / "new").iterdir())
    assert told == len(rows) == len(files) == sum(year.run.document["by_step"].values())
    assert {row.message_id for row in rows} == set(year.files)


def test_outcomes_sum_to_the_rows_of_the_ledger(year: TheYear) -> None:
    told = year.run.document["by_outcome"]

    assert told == dict(Counter(row.outcome for row in year.ledger))
    assert set(told) <= {*FINAL, "queued", "held"}
    assert told.get("queued", 0) == 0
    (bounced,) = (one for one in year.run.document["scenarios"] if "bounces" in one["scenario"])
    failed = [(row.to, row.step) for row in year.ledger if row.outcome == "failed"]
    assert failed == [(bounced["person"], "mentor-request")]


def test_message_ids_are_unique(year: TheYear) -> None:
    sent = [row.message_id for row in year.ledger if row.outcome == "sent"]

    assert len(sent) == len(set(sent)) == len(year.files) == year.run.document["in_maildir"]


def test_rows_that_share_an_e_mail_share_its_moment_recipient_and_role(year: TheYear) -> None:
    for one in year.mail:
        assert [row.outcome for row in one.rows].count("sent") == 1
        shared = {(row.sent_at, row.to, row.role) for row in one.rows}
        assert len(shared) == 1, one.id


def test_no_occurrence_has_two_rows(year: TheYear) -> None:
    keys = Counter((row.person, row.step, row.occurrence, row.to) for row in year.ledger)

    assert [key for key, times in keys.items() if times > 1] == []


def whose_year_staff_changed(year: TheYear) -> set[str | None]:
    """Return those whose plan is another at the end than it was (see the scenarios' own tests)."""
    changed = {row.person for row in year.ledger if row.step == "mentor-unreachable"}
    changed |= {row.person for row in year.ledger if row.step == "mentor-stood-down"}
    kinds = ("deferral", "extension", "break", "withdrawal", "silence")
    scenarios = year.run.document["scenarios"]
    changed |= {one["person"] for one in scenarios if one["scenario"] in kinds}
    return changed


def test_every_planned_occurrence_that_is_due_has_exactly_one_row(year: TheYear) -> None:
    """Planned afresh over the final facts, by the timeline and not by the planner."""
    office = open_office(Settings.model_construct())
    store = Store(f"sqlite:///{year.run.out / 'ats.db'}")
    now = dt.datetime(2027, 10, 20, 23, 59, tzinfo=ZONE)
    with store.read() as session:
        cohort = gather.cohort_named(session, "2026-10")
        timeline = office.timeline(
            office.programme_named("ats"), gather.cohort_facts(session, cohort)
        )
        ids = session.execute(select(m.Enrolment.id)).scalars().all()
        people = gather.participants(session, [key for key in ids if key is not None])
        planned = Counter(
            (person.ref, *occurrence.key)
            for person in people
            for occurrence in timeline.occurrences(person)
            if occurrence.due_at <= now
        )
    store.close()

    changed = whose_year_staff_changed(year)
    planned = Counter({key: n for key, n in planned.items() if key[0] not in changed})
    rows = Counter(
        (row.person, row.step, row.occurrence, row.to)
        for row in year.ledger
        if row.person is not None and row.person not in changed
    )
    assert (len(people), len(changed)) == (125, 7)
    assert planned - rows == Counter()
    (cancelled,) = (one for one in year.run.document["webinars"] if one["what"] == "cancelled")
    webinar, at = cancelled["webinar"], dt.datetime.fromisoformat(cancelled["at"])
    reminded = Counter(  # of what nobody plans any more
        (row.person, row.step, row.occurrence, row.to)
        for row in year.ledger
        if row.step == "webinar-week-ahead"
        and row.occurrence == f"{webinar}/1"
        and row.due_at < at
        and row.person not in changed
    )
    assert rows - planned == reminded


def test_what_is_still_held_at_the_end_waits_for_a_person(year: TheYear) -> None:
    held = {(row.step, row.reason) for row in year.ledger if row.outcome == "held"}

    assert {reason for _, reason in held} <= {"release", "parked", "stale-data"}
    print(sorted(held))  # noqa: T201 (for the test report)
