"""`ats mentor register`: import, list, suggest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ats.commands.answer import answer, refuse, say, table
from ats.commands.desk import Desk, name_of, open_desk
from ats.commands.options import By, Json, Now, Ref

if TYPE_CHECKING:
    from ats.people.register_file import RegisterImport
    from ats.people.suggesting import OnRegister

app = typer.Typer(
    name="register", help="Past awardees who offer to mentor others.", no_args_is_help=True
)
_SHOWN = 20  # problems, for people; JSON has them all


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX.", show_default=False)],
    apply: Annotated[bool, typer.Option("--apply", help="Do it, instead of only telling.")] = False,
    skip_problem_rows: Annotated[
        bool, typer.Option("--skip-problem-rows", help="Apply the rows that have no problem.")
    ] = False,
    rejoin: Annotated[
        bool, typer.Option("--rejoin", help="Put those back, too, who had left the register.")
    ] = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Tell what a file would change on the register; with --apply, do it. Nobody is removed."""
    from ats.people.register_file import look_or_apply

    who = name_of(by)
    with open_desk(now) as desk:
        done = look_or_apply(
            desk.office.store,
            file,
            now=desk.now,
            by=who,
            apply=apply,
            skip_problem_rows=skip_problem_rows,
            rejoin=rejoin,
        )
        answer(done.document(), as_json=as_json, human=lambda: _say(done))
        if apply and not done.applied:
            raise refuse(
                f"{done.filename} was not applied, for rows of it have problems; put them right, "
                "or apply the other rows with --skip-problem-rows."
            )


@app.command("list")
def list_(
    subject: Annotated[
        str, typer.Option("--subject", metavar="TEXT", help="Only where it holds this text.")
    ] = "",
    nation: Annotated[
        str | None, typer.Option("--nation", metavar="NATION", help="Only of this nation.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List who is on the register: their free places, and when somebody last named them."""
    from ats.people.mentor_register import on_register
    from config.vocabulary import NATIONS

    if nation is not None and nation not in NATIONS:
        raise typer.BadParameter(f"there are {', '.join(NATIONS)}.", param_hint="--nation")
    with open_desk() as desk:
        with desk.office.store.read() as session:
            found = on_register(session, subject=subject.strip(), nation=nation)
        _tell(desk, found, as_json, "Nobody is on the register who fits.")


@app.command()
def suggest(
    ref: Ref,
    subject: Annotated[
        str, typer.Option("--subject", metavar="TEXT", help="What they teach, in a few words.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Suggest up to three mentors to a participant, the fittest first."""
    from ats.people.mentor_register import suggestions

    with open_desk() as desk:
        with desk.office.store.read() as session:
            found = suggestions(session, ref, subject=subject)
        _tell(desk, found, as_json, "Nobody on the register has a free place for them.")


def _tell(desk: Desk, found: list[OnRegister], as_json: bool, nobody: str) -> None:
    document = [_document(desk, one) for one in found]

    def human() -> None:
        if not found:
            say(nobody)
            return
        names = ("ref", "name", "nation", "organisation", "subject", "free", "last_asked")
        rows = [
            [
                (str(told[key])[:10] if told[key] is not None else "–")
                if key == "last_asked"
                else told[key]
                for key in names
            ]
            for told in document
        ]
        table([key.replace("_", " ") for key in names], rows)

    answer(document, as_json=as_json, human=human)


def _document(desk: Desk, one: OnRegister) -> dict[str, Any]:
    asked = one.last_asked and one.last_asked.astimezone(desk.zone).isoformat()
    return {
        "ref": one.ref,
        "name": one.full_name,
        "nation": one.nation,
        "organisation": one.organisation,
        "subject": one.subject,
        "capacity": one.capacity,
        "free": one.free,
        "last_asked": asked,
        "reachable": one.reachable,
    }


def _say(done: RegisterImport) -> None:
    from ats.intake.text import legible

    state = "applied" if done.applied else "not applied"
    told = done.document()
    counts = ", ".join(
        f"{told[name]} {name}" for name in ("new", "changed", "unchanged", "refused")
    )
    say(f"{legible(done.filename)}, {state}: {counts}.")
    if done.kept:
        say(f"Left the register before, and not put back: {', '.join(done.kept)}.")
    if done.problems:
        rows = [(one.row, one.column, one.problem) for one in done.problems[:_SHOWN]]
        table(("row", "column", "problem"), rows)
        if len(done.problems) > _SHOWN:
            say(f"… and {len(done.problems) - _SHOWN} more; --json tells them all.")
    elif not done.applied:
        say("Nothing was changed; repeat with --apply to do it.")
