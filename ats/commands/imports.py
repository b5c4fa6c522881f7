"""`ats roster import`, `ats progress import`, `ats import undo`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ats.commands.answer import answer, refuse, say, table
from ats.commands.desk import Desk, name_of, open_desk, read_day
from ats.commands.options import By, Cohort, Json, Now

if TYPE_CHECKING:
    from sqlmodel import Session

    from ats.intake.imports import AppliedImport
    from ats.intake.preflight import Preflight

roster = typer.Typer(name="roster", help="Who takes part, and their mentors.", no_args_is_help=True)
progress = typer.Typer(
    name="progress", help="Where portfolios stand, by their export.", no_args_is_help=True
)
imports = typer.Typer(name="import", help="Imports that were applied.", no_args_is_help=True)

_SHOWN = 20  # problems, for people; JSON has them all
_File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX.", show_default=False)]
_Apply = Annotated[bool, typer.Option("--apply", help="Do it, instead of only telling.")]
_Skip = Annotated[
    bool, typer.Option("--skip-problem-rows", help="Apply the rows that have no problem.")
]
_Allow = Annotated[
    bool, typer.Option("--allow-large-change", help="Apply it although it changes much.")
]
_Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="HEADER=COLUMN",
        help="What another header means; remembered. May be repeated.",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class _Asked:
    """What every import command was given."""

    file: Path
    cohort: str
    apply: bool
    skip: bool
    allow: bool
    mapping: dict[str, str]
    by: str
    as_json: bool


@roster.callback()
@progress.callback()
@imports.callback()
def group() -> None:
    """Keep a group's only command a command of its own."""


@roster.command("import")
def import_roster(
    file: _File,
    cohort: Cohort,
    apply: _Apply = False,
    skip_problem_rows: _Skip = False,
    allow_large_change: _Allow = False,
    map_: _Map = None,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Tell what a roster would change; with --apply, do it. Nobody is ever removed."""
    asked = _Asked(
        file,
        cohort,
        apply,
        skip_problem_rows,
        allow_large_change,
        _mapping(map_),
        name_of(by),
        as_json,
    )
    with open_desk(now) as desk:
        _import(desk, asked, lambda session: _look_at_roster(session, desk, asked))


@progress.command("import")
def import_progress(
    file: _File,
    cohort: Cohort,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DATE", help="The day on which it was exported.")
    ],
    apply: _Apply = False,
    skip_problem_rows: _Skip = False,
    allow_large_change: _Allow = False,
    map_: _Map = None,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Tell what an export of portfolios would change; with --apply, do it."""
    asked = _Asked(
        file,
        cohort,
        apply,
        skip_problem_rows,
        allow_large_change,
        _mapping(map_),
        name_of(by),
        as_json,
    )
    day = read_day(as_of, option="--as-of")
    with open_desk(now) as desk:
        _import(desk, asked, lambda session: _look_at_progress(session, desk, asked, day))


def _look_at_roster(session: Session, desk: Desk, asked: _Asked) -> Preflight:
    from ats.intake.roster import preflight_roster
    from ats.intake.table import read_table
    from ats.records.gather import cohort_named

    cohort = cohort_named(session, asked.cohort)
    return preflight_roster(
        session,
        cohort,
        read_table(asked.file),
        now=desk.now,
        policy=desk.office.programme_named(cohort.programme).send_policy,
        mapping=asked.mapping,
        zone=desk.zone,
    )


def _look_at_progress(session: Session, desk: Desk, asked: _Asked, as_of: dt.date) -> Preflight:
    from ats.intake.progress import preflight_progress
    from ats.intake.table import read_table
    from ats.records.gather import cohort_named

    cohort = cohort_named(session, asked.cohort)
    programme = desk.office.programme_named(cohort.programme)
    return preflight_progress(
        session,
        cohort,
        read_table(asked.file),
        now=desk.now,
        policy=programme.send_policy,
        as_of=as_of,
        sections={section.key: section.title for section in programme.sections},
        mapping=asked.mapping,
        zone=desk.zone,
    )


@imports.command()
def undo(
    number: Annotated[int, typer.Argument(metavar="ID", help="The import's number.", min=1)],
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Take an import back; what staff changed since stays as it is."""
    from ats.intake.problems import listed
    from ats.intake.undo import undo_import

    who = name_of(by)
    with open_desk(now) as desk:
        with desk.office.store.write() as session:
            undone = undo_import(session, number, now=desk.now, by=who)

        def human() -> None:
            say(
                f"Import {number} is undone: {undone.restored} values restored, "
                f"{undone.removed} rows removed."
            )
            for what, whom in (
                ("Kept, because it was changed since", undone.kept),
                ("Kept, because a later roster names them too", undone.named),
                ("Kept, because they were asked or mentor elsewhere", undone.written),
                ("Kept, and all mail held until a roster names them again", undone.parked),
                ("Cases open again", undone.reopened),
            ):
                if whom:
                    say(f"{what}: {listed(whom)}.")

        answer(asdict(undone), as_json=as_json, human=human)


def _import(desk: Desk, asked: _Asked, look: Callable[[Session], Preflight]) -> None:
    from ats.errors import Refused
    from ats.intake.imports import apply_import, import_result

    with desk.office.store.read() as session:
        found = look(session)
    applied: AppliedImport | None = None
    refusal: Refused | None = None
    if asked.apply:
        try:
            with desk.office.store.write() as session:
                applied = apply_import(
                    session,
                    found,
                    now=desk.now,
                    by=asked.by,
                    skip_problem_rows=asked.skip,
                    allow_large_change=asked.allow,
                )
        except Refused as error:
            refusal = error
    document = import_result(found, applied)
    answer(document, as_json=asked.as_json, human=lambda: _show(document, asked, refusal is None))
    if refusal is not None:
        raise refuse(str(refusal))


def _show(told: dict[str, Any], asked: _Asked, in_order: bool) -> None:
    from ats.intake.text import legible

    names = ("new", "changed", "unchanged", "missing", "refused")
    counts = ", ".join(f"{told[name]} {name}" for name in names)
    done = f"applied as import {told['import_id']}" if told["applied"] else "not applied"
    say(f"{legible(asked.file.name)}, {done}: {counts}.")
    for note in told["notes"]:
        say(note)
    problems = told["problems"]
    if problems:
        rows = [(one["row"], one["column"], one["problem"]) for one in problems[:_SHOWN]]
        table(("row", "column", "problem"), rows)
        if len(problems) > _SHOWN:
            say(f"… and {len(problems) - _SHOWN} more; --json tells them all.")
    if not told["applied"] and in_order:
        say("Nothing was changed; repeat with --apply to do it.")


def _mapping(given: list[str] | None) -> dict[str, str]:
    pairs = {}
    for one in given or []:
        header, sign, column = one.rpartition("=")
        if not sign or not header.strip() or not column.strip():
            raise typer.BadParameter(
                f'"{one}" is no mapping; write "Header=column".', param_hint="--map"
            )
        pairs[header.strip()] = column.strip()
    return pairs
