"""Check that everything a programme file refers to is there: keys, anchors, cases, templates."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from config.faults import Finding, Place, did_you_mean
from config.programme import ANCHORS, CONDITIONS, NATIONS, Milestone, WebinarPlan
from config.programme_draft import Draft, PlacedCondition


def reference_findings(draft: Draft, templates: frozenset[str] | None) -> Iterator[Finding]:
    """Yield a finding for each reference that leads nowhere; templates only if they are given."""
    yield from _sections(draft)
    yield from _milestones_and_ladders(draft)
    yield from _anchors(draft)
    yield from _conditions(draft)
    yield from _cases(draft)
    yield from _nations(draft)
    if templates is not None:
        yield from _templates(draft, templates)


def _missing(place: Place, what: str, key: object, known: Collection[str]) -> Iterator[Finding]:
    if key is not None and key not in known:
        text = f'there is no {what} "{key}"; {did_you_mean(key, known)}'
        yield Finding(place, text.replace("there are none", "add it, or drop this"))


def _sections(draft: Draft) -> Iterator[Finding]:
    sections = draft.keys("sections")
    submission = draft.raw.get("submission")
    yield from _missing(("submission",), "section", submission, sections)
    for place, milestone in draft.milestones.items():
        for name, keys in (("complete", milestone.complete), ("started", milestone.started)):
            for i, key in enumerate(keys):
                yield from _missing((*place, name, i), "section", key, sections)
    for place, moment, _ in draft.moments():
        for i, key in enumerate(moment.sections or ()):
            yield from _missing((*place, "sections", i), "section", key, sections)


def _milestones_and_ladders(draft: Draft) -> Iterator[Finding]:
    milestones, ladders = draft.keys("milestones"), draft.keys("ladders")
    for place, webinar in draft.webinars.items():
        yield from _missing((*place, "milestone"), "milestone", webinar.milestone, milestones)
    for place, milestone in draft.milestones.items():
        yield from _missing((*place, "ladder"), "ladder", milestone.ladder, ladders)
    for place, step in draft.steps.items():
        if step.useless_after is not None:
            where, key = (*place, "useless-after", "milestone"), step.useless_after.milestone
            yield from _missing(where, "milestone", key, milestones)


def _anchors(draft: Draft) -> Iterator[Finding]:
    events = {*draft.keys("milestones"), *draft.keys("webinars")}
    for place, moment, of in draft.moments():
        known = {
            WebinarPlan: {"start"},  # the same for everybody
            Milestone: {"start", "accepted", "joined", *events},
        }.get(type(of), {*ANCHORS, *events})
        yield from _anchor((*place, "from"), moment.from_, known)
    for place, ladder in draft.ladders.items():
        yield from _anchor((*place, "from"), ladder.from_, {*ANCHORS, *events})


def _anchor(place: Place, anchor: str | None, known: set[str]) -> Iterator[Finding]:
    if anchor in ANCHORS and anchor not in known:
        text = f'nothing here can count from "{anchor}"; {did_you_mean("", known)}'
        yield Finding(place, text)
    else:
        yield from _missing(place, "anchor", anchor, known)


def _conditions(draft: Draft) -> Iterator[Finding]:
    known = {
        "section": draft.keys("sections"),
        "milestone": draft.keys("milestones"),
        "case": draft.cases(),
        "step": [*draft.keys("steps"), *draft.keys("ladders")],
    }
    for placed in draft.conditions():
        kind = (CONDITIONS[placed.condition.name] or "").rstrip("?")
        if kind in known:
            noun = "kind of case" if kind == "case" else kind
            yield from _missing(_argument(placed), noun, placed.condition.value, known[kind])


def _argument(placed: PlacedCondition) -> Place:
    return (
        placed.place if placed.condition.value is None else (*placed.place, placed.condition.name)
    )


def _cases(draft: Draft) -> Iterator[Finding]:
    cases = draft.cases()
    for place, rung in draft.rungs.items():
        yield from _missing((*place, "open-case"), "kind of case", rung.open_case, cases)
    for place, ladder in draft.ladders.items():
        case = ladder.stopped_by_case
        yield from _missing((*place, "stopped-by-case"), "kind of case", case, cases)
    closing = draft.raw.get("case-closes-when")
    for kind in closing if isinstance(closing, dict) else ():
        yield from _missing(("case-closes-when", kind), "kind of case", kind, cases)


def _nations(draft: Draft) -> Iterator[Finding]:
    yield from _missing(("nation",), "nation", draft.raw.get("nation"), NATIONS)
    for place, step in draft.steps.items():
        for nation in step.at_for:
            yield from _missing((*place, "at-for", nation), "nation", nation, NATIONS)


def _templates(draft: Draft, templates: frozenset[str]) -> Iterator[Finding]:
    for place, step in draft.steps.items():
        where = (*place, "send") if step.send else (*place, "key")
        yield from _missing(where, "template", step.template, templates)
    for place, rung in draft.rungs.items():
        yield from _missing((*place, "send"), "template", rung.send, templates)
