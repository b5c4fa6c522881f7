"""A fault in one person or cohort never stops the others, and is told without personal data."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from small_cohort import ADA, BEN, CAT, STARTS, SmallCohort, at, recipients
from sqlalchemy import select, text

from ats import cohorts, engine
from ats.commands.entry import open_office
from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.week_ahead import WeekAhead
from ats.records import models as m
from config.programme_file import find_programme
from config.settings import Settings


def test_one_person_who_cannot_be_planned_stops_nobody_else(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA, BEN, CAT)
    cohort.go_live()
    with cohort.store.write() as session:
        wales = session.execute(select(m.Person).where(m.Person.nation == "wales")).scalar_one()
        wales.nation = "atlantis"  # no calendar knows it

    told = cohort.tick("2026-09-03 09:00")

    assert recipients(mailbox) == ["ada@harbour.example", "ben@harbour.example"]
    assert told.sent == 2
    assert [error for error in told.errors if "P0003" in error] == told.errors[:1]
    assert not [word for word in ("Cat", "Owen", "cat@") if word in " ".join(told.errors)]


def test_who_could_not_be_planned_gets_the_mail_once_that_is_mended(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA, CAT)
    cohort.go_live()
    for nation in ("atlantis", "wales"):
        with cohort.store.write() as session:
            cat = session.execute(select(m.Person).where(m.Person.given_name == "Cat"))
            cat.scalar_one().nation = nation
        cohort.tick("2026-09-03 09:00" if nation == "atlantis" else "2026-09-03 09:10")

    assert recipients(mailbox) == ["ada@harbour.example", "cat@valley.example"]


def test_a_letter_to_staff_that_cannot_be_told_stops_no_other_and_goes_later(
    cohort: SmallCohort, mailbox: InMemoryMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    cohort.enrol(ADA)
    cohort.go_live()
    cohort.tick("2026-10-02 09:00")
    mailbox.received.clear()
    with monkeypatch.context() as patched:
        patched.setattr(WeekAhead, "tell", broken)
        told = cohort.tick("2026-10-02 14:00")  # the hour of the fifth ops-week-ahead

    assert [error for error in told.errors if "ops-week-ahead" in error] == told.errors
    assert cohort.outcomes("ops-action-needed") == {"webinar-1/1 to operations": "sent"}
    assert "5 to operations" not in cohort.outcomes("ops-week-ahead")
    cohort.tick("2026-10-02 14:10")
    assert cohort.outcomes("ops-week-ahead")["5 to operations"] == "sent"


def test_what_a_fault_took_back_is_not_counted(
    cohort: SmallCohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    cohort.enrol(ADA)
    cohort.go_live()
    monkeypatch.setattr(WeekAhead, "tell", broken)
    told = cohort.tick("2026-10-02 14:00")  # the earlier ones expire, the last is broken

    assert told.expired == len(cohort.ledger("key", outcome="expired"))


def test_a_cohort_whose_programme_cannot_be_read_stops_no_other(
    cohort: SmallCohort, mailbox: InMemoryMailbox, tmp_path: Path
) -> None:
    cohort.enrol(ADA)
    cohort.go_live()
    own = Path(shutil.copy(find_programme("ats"), tmp_path / "own.yaml"))
    cohorts.launch(
        cohort.office,
        "2026-02",
        starts=STARTS,
        programme=str(own),
        now=at("2026-09-01 10:00"),
        by="Jo",
    )
    own.write_text("programme: [", encoding="utf-8")
    fresh = open_office(Settings.model_construct())  # as the next run of the command has it
    office = replace(fresh, store=cohort.store, relay=lambda: mailbox.address)

    told = engine.tick(office, None, now=at("2026-09-03 09:00"))

    assert recipients(mailbox) == ["ada@harbour.example"]
    assert told.sent == 1
    assert len(told.errors) == 1
    assert told.errors[0].startswith("2026-02: ")
    assert "own.yaml" in told.errors[0]


def test_delivering_is_kept_apart_in_the_same_way(
    cohort: SmallCohort, mailbox: InMemoryMailbox, tmp_path: Path
) -> None:
    own = Path(shutil.copy(find_programme("ats"), tmp_path / "own.yaml"))
    cohorts.launch(
        cohort.office,
        "2026-02",
        starts=STARTS,
        programme=str(own),
        now=at("2026-09-01 10:00"),
        by="Jo",
    )
    cohort.enrol(ADA)
    cohort.go_live()
    cohort.address = type(mailbox.address)("127.0.0.1", 9)
    cohort.tick("2026-09-03 09:00")
    own.unlink()
    fresh = open_office(Settings.model_construct())
    office = replace(fresh, store=cohort.store, relay=lambda: mailbox.address)

    told = engine.deliver(office, None, now=at("2026-09-03 09:10"))

    assert recipients(mailbox) == ["ada@harbour.example"]
    assert [error.partition(":")[0] for error in told.errors] == ["2026-02"]


def test_a_constraint_that_breaks_is_told_in_one_sentence(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA, BEN)
    cohort.go_live()
    with cohort.store.write() as session:  # the database takes no message any more
        session.execute(text("CREATE UNIQUE INDEX only_one ON message (cohort_id)"))

    told = cohort.tick("2026-09-03 09:00")

    (sentence,) = told.errors
    assert sentence.startswith("2026-10: the tick was stopped by an unexpected fault (Integrity")
    assert mailbox.received == []
    with cohort.store.write() as session:
        session.execute(text("DROP INDEX only_one"))
    assert cohort.tick("2026-09-03 09:10").sent == 2
