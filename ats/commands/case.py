"""`ats case`: list."""

from __future__ import annotations

import enum
from typing import Annotated, Any

import typer

from ats.commands.answer import answer, say, table
from ats.commands.desk import open_desk
from ats.commands.options import Cohorts, Json

app = typer.Typer(name="case", help="What a person has to decide.", no_args_is_help=True)


class State(enum.StrEnum):
    """What may be asked for."""

    OPEN = "open"
    SNOOZED = "snoozed"
    CLOSED = "closed"


@app.callback()
def group() -> None:
    """Keep `list` a command of its own while it is the only one."""


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
