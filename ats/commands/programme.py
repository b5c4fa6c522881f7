"""`ats programme`: check."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ats.commands.answer import answer, complain, say
from ats.commands.options import Json

app = typer.Typer(name="programme", help="Programme files.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep `check` a command of its own while it is the only one."""


@app.command()
def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file, or a packaged programme.")],
    as_json: Json = False,
) -> None:
    """Say whether a programme file is valid, or everything that is wrong with it."""
    from ats.commands.entry import templates_folder
    from ats.outbox.render import Renderer
    from config.faults import ProgrammeFault
    from config.programme_file import find_programme, load_programme

    keys = Renderer(templates_folder()).keys()
    faults: list[str] = []
    counts: dict[str, int] = {}
    try:
        programme = load_programme(find_programme(file), templates=keys)
        for part in ("milestones", "webinars", "steps", "ladders"):
            counts[part] = len(getattr(programme, part))
    except ProgrammeFault as fault:
        faults = fault.faults
    document: dict[str, Any] = {"file": file, "valid": not faults, "faults": faults, **counts}

    def human() -> None:
        if not faults:
            told = ", ".join(f"{number} {part}" for part, number in counts.items())
            say(f"valid: {told}")

    answer(document, as_json=as_json, human=human)
    for sentence in faults:
        complain(sentence)
    if faults:
        raise typer.Exit(1)
