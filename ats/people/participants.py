"""What staff change in a participant's year: more time, a break, a deferral, a withdrawal.

Each is looked at first if staff wish (`preview`), is refused where it makes no sense, and lets
the next tick tell those whom it concerns. Nothing already sent is repeated.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from ats.errors import Refused
from ats.office import Office
from ats.people.changing import Action, Change, Changed, Decision, changed
from ats.people.restarts import Into, begin_again
from ats.planning.facts import Participant
from ats.planning.stall import is_met
from ats.planning.workdays import local_moment
from ats.records import models as m
from config.programme import Milestone

#: A longer one is a deferral.
LONGEST_BREAK = dt.timedelta(weeks=52)
#: Cases that more time settles.
ABOUT_LATENESS = ("call-participant", "stalled-portfolio", "not-submitted")


def extend(
    office: Office, ref: str, milestone: str, to: dt.date, decision: Decision, *, preview: bool
) -> Changed:
    """Move one deadline to a later day. Raises NotFound, and as `extending`."""
    action = extending(milestone, to)
    return changed(office, ref, "extend", action, decision, preview=preview)


def extending(milestone: str, to: dt.date) -> Action:
    """Return what moves one deadline, at its own hour, on the next working day if it is none.

    It raises Refused for an unknown milestone or one of the mentor's, and for a day that has
    passed, is no later than the programme's own, or lies past the last possible one.
    """

    def action(change: Change) -> None:
        of = _milestone(change, milestone)
        timeline, person = change.outlook.timeline, change.outlook.person
        day = timeline.workdays[person.nation].roll_forward(to)
        if day != to:
            change.remarks.append(f"{_day(to)} is no working day there, so it is {_day(day)}")
        due = local_moment(day, of.due.time or dt.time(17), timeline.zone)
        _refuse_met(change, of)
        _refuse_due(change, of, due)
        for older in change.overlays("extension"):
            if older.milestone == of.key:
                change.revoke(older)
        before = change.outlook.deadlines()[of.key]
        change.add("extension", milestone=of.key, due_at=due)
        change.close_cases(ABOUT_LATENESS, f"extended to {_day(day)}", about=of.key)
        change.audit("extend", _moment(before), {"milestone": of.key, "due_at": _moment(due)})

    return action


def pause(
    office: Office,
    ref: str,
    from_on: dt.date | None,
    until_on: dt.date | None,
    decision: Decision,
    *,
    preview: bool,
) -> Changed:
    """Begin a break, today if not told; `until_on` is the day of return (None: not known yet).

    Raises NotFound, and Refused for a break within another, one that ends before it begins, and
    one that lies in the past.
    """

    def action(change: Change) -> None:
        timeline = change.outlook.timeline
        first = from_on or timeline.local_date(decision.now)
        _refuse_span(change, first, until_on)
        if until_on is not None and until_on <= first:
            raise Refused(
                f"The break would end on {_day(until_on)}, no later than it begins; give the day "
                "of return as --until."
            )
        if until_on is not None and until_on <= timeline.local_date(decision.now):
            raise Refused(f"{_day(until_on)} has passed; what fell due in a break is past, too.")
        for other in change.overlays("pause"):
            begins = other.from_on
            if begins is not None and _overlap((begins, other.until_on), (first, until_on)):
                ends = f"until {_day(other.until_on)}" if other.until_on else "without an end"
                raise Refused(
                    f"{change.whose.ref} is on a break from {_day(begins)} {ends} already; end "
                    f"that one first with `ats participant resume {change.whose.ref}`."
                )
        change.add("pause", from_on=first, until_on=until_on)
        after = {"from": first.isoformat(), "until": until_on and until_on.isoformat()}
        change.audit("pause", None, after)

    return changed(office, ref, "pause", action, decision, preview=preview)


def _refuse_span(change: Change, first: dt.date, until_on: dt.date | None) -> None:
    """Raise Refused for a break that does not lie within the year, or takes years."""
    timeline, person = change.outlook.timeline, change.outlook.person
    begins = max(person.joined_on, timeline.cohort.starts)
    if first < begins:
        raise Refused(f"The year begins on {_day(begins)}; give a first day from then on.")
    closing = timeline.submission_due(replace(person, pauses=()))
    if closing is not None and first > timeline.local_date(closing):
        ends = _day(timeline.local_date(closing))
        raise Refused(f"The year ends on {ends}, so no break begins on {_day(first)}.")
    if until_on is not None and until_on - first > LONGEST_BREAK:
        weeks = LONGEST_BREAK.days // 7
        raise Refused(
            f"A break of more than {weeks} weeks is a deferral; give an earlier day of return, or "
            f"use `ats participant defer {change.whose.ref}`."
        )


def resume(
    office: Office, ref: str, back_on: dt.date | None, decision: Decision, *, preview: bool
) -> Changed:
    """End the break that is under way, on this day of return or today; else call off the next.

    One ahead that would have begun by that day ends on it instead.

    Raises NotFound, and Refused without a break, or for a day before it began.
    """

    def action(change: Change) -> None:
        today = change.outlook.timeline.local_date(decision.now)
        on = back_on or today
        breaks = [p for p in change.overlays("pause") if p.until_on is None or p.until_on > today]
        if not breaks:
            raise Refused(f"{change.whose.ref} is on no break, so there is none to end.")
        ending, *later = sorted(breaks, key=_begins)
        begins = _begins(ending)
        if begins <= today and on < begins:
            raise Refused(f"The break began on {_day(begins)}; give a day of return after it.")
        if later and on > _begins(later[0]):
            raise Refused(
                f"Another break begins on {_day(_begins(later[0]))}; give a day of return by then."
            )
        before = ending.until_on and ending.until_on.isoformat()
        change.revoke(ending)
        if begins < on:  # the days that it took stay taken
            change.add("pause", from_on=begins, until_on=on)
        after = on.isoformat() if begins < on else None
        change.audit("resume", {"from": begins.isoformat(), "until": before}, {"until": after})

    return changed(office, ref, "resume", action, decision, preview=preview)


def withdraw(office: Office, ref: str, decision: Decision, *, preview: bool) -> Changed:
    """End an enrolment. Raises NotFound, and as `withdrawing`."""
    return changed(office, ref, "withdraw", withdrawing(), decision, preview=preview)


def withdrawing() -> Action:
    """Return what ends an enrolment: one confirmation, and then silence.

    Coming back is a new application. It raises Refused without an approver who is somebody else.
    """
    return _leaving("withdrawn", "withdrawal")


def defer(
    office: Office, ref: str, decision: Decision, *, into: Into | None = None, preview: bool
) -> Changed:
    """Let somebody continue with a later cohort. Raises NotFound, and as `deferring`."""
    return changed(office, ref, "defer", deferring(office, into), decision, preview=preview)


def deferring(office: Office, into: Into | None) -> Action:
    """Return what lets somebody continue with a later cohort: what is done is kept.

    What waits is cancelled. Without a cohort to go on in they wait for one (`ats.people.waiting`).
    It raises Refused without an approver who is somebody else, and for a cohort in which nobody
    who leaves this one can begin.
    """
    leave = _leaving("deferred", "deferral")

    def action(change: Change) -> None:
        leave(change)
        if into is not None:
            change.session.flush()
            change.next = begin_again(office, change.session, change.whose, into, change.decision)

    return action


def _leaving(status: str, what: str) -> Action:
    def action(change: Change) -> None:
        enrolment, decision = change.whose.enrolment, change.decision
        decision.require_approval(what)
        _refuse_death(change.whose.ref, decision)
        enrolment.status, enrolment.left_at = status, decision.now
        change.session.add(enrolment)
        change.stand_down(status)
        change.session.add(
            m.EnrolmentChange(
                enrolment_id=change.enrolment_id,
                kind=status,
                at=decision.now,
                by=decision.by,
                approved_by=decision.approved_by,
                reason=decision.reason,
            )
        )
        change.close_cases(tuple(_kinds(change)), status)
        change.audit(status, "active", {"approved_by": decision.approved_by})

    return action


def _refuse_death(ref: str, decision: Decision) -> None:
    """Raise Refused where a confirmation would go to somebody who has died."""
    if decision.reason == "death":
        raise Refused(
            "After a death nothing is confirmed to anybody; use "
            f"`ats person silence {ref} --reason death`, which stops everything."
        )


def _kinds(change: Change) -> Iterable[str]:
    return change.outlook.person.cases


def _milestone(change: Change, key: str) -> Milestone:
    """Return the milestone of a key. Raises Refused for an unknown one, and for a mentor's."""
    timeline = change.outlook.timeline
    mine = {k: m for k, m in timeline.milestones_by_key.items() if m.whose == "participant"}
    if key not in mine:
        raise Refused(f'There is no deadline "{key}" to extend; there are {", ".join(mine)}.')
    return mine[key]


