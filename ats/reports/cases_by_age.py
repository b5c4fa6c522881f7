"""The page of a cohort's cases, the oldest first. Refs only: the dashboard has no names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ats.cases.by_age import LATELY, CasesByAge, ClosedCase, WaitingCase
from ats.cases.owners import Owner
from ats.reports.markdown import plain, table
from ats.reports.timeline import TO, spoken

#: What is long stands last: the dashboard shows wide tables from the left.
WAITING = ("Case", "Who", "Owner", "Working days", "Due", "State", "What", "Opened")
CLOSED = ("Case", "Who", "Closed", "Decision", "What", "Why")
MOST = 200  # rows of a table that somebody still reads
DAY = dt.timedelta(days=1)


def cases_page(cases: CasesByAge) -> str:
    """Return the page: the cases that wait or rest, and those that closed lately."""
    return "\n\n".join(_parts(cases)) + "\n"


def cases_headline(cases: CasesByAge) -> str:
    """Return the page in one line."""
    told = ", ".join(
        f"{cases.count(state)} {words}"
        for state, words in (("overdue", "past due"), ("open", "open"), ("rests", "at rest"))
        if cases.count(state)
    )
    return f"Cohort {cases.cohort}, cases: {told or 'there is nothing'}"


def _parts(cases: CasesByAge) -> Iterator[str]:
    yield f"# Cases {plain(cases.cohort)}"
    yield f"As of {spoken(cases.now.date())}, {cases.now:%H:%M}. PXM: {_pxm(cases.pxm)}."
    if cases.waiting:
        yield table(WAITING, [_waiting(one) for one in cases.waiting[:MOST]])
        if len(cases.waiting) > MOST:
            yield f"And {len(cases.waiting) - MOST} more, in the workbook (`ats export caseload`)."
        yield "All about one: `ats case show NUMBER`. Decide it: the form `decide-case`."
    else:
        yield "There is nothing: no case is open, and none rests."
    yield "## Closed lately"
    if cases.closed:
        yield table(CLOSED, [_closed(one) for one in cases.closed[:MOST]])
        if len(cases.closed) > MOST:
            yield f"And {len(cases.closed) - MOST} more."
    else:
        yield f"There is nothing from the last {LATELY} working days."


def _pxm(owner: Owner | None) -> str:
    """Return who answers for the PXM's cases today, and until when as a cover."""
    if owner is None:
        return "the one of the settings"
    if owner.until_on is None:
        return plain(owner.name)
    return f"{plain(owner.name)}, who covers until {spoken(owner.until_on - DAY)}"


def _waiting(one: WaitingCase) -> tuple[object, ...]:
    return (
        one.number,
        one.ref,
        TO.get(one.owner, one.owner),
        one.age,
        spoken(one.due_on),
        _state(one),
        one.title,
        spoken(one.opened_on),
    )


def _state(one: WaitingCase) -> str:
    if one.rests_until is not None:
        return f"rests until {spoken(one.rests_until)}"
    return "past due" if one.is_overdue else "open"


def _closed(one: ClosedCase) -> tuple[object, ...]:
    decision = f"{one.decision}, by {one.decided_by}" if one.decision else ""
    return one.number, one.ref, spoken(one.closed_on), decision, one.title, one.why
