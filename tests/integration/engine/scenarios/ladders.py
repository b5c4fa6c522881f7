"""A ladder as a story: what each rung came to and when, and what came into whose hands."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from typing import Any

from small_cohort import ZONE, SmallCohort, at, read
from sqlalchemy import select
from sqlmodel import col

from ats.cases import decisions
from ats.cases.decisions import Choice
from ats.outbox.mailbox import InMemoryMailbox
from ats.people.changing import Decision
from ats.records import models as m

ADA_AT, GRACE_AT = "ada@harbour.example", "grace@harbour.example"
PXM_AT, OPERATIONS_AT = "pxm@provider.example", "operations@provider.example"
WHO = {ADA_AT: "Ada", GRACE_AT: "Grace", PXM_AT: "PXM", OPERATIONS_AT: "operations"}
DIGESTS = ("ATS cases", "ATS tasks")
CHASING_DAYS = (1, 2, 3)  # Tuesday to Thursday
GAP = dt.timedelta(hours=48)


def rungs(cohort: SmallCohort, ladder: str, ref: str = "P0001", *, about: str = "") -> list[str]:
    """Return what each rung of a participant came to, in the order of time.

    "Thu 7 Jan 09:00 pdp/minus-6/1 to P0001: sent": the moment is when it was sent or decided.
    *about* narrows it to occurrences that begin with it.
    """
    row, enrolment, role = m.LedgerRow, m.Enrolment, m.Role
    query = (
        select(row)
        .join(enrolment, col(enrolment.id) == col(row.enrolment_id))
        .join(role, col(role.id) == col(enrolment.role_id))
        .where(col(role.ref) == ref, col(row.step) == ladder, col(row.occurrence).startswith(about))
    )
    with cohort.store.read() as session:
        found = list(session.execute(query).scalars())
    found.sort(key=lambda one: (_when(one), one.occurrence))
    return [
        f"{_told(_when(one))} {one.occurrence} to {one.recipient}: {_end(one)}" for one in found
    ]


def letters(
    mailbox: InMemoryMailbox, since: str, *to: str, about: str | tuple[str, ...] = ""
) -> list[str]:
    """Return what came to these addresses since a day: "Thu 7 Jan 09:00 Ada: the subject".

    *about* narrows it to subjects that begin with it, or with one of them.
    """
    found = []
    for one in mailbox.received:
        mail = read(one)
        when, subject = mail["Date"].datetime.astimezone(ZONE), str(mail["Subject"])
        if one.recipient in to and when >= at(f"{since} 00:00") and subject.startswith(about):
            found.append((when, f"{_told(when)} {WHO[one.recipient]}: {subject}"))
    return [line for _, line in sorted(found)]


def decide(cohort: SmallCohort, kind: str, choice: Choice, now: str, **who: Any) -> None:
    """Have Pat, the PXM, decide the newest case of a kind."""
    number = max(n for n, (_, found, _) in enumerate(cohort.cases(), 1) if found == kind)
    decision = Decision(at(now), "Pat", who.pop("reason", "workload"), **who)
    decisions.decide(cohort.office, number, choice, decision, preview=False)


def break_a_limit(cohort: SmallCohort) -> list[str]:
    """Return the chasers that went on a wrong day, or within 48 hours of another to the same."""
    row = m.LedgerRow
    query = select(row).where(col(row.class_) == "chaser", col(row.outcome).in_(("sent", "merged")))
    with cohort.store.read() as session:
        sent = [one for one in session.execute(query).scalars() if one.sent_at]
    moments: dict[tuple[str, str], set[dt.datetime]] = defaultdict(set)
    for one in sent:
        moments[one.recipient, one.role].add(_when(one))
    wrong = [_told(_when(one)) for one in sent if _when(one).weekday() not in CHASING_DAYS]
    for several in moments.values():
        ordered = sorted(several)
        pairs = itertools.pairwise(ordered)
        wrong += [_told(later) for former, later in pairs if later - former < GAP]
    return wrong


def _when(row: m.LedgerRow) -> dt.datetime:
    return (row.sent_at or row.decided_at or row.due_at).astimezone(ZONE)


def _told(moment: dt.datetime) -> str:
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}"


def _end(row: m.LedgerRow) -> str:
    return f"{row.outcome} ({row.reason})" if row.reason else row.outcome
