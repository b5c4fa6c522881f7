"""`ats case`: list, close."""

from __future__ import annotations

import enum
from typing import Annotated, Any

import typer

from ats.commands.answer import answer, say, table
from ats.commands.desk import name_of, open_desk
from ats.commands.options import By, Cohorts, Json, Now

app = typer.Typer(name="case", help="What a person has to decide.", no_args_is_help=True)


class State(enum.StrEnum):
    """What may be asked for."""

    OPEN = "open"
    SNOOZED = "snoozed"
    CLOSED = "closed"


@app.command("list")
def list_(
    cohort: Cohorts = None,
    state: Annotated[
        State | None, typer.Option("--state", help="Only these. [default: all]", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """List cases, the oldest first."""
    from ats.cases.listing import cases

    with open_desk() as desk:
        codes = desk.cohorts(cohort)
        with desk.office.store.read() as session:
            found = cases(session, codes, zone=desk.zone, state=state.value if state else None)

        def human() -> None:
            if not found:
                say("There is no such case.")
                return
            # Two cohorts are rare, and without the column a row fits 80 columns.
            several = len({one["cohort"] for one in found}) > 1
            names = ("case", *(["cohort"] * several), "person", "kind", "owner", "opened", "closed")
            table(names, [[_cell(one, name) for name in names] for one in found])

        answer(found, as_json=as_json, human=human)


def _cell(case: dict[str, Any], name: str) -> str:
    if name == "opened":
        return str(case["opened_at"][:10])
    if name == "closed":
        return str((case["closed_at"] or case["state"])[:10])
    return str(case["id" if name == "case" else name])


@app.command()
def close(
    number: Annotated[int, typer.Argument(metavar="ID", help="Its number in `ats case list`.")],
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Somebody has seen to it: what waited for that goes with the next tick."""
    from ats.cases.by_hand import close_by_hand

    who = name_of(by)
    with open_desk(now) as desk:
        done = close_by_hand(desk.office.store, number, now=desk.now, by=who)
        at = done.at.astimezone(desk.zone).isoformat()
        document = {"id": done.id, "person": done.person, "kind": done.kind, "closed_at": at}
        answer(
            document,
            as_json=as_json,
            human=lambda: say(f"Case {done.id} ({done.kind}, {done.person}) is closed."),
        )
