"""Steps and rungs in one shape: tips, reminders, chasers and escalations are the same thing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from config.programme import (
    ClassPolicy,
    Conditions,
    Every,
    Ladder,
    MessageClass,
    Moment,
    Programme,
    Role,
    Rung,
    Step,
)

#: Anchors of steps about a webinar: its start, and what became of it.
WEBINAR = "webinar"
WEBINAR_MOVED = "webinar-moved"
WEBINAR_CANCELLED = "webinar-cancelled"
WEBINAR_RECORDED = "webinar-recorded"
#: The anchor of invitations: somebody wants their webinars in this way.
INVITATIONS_CHOSEN = "invitations-chosen"
#: What happens to people: dates of theirs move, they come back, leave, are left by a mentor.
DATES_CHANGED = "dates-changed"
RETURN = "return"
LEFT = "left"
MENTORING_ENDED = "mentoring-ended"
MENTOR_UNREACHABLE = "mentor-unreachable"
PARTICIPANT_UNREACHABLE = "participant-unreachable"
UNREACHABLE = (MENTOR_UNREACHABLE, PARTICIPANT_UNREACHABLE)
#: From when on a mentor's answer is waited for.
REQUEST_SENT = "request-sent"
#: A mentor said no, resigned or was replaced, whether they knew or not: their mentee needs another.
MENTOR_LOST = "mentor-lost"
#: What counts from the end of a mentorship, and so is planned after it.
AFTER_A_MENTOR = ("mentor-declined", MENTORING_ENDED, MENTOR_LOST)
#: What tells of an end goes after it.
ENDINGS = (LEFT, MENTORING_ENDED)
#: What a break does not stop: what tells of it, or of what is after it.
THROUGH_BREAKS = (DATES_CHANGED, RETURN, *ENDINGS)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What a step, or one rung of a ladder, says. Compared by identity."""

    step: str  # the step's or the ladder's key
    rung: str | None
    class_: MessageClass
    to: Role
    template: str | None
    case: str | None
    at: Moment | None
    at_for: Mapping[str, Moment]
    workdays: int | None  # rungs counted from `anchor`
    anchor: str | None
    every: Every | None
    for_each: Literal["milestone", "webinar"] | None
    audience: str | None
    about_mentor: bool
    unless: Conditions
    only_if: Conditions
    wait_while: Conditions
    late: Literal["skip", "send", "catch-up"]
    useful_workdays: int | None
    useful_milestone: str | None  # of use until this one is due
    fresh_data: bool
    release: bool
    bad_news: bool
    needs_join_link: bool
    repeats: bool  # once more after a move, where the old time was told
    tells_webinars: Literal["all", "next"] | None  # it says when they are
    merges: Literal["day", "step", "never"]
    alone: bool
    capped: bool
    effective_from: dt.date | None
    is_ladder: bool
    stopped_by_case: str | None = None
    by_phone: bool = False  # only where a call instead of chasers was agreed

    @property
    def is_staff_mail(self) -> bool:
        """It goes to an office and is about nobody in particular."""
        return self.to in ("operations", "pxm") and not self.is_ladder

    @property
    def until_accepted(self) -> bool:
        """It stops as soon as the mentor has agreed."""
        return any(condition.name == "mentor-accepted" for condition in self.unless)

    @property
    def until_signed_off(self) -> bool:
        """It stops as soon as the mentor has signed off, and begins anew when that is reopened."""
        return any(condition.name == "mentor-signed-off" for condition in self.unless)


def rules_of(programme: Programme) -> tuple[Rule, ...]:
    """Return the rules of a programme: its steps, then its ladders' rungs, in file order."""
    steps = tuple(_of_step(step, programme) for step in programme.steps)
    return steps + tuple(_of_rungs(programme))


_MENTOR_ANCHORS = (
    "mentor-named",
    REQUEST_SENT,
    "mentor-accepted",
    "mentor-declined",
    MENTORING_ENDED,
    MENTOR_UNREACHABLE,
    MENTOR_LOST,
)


def _of_step(step: Step, programme: Programme) -> Rule:
    policy = programme.send_policy.classes[step.class_]
    useful = step.useless_after or policy.useless_after
    anchor = step.at.from_ if step.at else None
    return Rule(
        step=step.key,
        rung=None,
        class_=step.class_,
        to=step.to,
        template=step.template,
        case=None,
        at=step.at,
        at_for=step.at_for,
        workdays=None,
        anchor=anchor,
        every=step.every,
        for_each=step.for_each,
        audience=step.audience,
        about_mentor=anchor in _MENTOR_ANCHORS,
        unless=step.unless,
        only_if=step.only_if,
        wait_while=step.wait_while,
        late=step.late,
        useful_workdays=useful.workdays if useful else None,
        useful_milestone=useful.milestone if useful else None,
        fresh_data=False,
        release=step.release,
        bad_news=step.bad_news,
        needs_join_link=step.needs_join_link,
        repeats=step.repeat_after_move,
        tells_webinars=step.tells_webinars,
        merges=policy.merges,
        alone=step.alone,
        capped=step.capped,
        effective_from=step.effective_from,
        is_ladder=False,
    )


def _of_rungs(programme: Programme) -> Iterator[Rule]:
    for ladder in programme.ladders:
        for rung in ladder.rungs:
            yield _of_rung(rung, ladder, programme.send_policy.classes)


def _of_rung(rung: Rung, ladder: Ladder, policies: Mapping[MessageClass, ClassPolicy]) -> Rule:
    anchor = rung.at.from_ if rung.at else (ladder.from_ or ladder.for_each)
    fresh = ladder.fresh_data if rung.fresh_data is None else rung.fresh_data
    return Rule(
        step=ladder.key,
        rung=rung.key,
        class_=rung.class_ or ladder.class_,
        to=rung.to,
        template=rung.send,
        case=rung.open_case,
        at=rung.at,
        at_for={},
        workdays=rung.workdays,
        anchor=anchor,
        every=None,
        for_each=ladder.for_each,
        audience=None,
        about_mentor=ladder.subject == "mentor",
        unless=(ladder.until, *rung.unless),
        only_if=rung.only_if,
        wait_while=ladder.wait_while,
        late="skip",
        useful_workdays=None,
        useful_milestone=None,
        fresh_data=fresh,
        release=rung.release,
        bad_news=rung.open_case is not None,
        needs_join_link=False,
        repeats=False,
        tells_webinars=None,
        merges=policies[rung.class_ or ladder.class_].merges,
        alone=False,
        capped=True,
        effective_from=rung.effective_from,
        is_ladder=True,
        stopped_by_case=ladder.stopped_by_case,
        by_phone=rung.by_phone,
    )
