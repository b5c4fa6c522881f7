"""The page of what became of a cohort's e-mails in the last 14 days, by day and step."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from ats.planning.timeline import Timeline
from ats.records import models as m
from ats.reports.counting import SPAN, midnight
from ats.reports.figures import Delivered, Deliveries
from ats.reports.markdown import plain, table
from ats.reports.timeline import TO, counted, each_once, spoken

#: The columns, and the outcomes that each counts.
COLUMNS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("Sent", ("sent",)),
    ("Within another", ("merged",)),
    ("Waiting", m.OPEN),
    ("Undeliverable", ("failed",)),
    ("Not sent", ("skipped", "expired", "superseded", "cancelled")),
)


def deliveries(
    session: Session, cohort: m.Cohort, timeline: Timeline, *, now: dt.datetime
) -> Deliveries:
    """Return what became of e-mails since the beginning of the day 14 days ago.

    An e-mail stands on the day on which it went, or on which it was last decided about. What is
    about somebody and for staff is a case and no e-mail.
    """
    row, since = m.LedgerRow, midnight(timeline, now) - SPAN
    at = func.coalesce(col(row.sent_at), col(row.decided_at))
    columns = (at, col(row.step), col(row.role), col(row.outcome))
    query = (
        select(*columns, func.count())
        .where(
            col(row.cohort_id) == cohort.id,
            col(row.enrolment_id).is_(None) | col(row.role).in_(("participant", "mentor")),
            or_(at >= since, col(row.outcome).in_(m.OPEN)),
        )
        .group_by(*columns)
    )
    found: dict[tuple[dt.date, str, str], Counter[str]] = defaultdict(Counter)
    longer = 0
    for moment, step, role, outcome, count in session.execute(query):
        if moment < since:
            longer += count
        else:
            found[timeline.local_date(moment), step, role][outcome] += count
    days = [Delivered(*key, counts) for key, counts in found.items()]
    days.sort(key=lambda one: (-one.day.toordinal(), one.step, one.to))
    return Deliveries(cohort.code, now.astimezone(timeline.zone), tuple(days), longer)


def deliveries_page(told: Deliveries) -> str:
    """Return the page: the sums, then day by day."""
    return "\n\n".join(_parts(told)) + "\n"


def deliveries_headline(told: Deliveries) -> str:
    """Return the page in one line."""
    sums = [f"{told.count(*outcomes)} {name.lower()}" for name, outcomes in COLUMNS]
    return f"Cohort {told.code}, e-mails of the last 14 days: {', '.join(sums)}"


def _parts(told: Deliveries) -> Iterator[str]:
    yield f"# Deliveries {plain(told.code)}"
    yield f"The last 14 days, as of {spoken(told.now.date())}, {told.now:%H:%M}."
    if told.days:
        yield table([name for name, _ in COLUMNS], [_sums([one.counts for one in told.days])])
        heads = ("When", "E-mail", "To", *(name for name, _ in COLUMNS))
        rows = [
            (spoken(one.day), one.step, TO.get(one.to, one.to), *_sums([one.counts]))
            for one in told.days
        ]
        yield table(heads, each_once(rows))
        yield (
            "*Within another*: the e-mail told several things. *Not sent*: it was no longer needed "
            "or out of date; `ats why REF` says of each why."
        )
    else:
        yield "There is nothing: no e-mail fell due."
    if told.longer:
        yield f"{counted(told.longer, 'e-mail')} waiting for longer than that; see the timeline."


def _sums(counts: Sequence[Mapping[str, int]]) -> list[int]:
    return [
        sum(one.get(outcome, 0) for one in counts for outcome in outcomes)
        for _, outcomes in COLUMNS
    ]
