"""`ats participant`: who waits for a cohort, who begins again, who has a new role."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Annotated

import typer

from ats.commands.answer import answer, say, spoken, table
from ats.commands.desk import open_desk, read_day
from ats.commands.options import By, Json, Now, Preview, Reason, Ref, stripped
from ats.commands.participant import app, change_year

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ats.people.waiting import Waiting


@app.command()
def restart(
    ref: Ref,
    into: Annotated[
        str, typer.Option("--into", metavar="CODE", callback=stripped, help="The later cohort.")
    ],
    joined_on: Annotated[
        str | None,
        typer.Option(
            "--joined-on",
            metavar="DATE",
            help="Their first day. [default: the cohort's, or today once it has started]",
        ),
    ] = None,
    mentor_stays: Annotated[
        bool,
        typer.Option("--mentor-stays", help="Ask their former mentor again.", show_default=False),
    ] = False,
    reason: Reason = "own-request",
    preview: Preview = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Let somebody who was deferred begin again; what they finished travels."""
    from ats.people.restarts import Into
    from ats.people.restarts import restart as begin

    first = None if joined_on is None else read_day(joined_on, option="--joined-on")
    where = Into(into, first, mentor_stays)
    change_year(
        lambda desk, decision: begin(desk.office, ref, where, decision, preview=preview),
        reason=reason,
        now=now,
        by=by,
        as_json=as_json,
    )


@app.command()
def parked(
    cohort: Annotated[
        str | None,
        typer.Option(
            "--cohort", metavar="CODE", callback=stripped, help="Who left this one. [default: all]"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """List who was deferred and waits for a cohort."""
    from ats.people.waiting import waiting
    from ats.records import gather

    with open_desk() as desk:
        with desk.office.store.read() as session:
            if cohort is not None:
                gather.cohort_named(session, cohort)
            found = waiting(session, cohort=cohort)
        document = [one.document(desk.zone) for one in found]
        answer(document, as_json=as_json, human=lambda: _say_waiting(found))


def _say_waiting(found: Sequence[Waiting]) -> None:
    if not found:
        say("Nobody waits for a cohort.")
        return
    rows = [
        (
            one.ref,
            one.cohort,
            spoken(one.since.isoformat())[:10],
            ", ".join(one.sections) or "none",
            f"in {one.enrolled_in} by a roster" if one.enrolled_in else ", ".join(one.later) or "–",
        )
        for one in found
    ]
    table(("ref", "left", "waits since", "finished sections", "later cohort"), rows)
    say("To let one begin again: ats participant restart REF --into CODE")


class YesNo(enum.StrEnum):
    """An answer that has to be given."""

    yes = "yes"
    no = "no"


@app.command("new-role")
def new_role(
    ref: Ref,
    teaching: Annotated[YesNo, typer.Option("--teaching", help="Whether they still teach.")],
    mentor_stays: Annotated[
        YesNo, typer.Option("--mentor-stays", help="Whether their mentor remains.")
    ],
    observer: Annotated[
        str | None, typer.Option("--observer", metavar="NAME", help="Who observes them now.")
    ] = None,
    email: Annotated[
        str | None, typer.Option("--email", metavar="ADDRESS", help="The new address.")
    ] = None,
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="NAME", help="The new employer.")
    ] = None,
    nation: Annotated[
        str | None, typer.Option("--nation", metavar="NATION", help="Where that is.")
    ] = None,
    reason: Reason = "new-role",
    preview: Preview = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Record a new role or employer: address, teaching, who observes, whether the mentor stays."""
    from ats.people.new_role import NewRole
    from ats.people.new_role import new_role as record

    form = NewRole(
        teaching=teaching is YesNo.yes,
        mentor_stays=mentor_stays is YesNo.yes,
        observer=observer,
        email=email,
        organisation=organisation,
        nation=nation,
    )
    change_year(
        lambda desk, decision: record(desk.office, ref, form, decision, preview=preview),
        reason=reason,
        now=now,
        by=by,
        as_json=as_json,
    )
