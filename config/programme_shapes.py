"""Check that the fields of a step, rung, ladder, milestone or webinar fit each other."""

from __future__ import annotations

from collections.abc import Iterator

from config.faults import Finding, Place
from config.programme import Ladder, Milestone, Rung, Step, WebinarPlan
from config.programme_draft import Draft, PlacedMoment
from config.vocabulary import STAFF, WEBINAR_NEWS

_ABOUT_WEBINARS = ("join-link-missing", "recording-missing", "told-otherwise")

_FROM_EACH = {"milestone": ("milestone",), "webinar": ("webinar", *WEBINAR_NEWS)}
_EACH_OF = {anchor: each for each, anchors in _FROM_EACH.items() for anchor in anchors}


def shape_findings(draft: Draft) -> Iterator[Finding]:
    """Yield a finding for each part whose fields do not go together."""
    for place, step in draft.steps.items():
        yield from _step(place, step)
    for place, rung in draft.rungs.items():
        yield from _rung(place, rung, draft.ladder_of(place))
    for place, ladder in draft.ladders.items():
        yield from _ladder(place, ladder)
    ends = max((m.due.week or 0 for m in draft.milestones.values()), default=0)
    for place, milestone in draft.milestones.items():
        yield from _milestone(place, milestone, ends)
    for place, webinar in draft.webinars.items():
        yield from _webinar(place, webinar)
    for placed in draft.moments():
        yield from _moment(placed)
    yield from _conditions(draft)


def _step(place: Place, step: Step) -> Iterator[Finding]:
    if step.for_each and step.at and _EACH_OF.get(step.at.from_ or "") != step.for_each:
        text = f"for-each: {step.for_each} needs a moment from: {step.for_each}"
        yield Finding((*place, "at"), f"{text}; count from it, or drop for-each")
    if step.at_for and (step.for_each or step.every):
        given = "for-each" if step.for_each else "every"
        yield Finding((*place, "at-for"), f"at-for does not go with {given}; drop one of them")
    if step.every and step.to not in STAFF:
        text = f"every is for operations and the pxm; give a {step.to} a moment (at)"
        yield Finding((*place, "every"), text)
    yield from _webinar_step(place, step)


def _webinar_step(place: Place, step: Step) -> Iterator[Finding]:
    if step.for_each == "webinar":
        if step.audience is None:
            text = "for-each: webinar needs an audience; add audience: participants or mentors"
            yield Finding((*place, "for-each"), text)
        yield from _webinar_moment(place, step)
        return
    fields = {
        "audience": step.audience is not None,
        "needs-join-link": step.needs_join_link,
        "repeat-after-move": step.repeat_after_move,
    }
    for name, given in fields.items():
        if given:
            text = f"{name} is for steps about webinars; add for-each: webinar, or drop it"
            yield Finding((*place, name), text)


def _webinar_moment(place: Place, step: Step) -> Iterator[Finding]:
    at = step.at
    if at is None or at.from_ not in WEBINAR_NEWS:
        return
    if step.to in STAFF:
        text = f"what counts from {at.from_} is for participants and mentors; change to"
        yield Finding((*place, "to"), text)
    if at.has_offset or at.time or at.not_before or at.not_after:
        text = f"what counts from {at.from_} goes when it happens; give the anchor alone"
        yield Finding((*place, "at"), text)
    if at.from_ == "invitations-chosen" and not step.alone:
        text = "an e-mail holds one invitation; add alone: true"
        yield Finding((*place, "alone"), text)
    if step.repeat_after_move:
        text = "repeat-after-move is for reminders before a webinar; drop it"
        yield Finding((*place, "repeat-after-move"), text)


def _rung(place: Place, rung: Rung, ladder: Ladder | None) -> Iterator[Finding]:
    if rung.open_case and rung.to not in STAFF:
        text = f"a case is for operations or the pxm, not for a {rung.to}; change to, or send"
        yield Finding((*place, "open-case"), text)
    if rung.at and ladder and ladder.for_each:
        text = f"the rungs of a ladder for each {ladder.for_each} are counted from it"
        yield Finding((*place, "at"), f"{text}; give workdays instead of at")


def _ladder(place: Place, ladder: Ladder) -> Iterator[Finding]:
    if ladder.for_each and ladder.from_:
        text = "the rungs are counted from one thing; drop either from or for-each"
        yield Finding((*place, "from"), text)
    if not ladder.for_each and not ladder.from_:
        text = "nothing says from what the rungs are counted; add from or for-each"
        yield Finding(place, text)
    each = _EACH_OF.get(ladder.from_ or "")
    if each is not None:
        text = f"a ladder cannot be counted from every {each}"
        remedy = "write for-each: milestone" if each == "milestone" else "name one"
        yield Finding((*place, "from"), f"{text}; {remedy}")


def _milestone(place: Place, milestone: Milestone, ends: int) -> Iterator[Finding]:
    """Yield what is wrong with a late joiner's own date. `ends`: the programme's last week."""
    own = milestone.after_joining
    if own is None:
        return
    where, number = (*place, "after-joining"), own.weeks or own.days
    if own.from_ != "joined" or not number:
        text = "a late joiner's own date counts from joining; write {from: joined, weeks: …}"
        yield Finding(where, text)
        return
    unit, most = ("weeks", ends) if own.weeks else ("days", 7 * ends)
    if number < 0:
        yield Finding((*where, unit), f"{number} is too small; give at least 1")
    elif ends and number > most:
        text = f"{number} is too large, for the programme ends in week {ends}; give at most {most}"
        yield Finding((*where, unit), text)


def _webinar(place: Place, webinar: WebinarPlan) -> Iterator[Finding]:
    if webinar.at.time is None:
        text = 'a webinar needs its hour; add one, such as time: "16:30"'
        yield Finding((*place, "at"), text)
    if webinar.kind == "milestone" and webinar.milestone is None:
        text = "a webinar of kind milestone names its milestone; add milestone: and its key"
        yield Finding(place, text)
    if webinar.kind == "mentor" and webinar.audience != "mentors":
        text = "a webinar of kind mentor is for mentors; write audience: mentors"
        yield Finding((*place, "kind"), text)


def _moment(placed: PlacedMoment) -> Iterator[Finding]:
    place, moment, of = placed
    needed = _EACH_OF.get(moment.from_ or "")
    if needed is not None and isinstance(of, Step | Rung):
        each = of.for_each if isinstance(of, Step) else None
        if each != needed:
            text = f"from: {moment.from_} needs for-each: {needed}"
            remedy = "add it to the step" if isinstance(of, Step) else "a rung cannot have it"
            yield Finding((*place, "from"), f"{text}; {remedy}")
    if moment.sections is not None and moment.from_ != "sections-complete":
        text = "sections go with from: sections-complete; count from that, or drop them"
        yield Finding((*place, "sections"), text)


def _conditions(draft: Draft) -> Iterator[Finding]:
    """Yield a finding for each condition that has nothing to look at where it stands."""
    for place, condition, of in draft.conditions():
        name, step = condition.name, of if isinstance(of, Step) else None
        ladder = draft.ladder_of(place) if place[0] == "ladders" else None
        each = step.for_each if step else ladder.for_each if ladder else None
        if name == "milestone-complete" and condition.value is None and each != "milestone":
            text = "milestone-complete does not say of which; write {milestone-complete: <key>}"
            yield Finding(place, text)
        elif name == "anything-to-tell" and not (step and step.every):
            yield Finding(place, f"{name} is for recurring staff mail; give the step every")
        elif name in _ABOUT_WEBINARS and each != "webinar":
            yield Finding(place, f"{name} is for steps about webinars; add for-each: webinar")
