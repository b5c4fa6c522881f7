"""The page of a cohort's caseload, worst first. Refs only: the dashboard has no names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ats.cases.caseload import ORDER, Caseload, CaseloadRow
from ats.reports.markdown import plain, table
from ats.reports.timeline import TO, counted, spoken

#: What is long stands last: the dashboard shows wide tables from the left.
HEADERS = ("Who", "State", "Since", "Case", "Owner", "Why", "Next e-mail")
MEANING = {
    "red": "look at these first",
    "amber": "behind; their reminders are on the way",
    "unknown": "the newest export is too old to say",
    "paused": "on a break that was agreed",
    "green": "nothing to do",
}


def caseload_page(caseload: Caseload) -> str:
    """Return the page: how many are in each state, and everybody who is not green."""
    return "\n\n".join(_parts(caseload)) + "\n"


def caseload_headline(caseload: Caseload) -> str:
    """Return the page in one line."""
    told = ", ".join(f"{caseload.count(state)} {state}" for state in ORDER if caseload.count(state))
    return f"Cohort {caseload.cohort}, caseload: {told or 'nobody is enrolled'}"


def _parts(caseload: Caseload) -> Iterator[str]:
    yield f"# Caseload {plain(caseload.cohort)}"
    yield f"{_known_by(caseload)} PXM: {plain(caseload.pxm or 'the one of the settings')}."
    rows = [
        (state, caseload.count(state), MEANING[state]) for state in ORDER if caseload.count(state)
    ]
    yield table(("State", "People", ""), rows) if rows else "Nobody is enrolled."
    shown = [one for one in caseload.people if one.standing.state != "green"]
    if shown:
        yield "## Whom to look at"
        yield table(HEADERS, [_row(one) for one in shown])
        yield (
            "The whole story of one: `ats why REF`. A case: `ats case show NUMBER`. "
            "As a workbook: `ats export caseload`."
        )
    green = caseload.count("green")
    if green:
        yield f"{counted(green, 'participant')} with nothing to look at left out."


def _known_by(caseload: Caseload) -> str:
    """Return by which export portfolios are known."""
    export = caseload.export
    if export is None:
        return "No export of portfolios has been imported yet."
    return (
        f"Portfolios as they stood on {spoken(export.as_of)} "
        f"(import {export.number}, {export.digest[:8]})."
    )


def _row(one: CaseloadRow) -> tuple[object, ...]:
    standing = one.standing
    when = f" on {_short(one.next_on)}" if one.next_on else ""
    return (
        one.ref,
        standing.state,
        _short(standing.since) if standing.since else "",
        ", ".join(map(str, one.cases)),
        " and ".join(TO.get(owner, owner) for owner in one.owners),
        "; ".join(one.why) or MEANING[standing.state],
        f"{one.next_step}{when}",
    )


def _short(day: dt.date) -> str:
    return f"{day.day} {day:%b %Y}"
