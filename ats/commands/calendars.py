"""`ats calendars`: publish."""

from __future__ import annotations

from typing import Annotated

import typer

from ats.commands.answer import answer, complain, say
from ats.commands.desk import open_desk
from ats.commands.options import Json, Now, stripped

app = typer.Typer(
    name="calendars", help="Calendars that people subscribe to.", no_args_is_help=True
)

_Cohort = Annotated[
    str | None,
    typer.Option(
        "--cohort",
        metavar="CODE",
        callback=stripped,
        help="One cohort. [default: all in trial, live or paused]",
    ),
]


@app.callback()
def group() -> None:
    """Keep `publish` a command of its own while it is the only one."""


@app.command()
def publish(cohort: _Cohort = None, now: Now = None, as_json: Json = False) -> None:
    """Write the calendars that have changed, and take away those that are nobody's."""
    from ats.reports.calendars import run_publish

    with open_desk(now) as desk:
        desk.cohorts(cohort, paused=True)
        done = run_publish(desk.office, desk.settings.calendar_dir, cohort or "", now=desk.now)
        is_linked = desk.office.links is not None
    faults = done["errors"] if is_linked else [done["message"]]
    counts = done.get("counts", dict.fromkeys(("feeds", "written", "removed"), 0))
    document = {"now": desk.now.isoformat(), **counts, "errors": faults}

    def human() -> None:
        for line in done["name"].split(" | "):
            say(line)

    answer(document, as_json=as_json, human=human)
    for fault in faults:
        complain(fault)
    if faults:
        raise typer.Exit(1)
