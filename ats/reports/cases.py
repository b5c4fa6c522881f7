"""What staff do with a case as the dashboard tells it: decide it first of all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from ats.cases import desk
from ats.cases.decisions import CLOSED_BECAUSE, Choice, decide
from ats.office import Office
from ats.people.restarts import Into
from ats.reports.forms import named
from ats.reports.people import Form, recorded_run, year_run


def run_decision(
    office: Office, number: int, form: Form, what: Mapping[str, Any], *, now: dt.datetime
) -> dict[str, Any]:
    """Decide a case or, without apply, show what that means; as a run's JSON.

    `what` are the fields of the form. Raises as `ats.cases.decisions.decide`, and Refused without
    a name.
    """
    choice = _choice(**what)
    done = decide(office, number, choice, form.decision(now), preview=not form.apply)
    word = CLOSED_BECAUSE[choice.kind]
    decided = f"case {number} closed: {word}"
    return year_run(done.changed, decided, f"case {number} only looked at, not decided")


def _choice(
    kind: Any, milestone: str, to: dt.date | None, into: str, *, mentor_stays: bool
) -> Choice:
    """Return the choice of a form, in which what is left out is empty."""
    where = Into(into.strip(), mentor_stays=mentor_stays) if into.strip() else None
    return Choice(kind, milestone.strip() or None, to, where)


#: What staff do with a case besides, by its name, with how the run tells it.
HANDLED: Mapping[str, tuple[Callable[..., None], str]] = {
    "snooze": (desk.snooze, "rests"),
    "reopen": (desk.reopen, "open again"),
    "close": (desk.close, "closed"),
}


def run_handled(
    office: Office, action: str, number: int, by: str, what: Mapping[str, Any], *, now: dt.datetime
) -> dict[str, Any]:
    """Do something of `HANDLED` with a case; as a run's JSON. Raises as the action."""
    act, word = HANDLED[action]
    act(office.store, number, **what, now=now, by=named(by))
    with office.store.read() as session:
        cohort = desk.on_desk(session, number).whose.cohort.code
    return recorded_run(f"{cohort} · case {number} · {word}", cohort)
