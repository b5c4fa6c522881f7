"""`ats bounces`: read."""

from __future__ import annotations

import typer

from ats.commands.answer import answer, complain, say
from ats.commands.desk import open_desk
from ats.commands.options import Json, Now

app = typer.Typer(name="bounces", help="Mail that mail servers send back.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep `read` a command of its own while it is the only one."""


@app.command()
def read(now: Now = None, as_json: Json = False) -> None:
    """Read what came back; nothing more goes to an address that does not work."""
    from ats.reports.nightly import read_bounces

    with open_desk(now) as desk:
        where = desk.settings.bounce_mailbox
        done = read_bounces(desk.office, where.get_secret_value() if where else None, now=desk.now)
    faults = [*done["errors"], *([done["message"]] if where is None else [])]
    document = {
        "now": desk.now.isoformat(),
        "busy": done["name"] == "busy",
        "counts": done.get("counts", {}),
        "errors": faults,
    }

    def human() -> None:
        if document["busy"]:
            say("Somebody else is reading them at this moment, so this did nothing.")
        elif "counts" in done:
            say(f"What came back: {done['name']}.")

    answer(document, as_json=as_json, human=human)
    for fault in faults:
        complain(fault)
    if faults:
        raise typer.Exit(1)
