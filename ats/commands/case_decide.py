"""`ats case`: decide."""

from __future__ import annotations

import enum
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ats.commands.answer import answer, say
from ats.commands.case import Number
from ats.commands.desk import name_of, open_desk, read_day
from ats.commands.options import (
    ApprovedBy,
    By,
    Json,
    LaterCohort,
    MentorStays,
    Now,
    Preview,
    Reason,
    stripped,
)
from ats.commands.participant import read_into, say_changed

if TYPE_CHECKING:
    from ats.cases.decisions import Choice, Decided
    from ats.people.restarts import Into


class What(enum.StrEnum):
    """What may be decided."""

    EXTEND = "extend"
    DEFER = "defer"
    WITHDRAW = "withdraw"
    CONTINUE = "continue"
    RELEASE = "release"


def decide(
    number: Number,
    what: Annotated[What, typer.Argument(metavar="DECISION", help=", ".join(What))],
    milestone: Annotated[
        str | None,
        typer.Option(
            "--milestone",
            metavar="KEY",
            callback=stripped,
            help="extend: which deadline. [default: the one that the case is about]",
        ),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="extend: the new day.")
    ] = None,
    into: LaterCohort = None,
    mentor_stays: MentorStays = False,
    reason: Reason = "not-given",
    approved_by: ApprovedBy = None,
    preview: Preview = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Decide a case, carry the decision out, and close the case with it.

    extend moves a deadline; defer and withdraw end the enrolment and need an approver; continue
    leaves everything as it is; release lets an e-mail go that waits for a person's word.
    """
    from ats.cases.decisions import decide as carry_out
    from ats.people.changing import Decision

    who = _decider(by)
    choice = _choice(what, milestone, to, read_into(into, mentor_stays=mentor_stays))
    with open_desk(now) as desk:
        decision = Decision(desk.now, who, reason, approved_by)
        done = carry_out(desk.office, number, choice, decision, preview=preview)
        answer(done.document(), as_json=as_json, human=lambda: _say(done))


def _decider(by: str | None) -> str:
    """Return who decides; whoever sits at a terminal and gave no name is asked for it."""
    if by is None and sys.stdin.isatty():
        by = typer.prompt("Who decides")
    return name_of(by)


def _choice(what: What, milestone: str | None, to: str | None, into: Into | None) -> Choice:
    from ats.cases.decisions import Choice

    day = None if to is None else read_day(to, option="--to")
    return Choice(what.value, milestone, day, into)


def _say(done: Decided) -> None:
    say(f"Case {done.case}: {done.kind}.")
    say_changed(done.changed)
