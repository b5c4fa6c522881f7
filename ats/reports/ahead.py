"""The page of what goes to a cohort in the next 14 days, by day and step. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ats.reports.figures import CohortFigures
from ats.reports.markdown import plain
from ats.reports.timeline import coming_table, counted, dates_table, spoken


def ahead_page(cohort: CohortFigures) -> str:
    """Return the page: the e-mails expected by day and step, and the dates ahead."""
    return "\n\n".join(_parts(cohort)) + "\n"


def ahead_headline(cohort: CohortFigures) -> str:
    """Return the page in one line."""
    return f"Cohort {cohort.code}, the next 14 days: {_expected(cohort)}"


def _parts(cohort: CohortFigures) -> Iterator[str]:
    yield f"# The next 14 days of {plain(cohort.code)}"
    yield f"As of {spoken(cohort.now.date())}, {cohort.now:%H:%M}: {_expected(cohort)}."
    yield coming_table(cohort) or "There is nothing: no e-mail is expected."
    yield "## Dates in the next four weeks"
    yield dates_table(cohort) or "There is nothing: no webinar and no deadline."


def _expected(cohort: CohortFigures) -> str:
    goes = sum(one.count for one in cohort.coming if not one.waits)
    waits = sum(one.count for one in cohort.coming if one.waits)
    more = f", {waits} more once somebody acts" if waits else ""
    return f"{counted(goes, 'e-mail')}{more}"
