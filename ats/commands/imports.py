"""`ats roster import`, `ats progress import`, `ats import undo`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ats.commands.answer import answer, say
from ats.commands.desk import name_of, open_desk, read_day
from ats.commands.importing import Asked, import_file, look_at_progress, look_at_roster
from ats.commands.options import By, Cohort, Json, Now

roster = typer.Typer(name="roster", help="Who takes part, and their mentors.", no_args_is_help=True)
progress = typer.Typer(
    name="progress", help="Where portfolios stand, by their export.", no_args_is_help=True
)
imports = typer.Typer(name="import", help="Imports that were applied.", no_args_is_help=True)

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
    asked = Asked(
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
        import_file(desk, asked, lambda session: look_at_roster(session, desk, asked))


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
    asked = Asked(
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
        import_file(desk, asked, lambda session: look_at_progress(session, desk, asked, day))


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
