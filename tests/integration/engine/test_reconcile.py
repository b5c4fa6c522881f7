"""The nightly check: it finds what does not add up, tells it once, and is silent otherwise."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CODE, GRACE, SmallCohort, at, read
from sqlalchemy import delete, select, update

from ats import reconcile as checking
from ats.checks.findings import Report
from ats.errors import DatabaseFault
from ats.outbox import leases
from ats.outbox.journal import Journal
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.records import models as m
from ats.records.store import Store
from ats.reports.nightly import run_reconcile

NIGHT = "2026-10-14 04:40"
OPERATIONS = "operations@provider.example"
LONG_AGO = dt.timedelta(hours=1)


@prologue
def week(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """Two people in a live cohort that has been ticked until the evening before the check."""
    cohort.enrol(ADA + GRACE, BEN)
    cohort.join_links()
    cohort.go_live_unchecked()
    cohort.tick_daily("2026-10-05", "2026-10-13")


def check(cohort: SmallCohort, now: str = NIGHT) -> Report:
    return checking.reconcile(cohort.office, CODE, now=at(now))


def found(report: Report) -> list[tuple[str, tuple[str, ...]]]:
    """Return (the first words, about) of each finding."""
    return [(" ".join(one.what.split()[:4]), one.about) for one in report.findings]


def change(cohort: SmallCohort, *statements: Any) -> None:
    with cohort.store.write() as session:
        for statement in statements:
            session.execute(statement)


def notices(mailbox: InMemoryMailbox) -> list[str]:
    """Return the texts of what operations were asked to do."""
    return [text for subject, text in asked(mailbox) if "the nightly check" in subject]


def asked(mailbox: InMemoryMailbox) -> list[tuple[str, str]]:
    """Return (subject, text) of every mail to operations."""
    mine = [read(one) for one in mailbox.received if one.recipient == OPERATIONS]
    return [
        (str(one["Subject"]), " ".join(one.get_body(("plain",)).get_content().split()))
        for one in mine
    ]


# -- what is off -------------------------------------------------------------------------------


def test_where_all_adds_up_there_is_a_report_and_no_alert(
    week: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    before = week.due_again()

    told = run_reconcile(week.office, "", now=at(NIGHT))

    rows = len(week.ledger("key"))
    line = f"2 people, {rows} rows, nothing off"
    assert (told["name"], told["verdict"]) == (f"2026-10 · {line}", "done")
    assert (told["errors"], told["cohorts"]) == ([], [])
    (page,) = told["pages"]
    assert (page["key"], line in page["markdown"]) == ("records-2026-10", True)
    assert week.due_again() == before
    week.tick(NIGHT)
    assert notices(mailbox) == []


@pytest.mark.parametrize("off", ["lease", "claim"])
def test_a_lease_that_outlived_its_term_is_found(week: SmallCohort, off: str) -> None:
    ended = leases.real_now() - LONG_AGO
    message = week.messages()[0]
    held = m.Lease(name=f"plan:{CODE}", owner="elsewhere/1:2:3", until=ended)
    claim = {"status": "claimed", "sent_at": None, "lease_owner": "elsewhere/1:2:3.1"}
    with week.store.write() as session:
        if off == "lease":
            session.add(held)
        else:
            mine = m.LedgerRow.message_id == message.id
            standing = {"outcome": "queued", "sent_at": None}
            session.execute(update(m.LedgerRow).where(mine).values(standing))
            values = claim | {"lease_until": ended}
            session.execute(update(m.Message).where(m.Message.id == message.id).values(values))

    name = f"plan:{CODE}" if off == "lease" else message.rfc_id
    assert found(check(week)) == [("Somebody has held the", (name,))]


def test_a_lease_within_its_term_is_work_under_way(week: SmallCohort) -> None:
    with leases.lease(week.store, f"plan:{CODE}"):
        assert found(check(week)) == []


def test_a_message_without_a_row_is_found(week: SmallCohort) -> None:
    message = m.Message(
        rfc_id="nobody-knows@provider.example",
        cohort_id=week.standing().id,
        recipient="P0001",
        role="participant",
        send_on=dt.date(2026, 10, 13),
        bundle="any",
        class_="tip",
        date=at(NIGHT),
    )
    with week.store.write() as session:
        session.add(message)

    assert found(check(week)) == [("There are e-mails without", ("nobody-knows@provider.example",))]


def test_a_row_that_waits_in_no_message_is_found(week: SmallCohort) -> None:
    """A database refuses a queued row without a message, but not one whose message has gone."""
    (key, message) = week.ledger("key", "message_id", outcome="sent", step="agenda-published")[0]
    mine = m.LedgerRow.key == key
    change(week, update(m.LedgerRow).where(mine).values(outcome="queued", sent_at=None))

    rfc_id = next(one.rfc_id for one in week.messages() if one.id == message)
    assert found(check(week)) == [
        ("There are rows that", (key,)),
        ("E-mails were sent while", (rfc_id,)),
    ]


def test_a_sending_that_the_ledger_does_not_know_is_found(week: SmallCohort) -> None:
    message = week.messages(recipient="P0002")[0]
    mine = m.LedgerRow.message_id == message.id
    values = {"outcome": "skipped", "reason": "lost", "sent_at": None}
    change(week, update(m.LedgerRow).where(mine).values(values))

    assert found(check(week)) == [("E-mails were sent while", (message.rfc_id,))]


def test_a_row_held_for_a_message_that_has_ended_is_found(week: SmallCohort) -> None:
    message = week.messages(recipient="P0002")[0]
    parked = {"outcome": "held", "reason": "parked", "sent_at": None}
    mine = m.LedgerRow.message_id == message.id
    failed = {"status": "failed", "sent_at": None}
    change(
        week,
        update(m.LedgerRow).where(mine).values(parked),
        update(m.Message).where(m.Message.id == message.id).values(failed),
    )

    assert found(check(week)) == [("E-mails have ended while", (message.rfc_id,))]


def test_a_parked_message_is_told_until_somebody_decides(week: SmallCohort) -> None:
    message = week.messages(recipient="P0002")[0]
    parked = {"outcome": "held", "reason": "parked", "sent_at": None}
    mine = m.LedgerRow.message_id == message.id
    change(
        week,
        update(m.LedgerRow).where(mine).values(parked),
        update(m.Message)
        .where(m.Message.id == message.id)
        .values(status="parked", sent_at=None, attempts=2),
    )

    assert found(check(week)) == [("E-mails were put aside", (message.rfc_id,))]


def test_what_was_planned_and_is_not_accounted_for_is_found_and_comes_with_the_next_tick(
    week: SmallCohort,
) -> None:
    gone = m.LedgerRow.key == "2026-10/P0002/agenda-published/1/P0002"
    change(week, delete(m.LedgerRow).where(gone), *_messages_go())

    assert found(check(week)) == [
        ("These fell due a", ("P0002 agenda-published 1",)),
        ("The next due moment", ("P0002",)),
    ]
    week.tick("2026-10-14 09:00")
    assert len(week.outcomes("agenda-published")) == 2
    assert check(week, "2026-10-15 04:40").findings == []


def test_staff_mail_without_a_row_is_found(week: SmallCohort) -> None:
    week.tick("2026-10-13 19:50")
    (*_, (last,)) = week.ledger("key", step="ops-digest")
    change(week, delete(m.LedgerRow).where(m.LedgerRow.key == last), *_messages_go())

    assert found(check(week)) == [("The next due moment", ("staff mail",))]
    week.tick("2026-10-14 09:00")
    assert found(check(week, "2026-10-15 04:40")) == []
    assert (last,) in week.ledger("key")


def _messages_go() -> tuple[Any, ...]:
    """Return what deletes the messages that have no row any more."""
    kept = select(m.LedgerRow.message_id).where(m.LedgerRow.message_id.is_not(None))
    return (
        delete(m.Attempt).where(m.Attempt.message_id.not_in(kept)),
        delete(m.Message).where(m.Message.id.not_in(kept)),
    )


@pytest.mark.parametrize("noted", [None, "2027-06-01 09:00"], ids=["never", "too-late"])
def test_a_next_due_moment_later_than_the_truth_is_found_and_set_right(
    week: SmallCohort, noted: str | None
) -> None:
    ben = week.enrolments()["P0002"].id
    late = at(noted) if noted else None
    change(week, update(m.Enrolment).where(m.Enrolment.id == ben).values(next_due_at=late))

    report = check(week)

    assert found(report) == [("The next due moment", ("P0002",))]
    assert week.due_again()["P0002"] == m.EPOCH
    week.tick("2026-10-14 09:00")
    assert check(week, "2026-10-15 04:40").findings == []


def test_what_was_imported_in_the_evening_is_not_missing_before_the_morning(
    week: SmallCohort,
) -> None:
    """Somebody who came late has things behind them; the first tick writes them down."""
    week.enrol("2026-10,P0003,Cat,Owen,cat@x.example,X,england,2026-10-12", now="2026-10-13 20:00")

    assert found(check(week)) == []
    late = found(check(week, "2026-10-15 04:40"))  # no tick has come in all this time
    assert {about.split()[0] for about in dict(late)["These fell due a"]} >= {"P0003"}


def test_one_whose_year_cannot_be_judged_hides_nobody_else(
    week: SmallCohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Callable[..., Any] = Timeline.open_occurrences

    def broken(self: Timeline, person: Any, now: Any) -> Any:
        if person.ref == "P0001":
            raise ValueError("ada@harbour.example")
        return asked(self, person, now)

    monkeypatch.setattr(Timeline, "open_occurrences", broken)
    report = check(week)

    ((what, about),) = found(report)
    assert (what, report.people) == ("Nobody can tell what", 2)
    assert about[0].startswith("P0001 (stopped by an unexpected fault (ValueError")
    assert "@" not in about[0]


# -- who hears of it ---------------------------------------------------------------------------


def test_operations_hear_of_it_once_and_again_when_it_is_something_else(
    week: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    with week.store.write() as session:
        ended = leases.real_now() - LONG_AGO
        session.add(m.Lease(name=f"x:{CODE}", owner="elsewhere/1:2:3", until=ended))
    for night in ("14", "15", "16"):
        check(week, f"2026-10-{night} 04:40")
        week.tick(f"2026-10-{night} 09:00")

    (told,) = notices(mailbox)
    assert f"x:{CODE}. If a process hangs, end it" in told

    with week.store.write() as session:
        session.add(m.Lease(name=f"y:{CODE}", owner="elsewhere/1:2:3", until=ended))
    check(week, "2026-10-17 04:40")
    week.tick("2026-10-17 09:00")
    check(week, "2026-10-25 04:40")  # nobody has acted for a week
    week.tick("2026-10-25 09:00")
    assert len(notices(mailbox)) == 3


def test_its_notice_does_not_stand_in_for_that_of_an_address_that_failed(
    week: SmallCohort,
) -> None:
    with week.store.write() as session:
        ended = leases.real_now() - LONG_AGO
        session.add(m.Lease(name=f"x:{CODE}", owner="elsewhere/1:2:3", until=ended))
    week.enrol(
        "2026-10,P0003,Cat,Owen,cat@valley.example,X,england,2026-10-05", now="2026-10-13 20:00"
    )
    check(week)
    with InMemoryMailbox({"RCPT cat@valley.example": "550 5.1.1 no such user"}) as mailbox:
        week.address = mailbox.address
        week.tick("2026-10-14 09:00")

    told = [subject for subject, _ in asked(mailbox) if "an address" in subject]
    assert len(told) == 1


def test_in_a_trial_nobody_is_mailed_who_is_not_on_its_list(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA)
    cohort.tick("2026-10-05 09:00")
    with cohort.store.write() as session:
        ended = leases.real_now() - LONG_AGO
        session.add(m.Lease(name=f"x:{CODE}", owner="elsewhere/1:2:3", until=ended))
    check(cohort)
    cohort.tick("2026-10-14 09:00")

    assert mailbox.received == []
    rows = cohort.ledger("occurrence", "outcome", "reason", step="ops-action-needed")
    (told,) = [row for row in rows if row[0].startswith("records/")]
    assert told[1:] == ("skipped", "trial")


def test_a_fault_in_one_cohort_is_told_and_the_journals_are_swept_all_the_same(
    week: SmallCohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("ada@harbour.example")

    monkeypatch.setattr("ats.reports.nightly.reconcile", broken)
    told = run_reconcile(week.office, "", now=at(NIGHT))

    assert (told["verdict"], told["pages"]) == ("warned", [])
    assert told["name"].startswith(f"{CODE} · stopped by an unexpected fault (ValueError in broken")
    assert "ValueError" in told["errors"][0]
    assert "@" not in told["errors"][0]


def test_a_run_that_the_database_stopped_is_named_after_that(
    week: SmallCohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise DatabaseFault("The database cannot be used (database is locked); try again.")

    with monkeypatch.context() as patch:
        patch.setattr("ats.reports.nightly.reconcile", locked)
        patch.setattr("ats.reports.nightly.sweep_journals", locked)
        told = run_reconcile(week.office, "", now=at(NIGHT))
    assert told["name"] == f"{CODE} · The database cannot be used (database is locked)"
    assert len(told["errors"]) == 2


@pytest.mark.parametrize("there", [True, False], ids=["empty", "missing"])
def test_a_run_without_a_database_is_named_after_that(
    week: SmallCohort, tmp_path: Path, there: bool
) -> None:
    store = Store(f"sqlite:///{tmp_path / ('.' if there else 'nowhere')}/other.db")
    told = run_reconcile(replace(week.office, store=store), "", now=at(NIGHT))
    store.close()

    detail = "no such table: cohort" if there else "unable to open database file"
    assert told["name"] == f"The database {store.name} cannot be used ({detail})"
    assert (told["verdict"], told["cohorts"]) == ("failed", [])
    assert told["errors"][0].startswith(told["name"])


# -- beside a tick -----------------------------------------------------------------------------


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_what_staff_and_a_tick_do_between_two_looks_causes_no_alarm(
    week: SmallCohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL every statement would see what was committed before it."""
    asked: Callable[..., Any] = gather.participants
    done: list[object] = []

    def between(session: Any, ids: Any) -> Any:
        if not done:
            done.append("once")
            mentors.accept(week.store, "P0001", now=at("2026-10-13 19:00"), by="Jo")
            before = asked(session, ids)
            done.append(week.tick(NIGHT))
            assert asked(session, ids) == before
        return asked(session, ids)

    monkeypatch.setattr(gather, "participants", between)
    assert found(check(week)) == []
    assert len(done) == 2


