"""A change of somebody's year as the dashboard tells it: by ref what moves, stops and comes.

Neither names nor reasons stand here: Prefect keeps what it is given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ats.office import Office
from ats.people import participants
from ats.people.changing import Changed, Decision
from ats.people.effects import Deadline, Planned
from ats.reports.forms import named
from ats.reports.markdown import bullets, plain, table
from ats.reports.timeline import artifact_key, counted
from ats.webinars.remarks import spoken

#: What may be done to somebody's year, with the word for it when it is done.
CHANGES: Mapping[str, tuple[Callable[..., Changed], str]] = {
    "extend": (participants.extend, "extended"),
    "pause": (participants.pause, "break recorded"),
    "resume": (participants.resume, "break ended"),
    "defer": (participants.defer, "deferred"),
    "withdraw": (participants.withdraw, "withdrawn"),
}


@dataclass(frozen=True, slots=True)
class Form:
    """What every form about a change asks for."""

    by: str
    reason: str
    apply: bool
    approved_by: str = ""


def run_change(
    office: Office,
    action: str,
    ref: str,
    form: Form,
    what: Mapping[str, Any],
    *,
    now: dt.datetime,
) -> dict[str, Any]:
    """Change somebody's year or, without apply, show what that means; as a run's JSON.

    `what` are the arguments of the action in `CHANGES`. Raises as the action, and Refused without
    a name.
    """
    act, word = CHANGES[action]
    decision = Decision(now, named(form.by), form.reason, form.approved_by.strip() or None)
    done = act(office, ref.strip(), **what, decision=decision, preview=not form.apply)
    return _run(done, word)


def _run(done: Changed, word: str) -> dict[str, Any]:
    state = word if done.applied else f"only looked at, not {word}"
    told = done.effect
    moved = f"{counted(len(told.deadlines), 'deadline')} {'move' if done.applied else 'would move'}"
    message = f"{moved}; {counted(len(told.stops), 'e-mail')} planned so far fall away."
    if not done.applied:
        message = f"Nothing is changed yet. {message} Run it again with apply to do it."
    return {
        "name": f"{done.cohort} · {done.person} · {state}",
        "verdict": "done",
        "message": " ".join([message, *(f"Mind: {remark}." for remark in done.remarks)]),
        "errors": [],
        "applied": done.applied,
        "cohort": done.cohort,
        "page": {
            "key": artifact_key("person", done.cohort, done.person),
            "description": f"Cohort {done.cohort}, {done.person}: {state}",
            "markdown": page(done, state),
        },
    }


def page(done: Changed, state: str) -> str:
    """Return the page: which deadlines move, what goes no more, what comes, what was said."""
    return "\n\n".join(part for part in _parts(done, state) if part) + "\n"


def _parts(done: Changed, state: str) -> Iterator[str]:
    yield f"# {plain(done.person)}: {plain(state)}"
    if done.applied:
        yield "This is done, and with this run whoever it concerns is told."
    else:
        yield "**Nothing is changed yet.** With apply, this is what it would mean."
    if done.remarks:
        yield "## To think of\n\n" + bullets(plain(remark) for remark in done.remarks)
    if done.effect.deadlines:
        dates = [_deadline(one, done) for one in done.effect.deadlines]
        yield "## Deadlines\n\n" + table(["what", "was due", "is due"], dates)
    for title, part in (
        ("Goes no more", done.effect.stops),
        ("Goes at another time", done.effect.moves),
        ("Goes because of this", done.effect.comes),
        ("Was sent with the old date", done.effect.said),
    ):
        if part:
            rows = [_planned(one, done) for one in part]
            yield f"## {title}\n\n" + table(["when", "what", "about", "to"], rows)
    if done.cases_closed:
        yield f"Closed with it: case {', '.join(map(str, done.cases_closed))}."


def _deadline(one: Deadline, done: Changed) -> tuple[str, str, str]:
    return one.title, _moment(one.before, done), _moment(one.after, done)


def _planned(one: Planned, done: Changed) -> tuple[str, str, str, str]:
    return _moment(one.at, done), one.step, one.occurrence, one.to


def _moment(at: dt.datetime | None, done: Changed) -> str:
    return spoken(done.timeline, at) if at else "not known yet"
