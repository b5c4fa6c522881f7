"""`ats participant`: extend, pause, resume, defer, withdraw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ats.commands.answer import answer, say, spoken, table
from ats.commands.desk import Desk, name_of, open_desk, read_day
from ats.commands.options import (
    ApprovedBy,
    By,
    Json,
    LaterCohort,
    MentorStays,
    Now,
    Preview,
    Reason,
    Ref,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ats.people.changing import Changed, Decision
    from ats.people.restarts import Into

app = typer.Typer(
    name="participant",
    help="Give somebody more time or a break, defer or withdraw them; --preview shows it first.",
    no_args_is_help=True,
)
_SHOWN = 12  # e-mails of a kind, for people; --json has all


@app.command()
def extend(
    ref: Ref,
    milestone: Annotated[str, typer.Argument(metavar="MILESTONE", help="Its key, such as pdp.")],
    to: Annotated[str, typer.Option("--to", metavar="DATE", help="The new day: 2027-01-29")],
    reason: Reason = "own-request",
    approved_by: ApprovedBy = None,
    preview: Preview = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Move one deadline to a later day; everything else stays."""
    from ats.people import participants

    day = read_day(to, option="--to")
    change_year(
        lambda desk, decision: participants.extend(
            desk.office, ref, milestone.strip(), day, decision, preview=preview
        ),
        reason=reason,
        approved_by=approved_by,
        now=now,
        by=by,
        as_json=as_json,
    )


@app.command()
def pause(
    ref: Ref,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Its first day. [default: today]")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="The day of return. [default: not known]"),
    ] = None,
    reason: Reason = "own-request",
    approved_by: ApprovedBy = None,
    preview: Preview = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Begin a break: what falls into it is left out, and deadlines move by its days."""
    from ats.people import participants

    first = None if from_ is None else read_day(from_, option="--from")
    last = None if until is None else read_day(until, option="--until")
    change_year(
        lambda desk, decision: participants.pause(
            desk.office,
            ref,
            first,
            last,
            decision,
            preview=preview,
        ),
        reason=reason,
        approved_by=approved_by,
        now=now,
        by=by,
        as_json=as_json,
    )


@app.command()
def resume(
    ref: Ref,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="The day of return. [default: today]")
    ] = None,
    reason: Reason = "own-request",
    preview: Preview = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """End a break, or call one off that has not begun."""
    from ats.people import participants

    day = None if on is None else read_day(on, option="--on")
    change_year(
        lambda desk, decision: participants.resume(
            desk.office,
            ref,
            day,
            decision,
            preview=preview,
        ),
        reason=reason,
        now=now,
        by=by,
        as_json=as_json,
    )


@app.command()
def defer(
    ref: Ref,
    into: LaterCohort = None,
    mentor_stays: MentorStays = False,
    reason: Reason = "own-request",
    approved_by: ApprovedBy = None,
    preview: Preview = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Let somebody continue with a later cohort; somebody else has to approve."""
    from ats.people import participants

    where = read_into(into, mentor_stays=mentor_stays)
    change_year(
        lambda desk, decision: participants.defer(
            desk.office, ref, decision, into=where, preview=preview
        ),
        reason=reason,
        approved_by=approved_by,
        now=now,
        by=by,
        as_json=as_json,
    )


@app.command()
def withdraw(
    ref: Ref,
    reason: Reason = "own-request",
    approved_by: ApprovedBy = None,
    preview: Preview = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """End an enrolment; somebody else has to approve. Coming back is a new application."""
    from ats.people import participants

    change_year(
        lambda desk, decision: participants.withdraw(desk.office, ref, decision, preview=preview),
        reason=reason,
        approved_by=approved_by,
        now=now,
        by=by,
        as_json=as_json,
    )


def read_into(into: str | None, *, mentor_stays: bool) -> Into | None:
    """Return where somebody who is deferred begins again. Raises a usage error."""
    from ats.people.restarts import Into

    if mentor_stays and into is None:
        raise typer.BadParameter("needs --into.", param_hint="--mentor-stays")
    return None if into is None else Into(into, mentor_stays=mentor_stays)


def change_year(
    action: Callable[[Desk, Decision], Changed],
    *,
    reason: str,
    approved_by: str | None = None,
    now: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Do what an action does to somebody's year, as the options of its command say, and tell it."""
    from ats.people.changing import Decision

    who = name_of(by)
    with open_desk(now) as desk:
        done = action(desk, Decision(desk.now, who, reason, approved_by))
        answer(done.document(), as_json=as_json, human=lambda: say_changed(done))


def say_changed(done: Changed) -> None:
    """Say what was done to somebody's year, or would be, and what it begins elsewhere."""
    _say(done)
    if done.next is not None:
        say()
        _say(done.next)
    if not done.applied:
        say("Without --preview it is done, and the next tick tells those whom it concerns.")


def _say(done: Changed) -> None:
    told, zone = done.effect, done.timeline.zone
    begins = done.action == "restart"
    say(
        f"{done.person}, cohort {done.cohort}: {'done' if done.applied else 'nothing changed yet'}."
    )
    for remark in done.remarks:
        say(f"Mind: {remark}.")
    if told.deadlines:
        say()
        rows = [
            (one.title, *(_at(document[name], begins) for name in ("before", "after")))
            for one in told.deadlines
            for document in (one.document(zone),)
        ]
        table(("deadline", "was due", "is due"), rows)
    parts = {
        "goes no more": told.stops,
        "goes at another time": told.moves,
        "goes because of this": told.comes,
        "was sent with the old date": told.said,
    }
    for name, part in parts.items():
        if not part:
            continue
        say()
        rows = [
            (spoken(one.document(zone)["at"]), one.step, one.occurrence, one.to) for one in part
        ]
        table((name, "step", "occurrence", "to"), rows[:_SHOWN])
        if len(rows) > _SHOWN:
            say(f"… and {len(rows) - _SHOWN} more; --json has them all.")
    if done.cases_closed:
        say(f"Closed with it: case {', '.join(map(str, done.cases_closed))}.")


def _at(moment: str | None, begins: bool) -> str:
    return spoken(moment) if moment or begins else "not known yet"