def _refuse_met(change: Change, milestone: Milestone) -> None:
    """Raise Refused for a milestone that needs no more time."""
    person = change.outlook.person
    sections = milestone.complete or milestone.started
    met = is_met(person, milestone.complete, milestone.started) if sections else None
    if met or (milestone.mentor == "named" and person.mentorship is not None):
        raise Refused(f"“{milestone.title}” is done already, so it needs no more time.")


def _refuse_due(change: Change, milestone: Milestone, due: dt.datetime) -> None:
    """Raise Refused for a due moment that an extension cannot give."""
    timeline, person = change.outlook.timeline, change.outlook.person
    if due <= change.decision.now:
        raise Refused(f"{_day(due.date())} has passed; an extension gives a day that is ahead.")
    without = _without_extension(person, milestone.key)
    own = timeline.due(milestone.key, without)
    if own is not None and due <= own:
        raise Refused(
            f"“{milestone.title}” is due on {_day(timeline.local_date(own))} without an "
            "extension; give a later day."
        )
    if timeline.due(milestone.key, person) == due:
        raise Refused(f"“{milestone.title}” is due on {_day(due.date())} already.")
    last = _last_day(change, milestone)
    if last is not None and timeline.local_date(due) > last:
        raise Refused(f"“{milestone.title}” cannot be later than {_day(last)}; give a day by then.")


def _last_day(change: Change, milestone: Milestone) -> dt.date | None:
    """Return the last day to which a deadline may be moved: submission, or its review's end."""
    timeline, person = change.outlook.timeline, change.outlook.person
    closing = timeline.submission_due(person)
    if closing is None:
        return None
    if timeline.programme.submission not in milestone.complete:
        return timeline.local_date(closing)
    own = timeline.submission_due(_without_extension(person, milestone.key))
    weeks = timeline.programme.send_policy.latest_extension_weeks
    return timeline.local_date(own or closing) + dt.timedelta(weeks=weeks)


def _without_extension(person: Participant, milestone: str) -> Participant:
    others = {key: due for key, due in person.extensions.items() if key != milestone}
    return replace(person, extensions=others)


def _begins(overlay: m.Overlay) -> dt.date:
    assert overlay.from_on is not None
    return overlay.from_on


def _overlap(one: tuple[dt.date, dt.date | None], other: tuple[dt.date, dt.date | None]) -> bool:
    (first, second) = sorted((one, other), key=lambda span: span[0])
    return first[1] is None or second[0] < first[1]


def _day(day: dt.date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _moment(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
