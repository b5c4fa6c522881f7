"""What staff decide about a person as the dashboard tells it: by ref what moves, stops and comes.

Neither names nor reasons stand here: Prefect keeps what it is given, and many may look.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ats.office import Office
from ats.outbox.suppression import lift as lift_suppression
from ats.people import adjusting, done, mentors, new_role, participants, replacing, restarts
from ats.people import silence as silencing
from ats.people.changing import Changed, Decision
from ats.people.confirmed import confirm_address
from ats.people.effects import Deadline, Effect, Planned
from ats.people.new_mentor import Reply
from ats.people.notes import take_note
from ats.people.sign_offs import reopen
from ats.planning.timeline import Timeline
from ats.reports.forms import named
from ats.reports.markdown import bullets, plain, table
from ats.reports.timeline import artifact_key, counted
from ats.webinars.remarks import spoken


@dataclass(frozen=True, slots=True)
class Form:
    """What every form about a change asks for."""

    by: str
    reason: str
    apply: bool
    approved_by: str = ""

    def decision(self, now: dt.datetime) -> Decision:
        """Return who decides, when and why. Raises Refused without a name."""
        return Decision(now, named(self.by), self.reason, self.approved_by.strip() or None)


# -- changes of a year, which may be looked at first -----------------------------------------


def _replace(office: Office, ref: str, decision: Decision, **what: Any) -> Changed:
    other = what["mentor"].strip()
    reply = Reply(other) if other else None
    return replacing.replace(
        office, ref, reply, decision, consent=what["consent"], preview=what["preview"]
    )


def _name(office: Office, ref: str, decision: Decision, **what: Any) -> Changed:
    return replacing.name(
        office,
        ref,
        Reply(what["mentor"].strip()),
        decision,
        consent=what["consent"],
        preview=what["preview"],
    )


def _restart(office: Office, ref: str, decision: Decision, **what: Any) -> Changed:
    return restarts.restart(office, ref, _into(what), decision, preview=what["preview"])


def _defer(office: Office, ref: str, decision: Decision, **what: Any) -> Changed:
    into = _into(what) if what["into"].strip() else None
    return participants.defer(office, ref, decision, into=into, preview=what["preview"])


def _into(what: Mapping[str, Any]) -> restarts.Into:
    return restarts.Into(what["into"].strip(), what.get("joined_on"), what["mentor_stays"])


def _new_role(office: Office, ref: str, decision: Decision, **what: Any) -> Changed:
    preview = what.pop("preview")
    asked = new_role.NewRole(**what)
    return new_role.new_role(office, ref, asked, decision, preview=preview)


#: What may be done to somebody's year, with the word for it when it is done.
CHANGES: Mapping[str, tuple[Callable[..., Changed], str]] = {
    "extend": (participants.extend, "extended"),
    "pause": (participants.pause, "break recorded"),
    "resume": (participants.resume, "break ended"),
    "defer": (_defer, "deferred"),
    "withdraw": (participants.withdraw, "withdrawn"),
    "restart": (_restart, "begins again"),
    "new-role": (_new_role, "new role recorded"),
    "adjust": (adjusting.adjust, "adjustment recorded"),
    "seen-done": (done.seen_done, "seen as done"),
    "name-mentor": (_name, "mentor named"),
    "replace-mentor": (_replace, "mentor replaced"),
}


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
    decision = form.decision(now)
    changed = act(office, ref.strip(), **what, decision=decision, preview=not form.apply)
    return year_run(changed, word, f"only looked at, not {word}")


def year_run(changed: Changed, done: str, looked_at: str) -> dict[str, Any]:
    """Return a run's JSON about somebody's year, in words for what is done or only looked at."""
    state = done if changed.applied else looked_at
    return {
        **_run(f"{changed.cohort} · {changed.person} · {state}", _message(changed)),
        "applied": changed.applied,
        "cohort": changed.cohort,
        "page": {
            "key": artifact_key("person", changed.cohort, changed.person),
            "description": f"Cohort {changed.cohort}, {changed.person}: {state}",
            "markdown": page(changed, state),
        },
    }


def _message(changed: Changed) -> str:
    told = changed.effect
    moved, away = len(told.deadlines), len(told.stops)
    would = "" if changed.applied else "would "
    message = (
        f"{counted(moved, 'deadline')} {would}{_bent('move', moved, would)}; "
        f"{counted(away, 'e-mail')} planned so far {would}{_bent('fall', away, would)} away."
    )
    if not changed.applied:
        message = f"Nothing is changed yet. {message} Run it again with apply to do it."
    return " ".join([message, *(f"Mind: {remark}." for remark in changed.remarks)])


def _bent(verb: str, number: int, would: str) -> str:
    return f"{verb}s" if number == 1 and not would else verb


def run_resign(office: Office, ref: str, form: Form, *, now: dt.datetime) -> dict[str, Any]:
    """Stand a mentor down from all mentees, or show it; as a run's JSON. Raises as `resign`."""
    told = replacing.resign(office, ref.strip(), form.decision(now), preview=not form.apply)
    state = "stood down" if told.applied else "only looked at, not stood down"
    mentees = ", ".join(one.person for one in told.mentees) or "nobody"
    pages = [page(one, state) for one in told.mentees]
    return {
        **_run(f"{told.mentor} · {state}", f"Concerned as mentees: {mentees}."),
        "applied": told.applied,
        "cohort": "",
        "page": {
            "key": artifact_key("person", told.mentor),
            "description": f"{told.mentor}: {state}",
            "markdown": "\n".join(pages) or f"# {told.mentor}: {state}\n",
        },
    }


