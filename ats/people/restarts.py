"""Beginning again after a deferral: the next enrolment, and what travels into it.

The enrolment that ended stays as it is; history is only added to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from ats.errors import Busy, Refused
from ats.intake.staff import MEND
from ats.office import Office
from ats.people.carrying import (
    ask_again,
    carry_adjustments,
    carry_sections,
    former_mentor,
    sections_of,
)
from ats.people.changing import Changed, Decision, outlook, transacted
from ats.people.effects import begun
from ats.people.enrolled import Enrolled, enrolments
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again_about


@dataclass(frozen=True, slots=True)
class Into:
    """Where somebody begins again. `joined_on` None: its start, or today once it has started."""

    code: str
    joined_on: dt.date | None = None
    mentor_stays: bool = False


def restart(office: Office, ref: str, into: Into, decision: Decision, *, preview: bool) -> Changed:
    """Enrol somebody who was deferred in a later cohort; what they finished travels.

    Raises NotFound, and Refused for whoever was not deferred or goes on already, for a cohort in
    which they cannot begin, for a day that lies before its start or too far from it, and for a
    mentor who cannot stay.
    """

    def work(session: Session) -> Changed:
        left = _left(session, ref, into.code)
        return begin_again(office, session, left, into, decision)

    return transacted(office, work, preview=preview)


def begin_again(
    office: Office, session: Session, left: Enrolled, into: Into, decision: Decision
) -> Changed:
    """Begin the next enrolment of somebody who has left, in this transaction.

    Raises NotFound and Refused as `restart` does.
    """
    cohort = _cohort(session, left, into.code)
    programme = office.programme_named(cohort.programme)
    mentor = former_mentor(session, left) if into.mentor_stays else None
    enrolment = _enrolment(session, office, left, cohort, into, decision)
    sections = carry_sections(session, left, enrolment, programme, decision)
    carry_adjustments(session, left, enrolment, decision)
    if mentor is not None:
        ask_again(session, enrolment, mentor, decision)
    ref = None if mentor is None else mentor.ref
    _record(session, left, enrolment, cohort, decision, {"sections": sections, "mentor": ref})
    look_again_about(session, [enrolment.role_id])
    session.flush()
    after = outlook(office, session, Enrolled(left.ref, enrolment, cohort), decision.now)
    return Changed(
        action="restart",
        person=left.ref,
        cohort=cohort.code,
        effect=begun(after),
        cases_closed=(),
        remarks=tuple(_remarks(session, after.timeline, left, enrolment, sections, ref)),
        applied=True,
        timeline=after.timeline,
    )


# -- what is refused --------------------------------------------------------------------------


def _left(session: Session, ref: str, code: str) -> Enrolled:
    """Return the deferred enrolment from which somebody begins again. Raises Refused."""
    found = enrolments(session, ref)
    gather.lock(session, [one.enrolment.id for one in found if one.enrolment.id is not None])
    found = enrolments(session, ref)
    for one in found:
        goes_on = one.enrolment.status == "active" and one.cohort.status != "closed"
        if goes_on and one.cohort.code != code:
            raise Refused(
                f"{one.ref} takes part in cohort {one.cohort.code}; to have them begin again in "
                f"{code}, run `ats participant defer {one.ref} --into {code}`."
            )
    ended = next((one for one in found if one.enrolment.status != "active"), None)
    if ended is None:
        raise Refused(f"{ref} was deferred from no cohort, so there is no year to begin again.")
    if ended.enrolment.status == "withdrawn":
        raise Refused(
            f"{ended.ref} withdrew from cohort {ended.cohort.code}; coming back is a new "
            "application, so import the roster that names them."
        )
    already = continues_in(session, ended)
    if already is not None:
        raise Refused(f"{ended.ref} goes on in cohort {already} already; nothing to do.")
    return ended


def continues_in(session: Session, left: Enrolled) -> str | None:
    """Return the code of the cohort in which somebody goes on; None: in none yet."""
    found: str | None = session.execute(
        select(col(m.Cohort.code))
        .join(m.Enrolment, col(m.Enrolment.cohort_id) == col(m.Cohort.id))
        .join(m.EnrolmentChange, col(m.EnrolmentChange.other_id) == col(m.Enrolment.id))
        .where(
            col(m.EnrolmentChange.enrolment_id) == left.enrolment.id,
            col(m.EnrolmentChange.kind) == "restarted",
        )
    ).scalar()
    return found


def later_cohorts(session: Session, cohort: m.Cohort) -> list[str]:
    """Return the cohorts in which somebody who leaves this one can begin, the next one first."""
    c = m.Cohort
    later = select(col(c.code)).where(
        col(c.programme) == cohort.programme,
        col(c.starts) > cohort.starts,
        col(c.status) != "closed",
    )
    return list(session.execute(later.order_by(col(c.starts), col(c.code))).scalars())


def _cohort(session: Session, left: Enrolled, code: str) -> m.Cohort:
    """Return the cohort to begin in. Raises NotFound, and Refused for one that cannot be it."""
    cohort, before = gather.cohort_named(session, code), left.cohort
    later = later_cohorts(session, before)
    if code in later:
        return cohort
    if code == before.code:
        why = f"Cohort {code} is the one that {left.ref} leaves"
    elif cohort.programme != before.programme:
        why = f"Cohort {code} runs {cohort.programme}, cohort {before.code} {before.programme}"
    elif cohort.status == "closed":
        why = f"Cohort {code} is closed"
    else:
        why = (
            f"Cohort {code} starts on {_day(cohort.starts)}, no later than cohort {before.code}, "
            f"which {left.ref} leaves"
        )
    remedy = (
        f"give {' or '.join(later)}" if later else "they wait for one that is yet to be launched"
    )
    raise Refused(f"{why}; {remedy}.")


def _joined_on(timeline: Timeline, into: Into, now: dt.datetime) -> dt.date:
    """Return the day from which they belong to the cohort. Raises Refused."""
    starts = timeline.cohort.starts
    day = into.joined_on or max(starts, timeline.local_date(now))
    weeks = timeline.programme.send_policy.latest_joining_weeks
    if day < starts:
        raise Refused(
            f"Cohort {into.code} starts on {_day(starts)}; give a day from then on as --joined-on."
        )
    if day > starts + dt.timedelta(weeks=weeks):
        raise Refused(
            f"{_day(day)} is more than {weeks} weeks after the start of cohort {into.code} "
            f"({_day(starts)}); choose a later cohort."
        )
    return day


# -- what is written --------------------------------------------------------------------------


def _enrolment(
    session: Session,
    office: Office,
    left: Enrolled,
    cohort: m.Cohort,
    into: Into,
    decision: Decision,
) -> m.Enrolment:
    """Return the next enrolment: a new one, or the one that a roster made before us."""
    facts = gather.cohort_facts(session, cohort)
    timeline = office.timeline(office.programme_named(cohort.programme), facts)
    role_id = left.enrolment.role_id
    mine = (col(m.Enrolment.cohort_id) == cohort.id, col(m.Enrolment.role_id) == role_id)
    known: m.Enrolment | None = session.execute(select(m.Enrolment).where(*mine)).scalar()
    if known is not None and into.joined_on is None:
        return known
    joined_on = _joined_on(timeline, into, decision.now)
    assert cohort.id is not None
    enrolment = known or m.Enrolment(
        cohort_id=cohort.id, role_id=role_id, accepted_at=decision.now, joined_on=joined_on
    )
    enrolment.joined_on = joined_on
    session.add(enrolment)
    mend = (f"{MEND}joined_on", None, joined_on.isoformat())
    _note(session, left, cohort, decision, mend)  # so that a roster sets no other day
    try:
        session.flush()
    except IntegrityError as error:
        raise Busy(
            f"Somebody else has just enrolled {left.ref} in cohort {cohort.code}."
        ) from error
    return enrolment


def _record(
    session: Session,
    left: Enrolled,
    enrolment: m.Enrolment,
    cohort: m.Cohort,
    decision: Decision,
    carried: dict[str, object],
) -> None:
    assert left.enrolment.id is not None
    session.add(
        m.EnrolmentChange(
            enrolment_id=left.enrolment.id,
            kind="restarted",
            at=decision.now,
            by=decision.by,
            approved_by=decision.approved_by,
            reason=decision.reason,
            other_id=enrolment.id,
        )
    )
    after = {"cohort": cohort.code, "joined_on": enrolment.joined_on.isoformat(), **carried}
    _note(session, left, cohort, decision, ("restart", {"cohort": left.cohort.code}, after))


def _note(
    session: Session,
    left: Enrolled,
    cohort: m.Cohort,
    decision: Decision,
    what: tuple[str, object, object],
) -> None:
    action, before, after = what
    session.add(
        m.Audit(
            at=decision.now,
            by=decision.by,
            action=action,
            cohort_id=cohort.id,
            subject=left.ref,
            before=before,
            after=after,
            reason=decision.reason,
            restricted=decision.restricted,
        )
    )


# -- what is said -----------------------------------------------------------------------------


def _remarks(
    session: Session,
    timeline: Timeline,
    left: Enrolled,
    enrolment: m.Enrolment,
    finished: Sequence[str],
    mentor: str | None,
) -> list[str]:
    starts, joined_on = timeline.cohort.starts, enrolment.joined_on
    late = "" if joined_on <= starts else f", after the start on {_day(starts)}: one catch-up"
    said = [f"{left.ref} begins in cohort {timeline.cohort.code} on {_day(joined_on)}{late}"]
    open_ones = sorted(sections_of(session, left.enrolment).keys() - set(finished))
    said.append(f"finished sections that travel: {', '.join(finished) or 'none'}")
    if open_ones:
        said.append(f"what stays behind: {', '.join(open_ones)}")
    said.append(f"{mentor} is asked again" if mentor else "no mentor is carried over")
    return said


def _day(day: dt.date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
