"""What staff do with a cohort as a whole: launch it, take it live, pause and resume it, look."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from ats import published
from ats.checklist import Check, NotReady, checklist
from ats.errors import Busy, Refused
from ats.office import Office
from ats.planning.facts import CohortFacts, WebinarFact
from ats.planning.workdays import Workdays
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again_at_all
from ats.webinars.listing import document as webinar_document
from config.programme import Programme

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_CODE = 40
_FAR = dt.timedelta(days=3653)  # ten years


def launch(
    office: Office, code: str, *, starts: dt.date, programme: str, now: dt.datetime, by: str
) -> list[str]:
    """Create a cohort in trial, with the webinars of its programme at their dates.

    Returns what is odd about its dates, a sentence each. Raises Refused for a code that is no
    key or is taken and for a start more than ten years away, ProgrammeFault for a faulty file.
    """
    _refuse_code(code)
    _refuse_far(starts, now)
    plan = office.programme_named(programme)
    facts = CohortFacts(id=0, code=code, starts=starts, status="trial")
    webinars = published.webinars(plan, facts, office.workdays(starts))
    with office.store.write() as session:
        _refuse_taken(session, code)
        cohort = m.Cohort(
            code=code, programme=programme, starts=starts, created_at=now, next_due_at=m.EPOCH
        )
        session.add(cohort)
        _written(session, code)
        assert cohort.id is not None
        session.add_all(_webinar(cohort.id, fact, plan, now=now) for fact in webinars)
        after = {"starts": starts.isoformat(), "programme": programme, "status": cohort.status}
        _note(session, cohort, "cohort-launch", now=now, by=by, before=None, after=after)
    return _oddities(starts, webinars, plan, office.workdays(starts)[plan.nation])


def go_live(
    office: Office,
    code: str,
    *,
    missing_settings: Sequence[str],
    now: dt.datetime,
    by: str,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[Check]:
    """Take a cohort from trial to real mail, and return the check-list that allowed it.

    Held mail that is not past its use goes with the next tick. Raises NotReady, with the list,
    while anything in it is red; Refused for a cohort that is not in trial.
    """
    with office.store.read() as session:
        _refuse_unless_trial(gather.cohort_named(session, code))
    checks = checklist(office, code, missing_settings=missing_settings, now=now, progress=progress)
    if any(check.status == "red" for check in checks):
        raise NotReady(code, checks)
    with office.store.write() as session:
        cohort = gather.cohort_named(session, code)
        _refuse_unless_trial(cohort)
        cohort.status, cohort.live_at = "live", now
        look_again_at_all(session, cohort)
        ambers = [check.name for check in checks if check.status == "amber"]
        after = {"status": "live", "amber": ambers}
        _note(session, cohort, "cohort-go-live", now=now, by=by, before="trial", after=after)
    return checks


def pause(office: Office, code: str, *, now: dt.datetime, by: str) -> None:
    """Stop every sending of a cohort. Raises Refused if it is paused already, or closed."""
    with office.store.write() as session:
        cohort = gather.cohort_named(session, code)
        if cohort.status == "paused":
            raise Refused(f"Cohort {code} is paused already; `ats cohort resume {code}` ends it.")
        if cohort.status == "closed":
            raise Refused(f"Cohort {code} is closed and sends nothing any more.")
        before = cohort.status
        cohort.status, cohort.resumes_as = "paused", before
        look_again_at_all(session, cohort)
        _note(session, cohort, "cohort-pause", now=now, by=by, before=before, after="paused")


def resume(office: Office, code: str, *, now: dt.datetime, by: str) -> str:
    """End a pause; what is queued or held goes on. Returns the status it has again.

    Raises Refused for a cohort that is not paused.
    """
    with office.store.write() as session:
        cohort = gather.cohort_named(session, code)
        if cohort.status != "paused" or cohort.resumes_as is None:
            raise Refused(f"Cohort {code} is not paused ({cohort.status}), so nothing resumes.")
        cohort.status, cohort.resumes_as = cohort.resumes_as, None
        look_again_at_all(session, cohort)
        status = cohort.status
        _note(session, cohort, "cohort-resume", now=now, by=by, before="paused", after=status)
    return status


def document(office: Office, code: str) -> dict[str, Any]:
    """Return what `ats cohort show` tells: status, published milestones, webinars."""
    with office.store.read() as session:
        cohort = gather.cohort_named(session, code)
        programme = office.programme_named(cohort.programme)
        timeline = office.timeline(programme, gather.cohort_facts(session, cohort))
        return {
            "code": cohort.code,
            "programme": cohort.programme,
            "starts": cohort.starts.isoformat(),
            "status": cohort.status,
            "participants": len(_enrolled(session, cohort)),
            "milestones": [
                {
                    "key": milestone.key,
                    "title": milestone.title,
                    "due": due.astimezone(timeline.zone).isoformat(),
                }
                for milestone, due in published.milestones(timeline)
            ],
            "webinars": webinar_document(session, cohort, zone=timeline.zone),
        }


def _enrolled(session: Session, cohort: m.Cohort) -> Sequence[int | None]:
    mine = col(m.Enrolment.cohort_id) == cohort.id
    active = col(m.Enrolment.status) == "active"
    return session.execute(select(col(m.Enrolment.id)).where(mine, active)).scalars().all()


# -- refusals and oddities --------------------------------------------------------------------


def _refuse_code(code: str) -> None:
    if not _CODE.fullmatch(code) or len(code) > _LONGEST_CODE:
        raise Refused(
            f'"{code[:60]}" cannot be the code of a cohort; use lower-case letters, digits and '
            f"single hyphens, at most {_LONGEST_CODE}, such as 2026-10."
        )


def _refuse_far(starts: dt.date, now: dt.datetime) -> None:
    if abs(starts - now.date()) > _FAR:
        raise Refused(f"{starts} is more than ten years away; check the day of the start.")


def _refuse_taken(session: Session, code: str) -> None:
    taken = session.execute(select(m.Cohort).where(col(m.Cohort.code) == code)).scalar()
    if taken is not None:
        raise Refused(
            f"There is a cohort {code} already, which starts on {taken.starts}; "
            f"choose another code, or go on with `ats cohort show {code}`."
        )


def _refuse_unless_trial(cohort: m.Cohort) -> None:
    if cohort.status == "paused":
        raise Refused(
            f"Cohort {cohort.code} is paused; run `ats cohort resume {cohort.code}` first."
        )
    if cohort.status != "trial":
        raise Refused(f"Cohort {cohort.code} is {cohort.status} and not in trial; nothing to do.")


def _oddities(
    starts: dt.date, webinars: Sequence[WebinarFact], programme: Programme, days: Workdays
) -> list[str]:
    """Return a sentence for the start and each webinar on a day off in the programme's nation."""
    nation = programme.nation.replace("-", " ").title()
    dates = {"The cohort": starts}
    dates |= {webinar.key: webinar.starts_at.date() for webinar in webinars}
    said = [(name, day, days.reason(day)) for name, day in dates.items()]
    return [
        f"{name} starts on {day:%A} {day.day} {day:%B %Y}, which is a day off in {nation} ({why})."
        for name, day, why in said
        if why
    ]


def _written(session: Session, code: str) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise Busy(f"Somebody else has just launched a cohort {code}.") from error


# -- records ----------------------------------------------------------------------------------


def _webinar(
    cohort_id: int, fact: WebinarFact, programme: Programme, *, now: dt.datetime
) -> m.Webinar:
    return m.Webinar(
        cohort_id=cohort_id,
        key=fact.key,
        kind=programme.webinar(fact.key).kind,
        audience=fact.audience,
        starts_at=fact.starts_at,
        minutes=fact.minutes,
        uid=str(uuid.uuid4()),  # never from date or title: both may change
        revised_at=now,
    )


def _note(
    session: Session,
    cohort: m.Cohort,
    action: str,
    *,
    now: dt.datetime,
    by: str,
    before: object,
    after: object,
) -> None:
    session.add(
        m.Audit(
            at=now,
            by=by,
            action=action,
            cohort_id=cohort.id,
            subject=cohort.code,
            before=before,
            after=after,
        )
    )