def run_silence(
    office: Office, ref: str, form: Form, *, end: bool, now: dt.datetime
) -> dict[str, Any]:
    """Silence somebody or lift it, or show what that means; as a run's JSON."""
    act = silencing.lift if end else silencing.silence
    told = act(office, ref.strip(), form.decision(now), preview=not form.apply)
    word = "silence lifted" if end else "silenced"
    stops = sum(len(effect.stops) for _, _, effect in told.effects)
    cases = ", ".join(f"{kind} about {person}" for person, kind in told.cases_opened)
    message = f"{counted(stops, 'e-mail')} planned so far fall away. Cases: {cases or 'none'}."
    if not told.applied:
        message = f"Nothing is changed yet. {message} Run it again with apply to do it."
    state = word if told.applied else f"only looked at, not {word}"
    refs = ", ".join(told.refs)
    return {**_run(f"{refs} · {state}", message), "applied": told.applied, "cohort": ""}


# -- what is recorded at once ------------------------------------------------------------------


def _answered(act: Callable[..., mentors.Answer]) -> Callable[..., str]:
    def recorded(office: Office, ref: str, *, now: dt.datetime, by: str) -> str:
        told = act(office.store, ref, now=now, by=by)
        closed = f", case {', '.join(map(str, told.cases_closed))} closed" * bool(told.cases_closed)
        return f"{told.person} · {told.mentor} {told.answer.replace('-', ' ')}{closed}"

    return recorded


def _reopened(office: Office, ref: str, *, now: dt.datetime, by: str) -> str:
    told = reopen(office.store, ref, Decision(now, by, "own-request"))
    return f"{told.person} · {told.mentor} is asked for the sign-off once more"


def _lifted(office: Office, ref: str, *, now: dt.datetime, by: str) -> str:
    told = lift_suppression(office.store, ref, now=now, by=by)
    return f"{told.ref} · mail goes there again"


def _confirmed(office: Office, ref: str, *, now: dt.datetime, by: str) -> str:
    told = confirm_address(office.store, ref, now=now, by=by)
    return f"{told.ref} · new address confirmed"


def _noted(office: Office, ref: str, *, now: dt.datetime, by: str, text: str, call: bool) -> str:
    take_note(office.store, ref, text, "call" if call else "note", now=now, by=by)
    return f"{ref} · {'call' if call else 'note'} written down"


#: What is recorded at once, by its name.
RECORDS: Mapping[str, Callable[..., str]] = {
    "accept": _answered(mentors.accept),
    "decline": _answered(mentors.decline),
    "sign-off": _answered(mentors.sign_off),
    "reopen-sign-off": _reopened,
    "lift": _lifted,
    "confirm": _confirmed,
    "note": _noted,
}


def run_record(
    office: Office, action: str, ref: str, by: str, what: Mapping[str, Any], *, now: dt.datetime
) -> dict[str, Any]:
    """Record something in `RECORDS` about somebody; as a run's JSON. Raises as the action."""
    name = RECORDS[action](office, ref.strip(), now=now, by=named(by), **what)
    return recorded_run(name)


def recorded_run(name: str, cohort: str = "") -> dict[str, Any]:
    """Return the JSON of a run that recorded something at once; '' concerns all cohorts."""
    return {**_run(name, "Recorded."), "applied": True, "cohort": cohort}


def _run(name: str, message: str) -> dict[str, Any]:
    return {"name": name, "verdict": "done", "message": message, "errors": []}


# -- the page ----------------------------------------------------------------------------------


def page(changed: Changed, state: str) -> str:
    """Return the page: which deadlines move, what goes no more, what comes, what was said."""
    return "\n\n".join(part for part in _parts(changed, state) if part) + "\n"


def _parts(changed: Changed, state: str) -> Iterator[str]:
    yield f"# {plain(changed.person)}: {plain(state)}"
    if changed.applied:
        yield "This is done, and with this run whoever it concerns is told."
    else:
        yield "**Nothing is changed yet.** With apply, this is what it would mean."
    if changed.remarks:
        yield "## To think of\n\n" + bullets(plain(remark) for remark in changed.remarks)
    yield from _effect(changed.effect, changed.timeline)
    if changed.cases_closed:
        yield f"Closed with it: case {', '.join(map(str, changed.cases_closed))}."
    if changed.next is not None:
        yield f"## In cohort {plain(changed.next.cohort)}"
        yield from _effect(changed.next.effect, changed.next.timeline)


def _effect(told: Effect, timeline: Timeline) -> Iterator[str]:
    if told.deadlines:
        dates = [_deadline(one, timeline) for one in told.deadlines]
        yield "## Deadlines\n\n" + table(["what", "was due", "is due"], dates)
    for title, part in (
        ("Goes no more", told.stops),
        ("Goes at another time", told.moves),
        ("Goes because of this", told.comes),
        ("Was sent with the old date", told.said),
    ):
        if part:
            rows = [_planned(one, timeline) for one in part]
            yield f"## {title}\n\n" + table(["when", "what", "about", "to"], rows)


def _deadline(one: Deadline, timeline: Timeline) -> tuple[str, str, str]:
    return one.title, _moment(one.before, timeline), _moment(one.after, timeline)


def _planned(one: Planned, timeline: Timeline) -> tuple[str, str, str, str]:
    return _moment(one.at, timeline), one.step, one.occurrence, one.to


def _moment(at: dt.datetime | None, timeline: Timeline) -> str:
    return spoken(timeline, at) if at else "not known yet"