# -- journals ----------------------------------------------------------------------------------


def _owners() -> tuple[str, str]:
    """Return the names of a worker of this machine that has ended, and of one that runs."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    host = leases.owner_name().rsplit(":", 2)[0]
    dead = f"{host}:{process.pid}:{leases._began(process.pid)}.1"
    process.communicate(b"\n")
    return dead, f"{leases.owner_name()}.99"


def test_journals_of_the_dead_go_once_nothing_that_they_hold_is_claimed(
    week: SmallCohort, tmp_path: Path
) -> None:
    folder = tmp_path / "swept"
    dead, _ = _owners()
    boot = leases.owner_name().rsplit(":", 2)[0].rsplit("/", 2)[1]
    other_boot = f"{leases.machine()}/00000000/4026531836:4711:99.1"
    holding = f"{leases.machine()}/00000000/4026531836:4712:99.1"
    elsewhere = f"another-machine/00000000/{boot}/4026531836:4711:99.1"
    container = f"{leases.machine()}/{boot}/1234:4711:99.1"
    office = replace(week.office, journals=folder)
    message = week.messages()[0]
    mine = m.LedgerRow.message_id == message.id
    claim = {"status": "claimed", "sent_at": None, "lease_owner": holding}
    change(
        week,
        update(m.LedgerRow).where(mine).values(outcome="queued", sent_at=None),
        update(m.Message)
        .where(m.Message.id == message.id)
        .values(lease_until=leases.real_now(), **claim),
    )
    with leases.working() as living:
        for owner in (dead, other_boot, holding, elsewhere, container, living):
            Journal(folder, owner).close(settled=False)
        (folder / "notes.log").write_text("not ours")

        assert checking.sweep_journals(office) == 2
        left = {path.name for path in folder.iterdir()}
        assert left == {
            Journal(folder, owner).path.name for owner in (holding, elsewhere, container, living)
        } | {"notes.log"}

    assert checking.sweep_journals(office) == 1  # the work of that name has ended
    assert checking.sweep_journals(replace(office, journals=tmp_path / "none")) == 0
    assert checking.sweep_journals(replace(office, journals=None)) == 0
