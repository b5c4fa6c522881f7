"""`ats case`: list."""

from __future__ import annotations

import enum
from typing import Annotated

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
            rows = [
                (
                    one["id"],
                    one["cohort"],
                    one["person"],
                    one["kind"],
                    one["owner"],
                    one["state"],
                    one["opened_at"][:10],
                    (one["closed_at"] or "–")[:10],
                )
                for one in found
            ]
            columns = ("case", "cohort", "person", "kind", "owner", "state", "opened", "closed")
            table(columns, rows)

        answer(found, as_json=as_json, human=human)
