"""A tick costs what is due: a cohort in which nothing is due is not touched at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CODE, GRACE, STARTS, SmallCohort, at
from sqlalchemy import event
from sqlmodel import select

from ats import cohorts, engine
from ats.errors import NotFound
from ats.outbox import leases
from ats.outbox.mailbox import InMemoryMailbox
from ats.records.models import Cohort, Lease, Message
from ats.records.store import Store
from ats.tally import Tally

OTHERS = [f"2026-1{n}" for n in range(1, 9)]


@prologue
def quiet(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """Ada and Ben, live, with all done that was due by 10:00 on 8 October, and nothing held."""
    cohort.enrol(ADA + GRACE, BEN)
    cohort.join_links()
    cohort.go_live()
    for now in ("2026-10-07 09:00", "2026-10-08 09:00", "2026-10-08 10:00"):
        cohort.tick(now)


@contextmanager
def counting(store: Store) -> Iterator[list[str]]:
    """Yield the statements that are run meanwhile."""
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def test_a_tick_with_nothing_due_writes_nothing_and_asks_the_same_whatever_the_cohorts(
    quiet: SmallCohort,
) -> None:
    with counting(quiet.store) as alone:
        engine.tick(quiet.office, None, now=at("2026-10-08 10:10"))
    for code in OTHERS:
        cohorts.launch(
            quiet.office, code, starts=STARTS, programme="ats", now=at("2026-10-08 10:20"), by="Jo"
        )
    engine.tick(quiet.office, None, now=at("2026-10-08 10:20"))

    with counting(quiet.store) as together:
        engine.tick(quiet.office, None, now=at("2026-10-08 10:30"))

    assert len(together) == len(alone)
    assert not [one for one in together if one.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_rows_that_wait_are_counted_where_nothing_is_due(cohort: SmallCohort) -> None:
    cohort.enrol(ADA, BEN)  # in trial: what is due is held
    first = cohort.tick("2026-09-03 09:00")
    with counting(cohort.store) as statements:
        second = cohort.tick("2026-09-03 09:10")

    assert first.held > 0
    assert second == Tally(held=first.held)
    assert not [one for one in statements if one.startswith("INSERT")]


def test_a_cohort_at_which_another_tick_is_at_work_is_busy_though_nothing_is_due(
    quiet: SmallCohort,
) -> None:
    with leases.lease(quiet.store, leases.planning(CODE)):
        told = quiet.tick("2026-10-08 10:10")

    assert told == Tally(busy=True)


def test_what_a_dead_worker_had_claimed_wakes_its_cohort(
    quiet: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    quiet.address = type(mailbox.address)("127.0.0.1", 9)
    quiet.tick("2026-10-13 09:00")
    with quiet.store.write() as session:
        for message in session.exec(select(Message).where(Message.status == "queued")):
            message.status, message.lease_owner = "claimed", "elsewhere:1:1"
            message.lease_until = at("2020-01-01 00:00")
    quiet.address = mailbox.address
    mailbox.received.clear()

    quiet.tick("2026-10-13 09:10")

    assert set(quiet.outcomes("make-room").values()) == {"sent"}
    assert mailbox.received


def test_a_dead_tick_wakes_its_cohort_and_its_lease_is_gone(quiet: SmallCohort) -> None:
    with quiet.store.write() as session:
        name, gone = leases.planning(CODE), at("2020-01-01 00:00")
        session.add(Lease(name=name, owner="elsewhere:1:1", until=gone))

    quiet.tick("2026-10-08 10:10")

    assert not quiet.is_leased()


def test_mail_that_may_be_tried_again_later_wakes_its_cohort_then(quiet: SmallCohort) -> None:
    with InMemoryMailbox({"RCPT ben@harbour.example": ["450 4.2.1 mailbox busy"]}) as mailbox:
        quiet.address = mailbox.address
        quiet.tick("2026-10-13 09:00")
        (waiting,) = quiet.messages(status="queued")
        assert waiting.next_attempt_at is not None

        quiet.tick("2026-10-13 11:00")

        assert quiet.messages(status="queued") == []


def test_operations_hear_of_a_refusal_a_day_after_they_were_told_of_another(
    cohort: SmallCohort,
) -> None:
    refused = {f"RCPT {name}@harbour.example": "550 5.1.1 no such user" for name in ("ada", "ben")}
    cohort.enrol(ADA)
    cohort.go_live()
    with InMemoryMailbox(refused) as mailbox:
        cohort.address = mailbox.address
        cohort.tick("2026-09-03 09:00")
        cohort.enrol(ADA, BEN, now="2026-09-03 10:00")
        cohort.tick("2026-09-04 09:00")  # a day later: about Ben
        cohort.tick("2026-09-04 09:10")

    told = cohort.ledger("occurrence", "outcome", step="ops-action-needed")
    assert [row for row in told if "/" not in row[0]] == [("1", "sent"), ("2", "sent")]


def test_a_year_planned_by_other_dates_wakes_its_cohort(quiet: SmallCohort) -> None:
    with quiet.store.write() as session:
        session.exec(select(Cohort)).one().planned_by = "other dates"

    quiet.tick("2026-10-08 10:10")

    assert quiet.standing().planned_by not in (None, "other dates")


def test_codes_are_answered_in_their_order_without_those_of_closed_cohorts(
    quiet: SmallCohort,
) -> None:
    for code in ("2026-11", "2026-12"):
        cohorts.launch(
            quiet.office, code, starts=STARTS, programme="ats", now=at("2026-10-08 10:00"), by="Jo"
        )
    with quiet.store.write() as session:
        session.exec(select(Cohort).where(Cohort.code == "2026-11")).one().status = "closed"

    now = at("2026-10-08 10:10")
    codes = ["2026-12", "2026-11", CODE]
    assert [code for code, _ in engine.ticks(quiet.office, codes, now=now)] == ["2026-12", CODE]
    with pytest.raises(NotFound, match="no cohort 2030-01"):
        engine.tick(quiet.office, [CODE, "2030-01"], now=now)


def test_a_process_that_ticks_many_cohorts_keeps_the_years_of_a_few(quiet: SmallCohort) -> None:
    office = replace(quiet.office, _timelines={})
    for code in OTHERS:
        cohorts.launch(
            office, code, starts=STARTS, programme="ats", now=at("2026-10-08 10:00"), by="Jo"
        )

    engine.tick(office, None, now=at("2026-10-09 09:00"))

    assert 0 < len(office._timelines) < len(OTHERS)
