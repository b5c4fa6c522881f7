"""A year and the one after it: what a story of deferral and restart needs."""

from __future__ import annotations

import datetime as dt

from small_cohort import PROGRESS, ROSTER, SmallCohort, at, read

from ats import cohorts, engine
from ats.intake.imports import apply_import
from ats.intake.preflight import Preflight
from ats.intake.progress import preflight_progress
from ats.intake.roster import preflight_roster
from ats.intake.table import read_table
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import participants, restarts
from ats.people.changing import Changed, Decision
from ats.people.enrolled import enrolments
from ats.people.restarts import Into
from ats.records import gather
from ats.records import models as m

NEXT = "2027-10"
BEGINS = dt.date(2027, 10, 4)
#: Ada's portfolio when she leaves: two sections finished, one begun.
PORTFOLIO = (
    "P0001,about-you,complete,2026-10-20",
    "P0001,first-observation,complete,2026-11-17",
    "P0001,pdp,in-progress,2026-11-18",
)


def launch(year: SmallCohort, code: str = NEXT, starts: dt.date = BEGINS, *, now: str) -> None:
    cohorts.launch(year.office, code, starts=starts, programme="ats", now=at(now), by="Jo")


def go_live(year: SmallCohort, code: str = NEXT) -> None:
    """Take a cohort live without its check-list: it has no roster of its own."""
    with year.store.write() as session:
        gather.cohort_named(session, code).status = "live"


def tick(year: SmallCohort, now: str) -> None:
    """Tick both years, so that nothing of either is overlooked."""
    engine.tick(year.office, None, now=at(now))


def tick_daily(year: SmallCohort, first: str, last: str, time: str = "10:00") -> None:
    day, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    while day <= end:
        tick(year, f"{day} {time}")
        day += dt.timedelta(days=1)


def defer(
    year: SmallCohort, now: str, into: Into | None = None, *, preview: bool = False
) -> Changed:
    decision = Decision(at(now), "Jo", "parental-leave", "Sam")
    return participants.defer(year.office, "P0001", decision, into=into, preview=preview)


def restart(
    year: SmallCohort, now: str, into: Into | None = None, *, preview: bool = False
) -> Changed:
    decision = Decision(at(now), "Jo", "own-request")
    return restarts.restart(year.office, "P0001", into or Into(NEXT), decision, preview=preview)


def said(mailbox: InMemoryMailbox, *to: str) -> list[tuple[str, str]]:
    """Return (recipient, subject) of what came, in order, to these or all but staff; forget it."""
    found = [
        (one.recipient.partition("@")[0], str(read(one)["Subject"])) for one in mailbox.received
    ]
    mailbox.received.clear()
    return [one for one in found if (one[0] in to if to else one[0] not in ("operations", "pxm"))]


def texts(mailbox: InMemoryMailbox, to: str) -> list[str]:
    """Return the texts of what came for somebody, in order, and forget everything."""
    messages = [read(one) for one in mailbox.received if one.recipient.startswith(f"{to}@")]
    mailbox.received.clear()
    bodies = (message.get_body(("plain",)) for message in messages)
    return [" ".join(body.get_content().split()) for body in bodies if body is not None]


def rows(year: SmallCohort, code: str, *, about: str = "P0001") -> list[tuple[str, str, str]]:
    """Return (step, occurrence, outcome with its reason) of one enrolment's rows, by due moment."""
    with year.store.read() as session:
        cohort = gather.cohort_named(session, code)
        enrolment = enrolment_in(year, code, about)
        assert cohort.id == enrolment.cohort_id
    found = year.ledger("step", "occurrence", "outcome", "reason", enrolment_id=enrolment.id)
    return [(step, name, f"{how}: {why}" if why else how) for step, name, how, why in found]


def enrolment_in(year: SmallCohort, code: str, ref: str = "P0001") -> m.Enrolment:
    """Return somebody's enrolment in one cohort."""
    with year.store.read() as session:
        return next(e.enrolment for e in enrolments(session, ref) if e.cohort.code == code)


def roster(year: SmallCohort, code: str, *people: str, now: str) -> Preflight:
    """Import a roster of a cohort, and return what its preflight said."""
    table = read_table(year._file(ROSTER, people))
    policy = year.office.programme_named("ats").send_policy
    with year.store.write() as session:
        cohort = gather.cohort_named(session, code)
        found = preflight_roster(session, cohort, table, now=at(now), policy=policy)
        apply_import(session, found, now=at(now), by="Jo", allow_large_change=True)
        return found


def export(year: SmallCohort, code: str, as_of: str, *lines: str) -> Preflight:
    """Return what the preflight of a progress export says; nothing is applied."""
    programme = year.office.programme_named("ats")
    table = read_table(year._file(PROGRESS, [f"{code},{line}" for line in lines]))
    with year.store.read() as session:
        return preflight_progress(
            session,
            gather.cohort_named(session, code),
            table,
            now=at(f"{as_of} 07:30"),
            policy=programme.send_policy,
            as_of=dt.date.fromisoformat(as_of),
            sections={section.key: section.title for section in programme.sections},
        )
