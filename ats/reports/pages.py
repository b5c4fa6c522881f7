"""The pages of the dashboard, as the values that are published."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlmodel import Session

from ats.cases.by_age import cases_by_age
from ats.cases.caseload import caseload as load_caseload
from ats.cases.mentorships import mentorships
from ats.office import Office
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.records import models as m
from ats.reports.ahead import ahead_headline, ahead_page
from ats.reports.caseload import caseload_headline, caseload_page
from ats.reports.cases_by_age import cases_headline, cases_page
from ats.reports.counting import figures
from ats.reports.deliveries import deliveries, deliveries_headline, deliveries_page
from ats.reports.mentors import mentors_headline, mentors_page
from ats.reports.milestone import milestone_figures, milestone_page
from ats.reports.timeline import artifact_key, headline, timeline_page


def timeline(office: Office, code: str, *, now: dt.datetime) -> dict[str, Any]:
    """Return the page about a cohort: `key`, `description`, `markdown`. Raises NotFound."""
    with office.store.read() as session:
        cohort, plan = _plan(office, session, code)
        told = figures(session, cohort, plan, now=now)
    return _page(artifact_key("timeline", code), headline(told), timeline_page(told))


def milestone(office: Office, code: str, key: str, *, now: dt.datetime) -> dict[str, Any]:
    """Return the page about a milestone of a cohort. Raises NotFound for either."""
    key = key.strip()  # as it was pasted into a form
    with office.store.read() as session:
        cohort, plan = _plan(office, session, code)
        markdown = milestone_page(milestone_figures(session, cohort, plan, key))
    described = f"Cohort {code}: who has met the milestone {key}"
    return _page(artifact_key("milestone", code, key), described, markdown)


def caseload(office: Office, code: str, *, now: dt.datetime) -> dict[str, Any]:
    """Return the page about who stands how, and why. Raises NotFound."""
    found = load_caseload(office, code, now=now)
    return _page(artifact_key("caseload", code), caseload_headline(found), caseload_page(found))


def mentors(office: Office, code: str, *, now: dt.datetime) -> dict[str, Any]:
    """Return the page about who has a mentor, and who waits for whom. Raises NotFound."""
    found = mentorships(office, code, now=now)
    return _page(artifact_key("mentors", code), mentors_headline(found), mentors_page(found))


def cases(office: Office, code: str, *, now: dt.datetime) -> dict[str, Any]:
    """Return the page about the cases, the oldest first. Raises NotFound."""
    found = cases_by_age(office, code, now=now)
    return _page(artifact_key("cases", code), cases_headline(found), cases_page(found))


def delivered(office: Office, code: str, *, now: dt.datetime) -> dict[str, Any]:
    """Return the page about what became of e-mails lately. Raises NotFound."""
    with office.store.read() as session:
        cohort, plan = _plan(office, session, code)
        told = deliveries(session, cohort, plan, now=now)
    key = artifact_key("deliveries", code)
    return _page(key, deliveries_headline(told), deliveries_page(told))


def ahead(office: Office, code: str, *, now: dt.datetime) -> dict[str, Any]:
    """Return the page about what goes next. Raises NotFound."""
    with office.store.read() as session:
        cohort, plan = _plan(office, session, code)
        told = figures(session, cohort, plan, now=now)
    return _page(artifact_key("next-14-days", code), ahead_headline(told), ahead_page(told))


def _page(key: str, description: str, markdown: str) -> dict[str, Any]:
    return {"key": key, "description": description, "markdown": markdown, "errors": []}


def _plan(office: Office, session: Session, code: str) -> tuple[m.Cohort, Timeline]:
    cohort = gather.cohort_named(session, code)
    programme = office.programme_named(cohort.programme)
    return cohort, office.timeline(programme, gather.cohort_facts(session, cohort))
