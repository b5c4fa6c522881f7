"""`ats export`: caseload."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ats.commands.answer import answer, say, table
from ats.commands.desk import open_desk
from ats.commands.options import Cohort, Json, Now
from ats.errors import Refused

if TYPE_CHECKING:
    from ats.cases.caseload import Caseload

app = typer.Typer(name="export", help="Tables for those who work in workbooks.")


@app.callback()
def group() -> None:
    """Keep `caseload` a command of its own while it is the only one."""


@app.command()
def caseload(
    cohort: Cohort,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write a workbook (.xlsx) there."),
    ] = None,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Who stands how, why and since when, worst first; on the terminal or as a workbook."""
    from ats.cases.caseload import caseload as load

    with open_desk(now) as desk:
        found = load(desk.office, cohort, now=desk.now)
        if out is not None:
            _write(found, out)
        document = {
            "cohort": found.cohort,
            "as_of": found.as_of.isoformat() if found.as_of else None,
            "people": [one.document() for one in found.people],
            "file": str(out) if out else None,
        }

        def human() -> None:
            if out is not None:
                say(f"{len(found.people)} participants are in {out}.")
                return
            rows = [
                (one.ref, one.standing.state, "; ".join(one.why), ", ".join(map(str, one.cases)))
                for one in found.people
                if one.standing.state != "green"
            ]
            if rows:
                table(("person", "state", "why", "case"), rows)
            say(f"{found.count('green')} of {len(found.people)} need nothing.")

        answer(document, as_json=as_json, human=human)


def _write(found: Caseload, out: Path) -> None:
    from ats.cases.workbook import write

    if out.suffix.lower() != ".xlsx":
        raise Refused(f"{out} is no name of a workbook; let it end in .xlsx.")
    try:
        write(found, out)
    except OSError as fault:
        raise Refused(f"{out} cannot be written ({fault.strerror}); name another file.") from None
