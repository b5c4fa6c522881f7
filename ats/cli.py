"""The `ats` command: puts the groups together, and makes of every outcome an exit code.

0 done; 1 refused, with a sentence that says what is wrong and what to do; 2 usage; 130 for
Ctrl-C. Nobody who types a command is ever shown a traceback.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from ats.commands import (
    audit,
    bounces,
    calendars,
    case,
    case_decide,
    cohort,
    contact,
    demo,
    doctor,
    export,
    feed,
    imports,
    init,
    mentor,
    message,
    participant,
    participant_care,
    participant_year,
    person,
    person_care,
    programme,
    reading,
    reconcile,
    serve,
    tick,
    webinar,
)
from ats.commands.last_resort import sentence_about, usage_error

app = typer.Typer(
    name="ats",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"ats {version('ats-engine')}")
        raise typer.Exit


@app.callback()
def every(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Tell the version.")
    ] = False,
) -> None:
    """Send everyone in a cohort the right e-mail at the right moment."""


@app.command()
def up(
    sample: Annotated[bool, typer.Option("--sample", help="With the sample cohort in it.")] = False,
) -> None:
    """Run everything on this machine until Ctrl-C."""
    from ats.commands.up import up as run

    run(sample)


app.command()(serve.serve)
app.command()(init.init)
app.command()(doctor.doctor)
app.command()(demo.demo)
app.command()(tick.tick)
app.command()(reading.ledger)
app.command()(reading.why)
app.command()(reading.forecast)
app.command()(feed.feed)
app.command()(reconcile.reconcile)
app.command()(audit.audit)
case.app.command()(case_decide.decide)
participant.app.command()(participant_care.adjust)
participant.app.command()(participant_care.seen_done)
participant.app.command()(participant_care.note)
person.app.command()(person_care.silence)
person.app.command()(person_care.mend)
for group in (
    programme,
    cohort,
    webinar,
    calendars,
    participant_year,  # with the commands of `participant`
    mentor,
    person,
    contact,
    case,
    export,
    message,
    bounces,
):
    app.add_typer(group.app)
app.add_typer(imports.roster)
app.add_typer(imports.progress)
app.add_typer(imports.imports)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. `arguments` None: those of the process."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    if sys.stdout is None:  # closed by whoever started us: the work is done all the same
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        if isinstance(error, BrokenPipeError):  # whoever read us has seen enough
            return 0
        sys.stderr.write(f"The answer could not be written ({error.strerror}).\n")
        return 1
    return code


def _run(arguments: Sequence[str] | None) -> int:
    given = None if arguments is None else list(arguments)
    try:
        code = app(args=given, prog_name="ats", standalone_mode=False)
    except BrokenPipeError:
        raise
    except SystemExit as ending:  # what typer makes of a closed pipe
        if isinstance(ending.__context__, BrokenPipeError):
            raise ending.__context__ from None
        raise
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except Exception as error:  # noqa: BLE001 (the last resort: no traceback for people)
        return usage_error(error) or sentence_about(error)
    return code if isinstance(code, int) else 0
