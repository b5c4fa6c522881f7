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
    from zoneinfo import ZoneInfo

    from ats.cases.caseload import Caseload
    from ats.cases.workbook import Tables

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
    """Who stands how, with which mentor and which cases; on the terminal or as a workbook."""
    from ats.cases.by_age import cases_by_age
    from ats.cases.caseload import caseload_of
    from ats.cases.mentorships import mentorships_of
    from ats.cases.overview import overview
    from ats.cases.workbook import Tables

    with open_desk(now) as desk:
        view = overview(desk.office, cohort, now=desk.now)
        cases = cases_by_age(desk.office, cohort, now=desk.now)
        found = Tables(caseload_of(view), mentorships_of(view), cases)
        if out is not None:
            _write(found, out)
        document = {**_document(found, desk.zone), "file": str(out) if out else None}

        def human() -> None:
            if out is not None:
                say(f"{len(found.caseload.people)} participants are in {out}.")
            else:
                _show(found.caseload)

        answer(document, as_json=as_json, human=human)


def _document(found: Tables, zone: ZoneInfo) -> dict[str, object]:
    export = found.caseload.export
    return {
        "cohort": found.caseload.cohort,
        "as_of": export.as_of.isoformat() if export else None,
        "import": export.document(zone) if export else None,
        "people": [one.document() for one in found.caseload.people],
        "mentors": [one.document() for one in found.mentors.rows],
        "cases": [one.document() for one in found.cases.waiting],
    }


def _show(found: Caseload) -> None:
    rows = [
        (one.ref, one.standing.state, "; ".join(one.why), ", ".join(map(str, one.cases)))
        for one in found.people
        if one.standing.state != "green"
    ]
    if rows:
        table(("person", "state", "why", "case"), rows)
    say(f"{found.count('green')} of {len(found.people)} need nothing.")
    if found.export is not None:
        say(f"Portfolios as of {found.export.as_of}: import {found.export.number}.")


def _write(found: Tables, out: Path) -> None:
    from ats.cases.workbook import write

    if out.suffix.lower() != ".xlsx":
        raise Refused(f"{out} is no name of a workbook; let it end in .xlsx.")
    try:
        write(found, out)
    except OSError as fault:
        raise Refused(f"{out} cannot be written ({fault.strerror}); name another file.") from None
