"""`ats participant`: adjust, seen-done, note."""

from __future__ import annotations

from typing import Annotated

import typer

from ats.commands.answer import answer, say
from ats.commands.desk import name_of, open_desk
from ats.commands.options import By, Json, Now, Preview, Reason, Ref
from ats.commands.participant import change_year


def adjust(
    ref: Ref,
    adjustment: Annotated[
        str,
        typer.Argument(
            metavar="ADJUSTMENT", help="One of no-chasers, other-format and phone-instead."
        ),
    ],
    end: Annotated[
        bool, typer.Option("--end", help="It is agreed no longer.", show_default=False)
    ] = False,
    reason: Reason = "access",
    preview: Preview = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Agree how they are reached: without chasers, by phone instead, or in another format."""
    from ats.people.adjusting import adjust as agree

    change_year(
        lambda desk, decision: agree(
            desk.office, ref, adjustment.strip(), decision, end=end, preview=preview
        ),
        reason=reason,
        now=now,
        by=by,
        as_json=as_json,
    )


def seen_done(
    ref: Ref,
    milestone: Annotated[str, typer.Argument(metavar="MILESTONE", help="Its key, such as pdp.")],
    reason: Reason = "own-request",
    preview: Preview = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """You have seen that a milestone is done: chasers about it wait for the next export."""
    from ats.people import done

    change_year(
        lambda desk, decision: done.seen_done(
            desk.office, ref, milestone.strip(), decision, preview=preview
        ),
        reason=reason,
        now=now,
        by=by,
        as_json=as_json,
    )


def note(
    ref: Ref,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is to be remembered.")],
    call: Annotated[
        bool, typer.Option("--call", help="It is about a call with them.", show_default=False)
    ] = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Write down what was said or agreed; only staff read it."""
    from ats.people.notes import take_note, told

    who = name_of(by)
    with open_desk(now) as desk:
        taken = take_note(
            desk.office.store, ref, text, "call" if call else "note", now=desk.now, by=who
        )
        document = {"person": ref, **told(taken, desk.zone)}
        answer(document, as_json=as_json, human=lambda: say(f"Written down about {ref}."))
