"""Choosing which e-mails come: recorded in one transaction, on both databases."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from small_cohort import ADA, BEN, GRACE, SmallCohort, at
from sqlalchemy import select

from ats.errors import NotFound
from ats.people.preferences import BY, Preferences, choose, preferences
from ats.records import models as m
from ats.records.models import EPOCH

NOW = at("2026-10-08 12:00")
STARTS = "2026-10-07 09:00"


def standing(cohort: SmallCohort, ref: str) -> Preferences:
    with cohort.store.read() as session:
        return preferences(session, ref, programme_named=cohort.office.programme_named)


def chosen(cohort: SmallCohort, ref: str, **wanted: bool) -> Preferences:
    with cohort.store.write() as session:
        return choose(
            session,
            ref,
            wanted,
            programme_named=cohort.office.programme_named,
            action="preferences",
            now=NOW,
        )


def recorded(cohort: SmallCohort, table: Any) -> list[Any]:
    with cohort.store.read() as session:
        return list(session.execute(select(table).order_by(table.id)).scalars())


def changed(cohort: SmallCohort) -> list[tuple[Any, ...]]:
    """Return what the audit trail says of choices."""
    return [
        (one.at, one.by, one.subject, one.before, one.after)
        for one in recorded(cohort, m.Audit)
        if one.action == "preferences"
    ]


@pytest.mark.parametrize(("ref", "role"), [("P0001", "participant"), ("M0001", "mentor")])
def test_at_first_everything_comes(cohort: SmallCohort, ref: str, role: Any) -> None:
    assert standing(cohort, ref) == Preferences(
        ref=ref,
        role=role,
        programmes=("Advanced Teacher Status",),
        optional=("webinar", "tip"),
        always=("essential", "chaser", "urgent"),
        off=frozenset(),
    )


def test_a_choice_is_kept_with_its_moment_and_stands_in_the_audit_trail(
    cohort: SmallCohort,
) -> None:
    after = chosen(cohort, "P0001", tip=False)

    assert after.off == standing(cohort, "P0001").off == {"tip"}
    assert [(row.class_, row.since) for row in recorded(cohort, m.OptOut)] == [("tip", NOW)]
    assert changed(cohort) == [(NOW, BY, "P0001", {"off": []}, {"off": ["tip"]})]


def test_it_can_be_taken_back(cohort: SmallCohort) -> None:
    chosen(cohort, "M0001", tip=False, webinar=False)

    after = chosen(cohort, "M0001", tip=True)

    assert after.off == {"webinar"}
    assert [row.class_ for row in recorded(cohort, m.OptOut)] == ["webinar"]
    assert changed(cohort)[-1][3:] == ({"off": ["tip", "webinar"]}, {"off": ["webinar"]})


def test_what_is_so_already_is_no_change(cohort: SmallCohort) -> None:
    chosen(cohort, "P0001", tip=False)
    cohort.tick(STARTS)
    before = cohort.due_again()

    chosen(cohort, "P0001", tip=False, webinar=True)

    assert len(changed(cohort)) == 1
    assert cohort.due_again() == before


def test_only_what_the_send_policy_allows_can_be_switched_off(cohort: SmallCohort) -> None:
    after = chosen(cohort, "P0001", essential=False, chaser=False, urgent=False, nonsense=False)

    assert (after.off, changed(cohort), recorded(cohort, m.OptOut)) == (frozenset(), [], [])


def test_a_participants_own_enrolment_and_the_staff_mail_are_looked_at_again(
    cohort: SmallCohort,
) -> None:
    cohort.tick(STARTS)
    before = cohort.due_again()

    chosen(cohort, "P0001", tip=False)

    assert cohort.due_again() == {**before, "P0001": EPOCH, "staff": EPOCH}


def test_a_mentors_choice_has_all_mentees_looked_at_again(cohort: SmallCohort) -> None:
    cohort.enrol(ADA + GRACE, BEN + GRACE)
    cohort.tick(STARTS)

    chosen(cohort, "M0001", webinar=False)

    assert set(cohort.due_again().values()) == {EPOCH}


def test_nobody_of_that_name_is_not_found(cohort: SmallCohort) -> None:
    with pytest.raises(NotFound):
        standing(cohort, "P9999")
    with pytest.raises(NotFound):
        chosen(cohort, "P9999", tip=False)


def test_two_clicks_at_the_same_instant_are_one_choice(cohort: SmallCohort) -> None:
    start = threading.Barrier(4)
    said: list[frozenset[str]] = []

    def click() -> None:
        start.wait(20)
        said.append(frozenset(chosen(cohort, "P0001", tip=False, webinar=False).off))

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join(60)

    assert said == [{"tip", "webinar"}] * 4
    assert len(changed(cohort)) == 1
    assert len(recorded(cohort, m.OptOut)) == 2


def test_a_fault_in_between_leaves_nothing_behind(cohort: SmallCohort) -> None:
    cohort.tick(STARTS)
    before = cohort.due_again()

    def cut_off() -> None:
        with cohort.store.write() as session:
            choose(
                session,
                "P0001",
                {"tip": False},
                programme_named=cohort.office.programme_named,
                action="preferences",
                now=NOW,
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        cut_off()
    assert (recorded(cohort, m.OptOut), cohort.due_again()) == ([], before)
    assert changed(cohort) == []
