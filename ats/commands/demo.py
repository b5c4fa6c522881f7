"""`ats demo`: the whole year of the sample cohort on a moving clock."""

from __future__ import annotations

import contextlib
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ats.commands.answer import answer, complain, progress, say, spoken, table, terminal_width
from ats.commands.options import Json

if TYPE_CHECKING:
    from ats.demo.report import YearReport
    from ats.office import Office
    from ats.outbox.smtp_url import SmtpAddress


def demo(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where it writes; replaced each time.")
    ] = Path("var/demo"),
    as_json: Json = False,
) -> None:
    """Take the sample cohort through its year, every e-mail over SMTP into a folder."""
    from ats.commands.lock import only_one
    from ats.demo.run import clear, refuse_foreign

    out = out.absolute()
    refuse_foreign(out)
    with only_one(out, elsewhere="with --out"):
        clear(out)
        report = _year(out)
    answer(report.document(), as_json=as_json, human=lambda: _tell(report, out))
    for error in dict.fromkeys(report.errors):
        complain(error)
    if report.errors or report.messages != report.in_maildir:
        raise typer.Exit(1)


def _year(out: Path) -> YearReport:
    from importlib.resources import files

    from ats.demo.run import refused_addresses, run_year
    from ats.outbox.local_mailbox import LocalMailbox

    samples = Path(str(files("config") / "samples"))
    with (
        LocalMailbox(out / "mail", refused=refused_addresses(samples)) as address,
        progress("2 September 2026 to 20 October 2027") as bar,
    ):
        office = _office(out, address)
        try:
            return run_year(office, samples=samples, maildir=out / "mail", progress=bar)
        finally:
            office.store.close()


def _office(out: Path, address: SmtpAddress) -> Office:
    """Return an office of the demo's own: no setting of this installation reaches it."""
    from ats.commands.entry import demo_office

    return demo_office(_database(out), lambda: address)


def _database(out: Path) -> str:
    return f"sqlite:///{out / 'ats.db'}"


def _tell(report: YearReport, out: Path) -> None:
    from ats.commands.year_table import year_table

    table(*year_table(report.by_month, width=terminal_width(sys.stdout)))
    say()
    table(["outcome of rows", "rows"], list(report.by_outcome.items()))
    say()
    table(["open cases at the end", "cases"], list(report.open_cases.items()))
    say()
    say(
        f"{report.messages} e-mails went over SMTP in {report.ticks} ticks; "
        f"{report.in_maildir} files lie in {report.maildir / 'new'}."
    )
    for one in report.webinars:
        say(_became(one))
    say()
    rows = [
        (one["scenario"], spoken(one["at"])[:10], one["person"], one["text"])
        for one in report.scenarios
    ]
    table(("scenario", "from", "whom", "what happened"), rows)
    say()
    say("Look further:")
    for command in ("why P0017", "message list --person P0017", "case list"):
        typer.echo(f"  {_look_into(out)} {command}")  # whole, so that it can be pasted
    say(f"It took {report.seconds:.0f} seconds.")


def _became(one: dict[str, Any]) -> str:
    """Return what became of a webinar in a sentence."""
    what = {
        "moved": f"moved from {spoken(one['was_at'])} to {spoken(one['starts_at'])}",
        "cancelled": f"cancelled, not on {spoken(one['was_at'])}",
        "recorded": "recording published",
    }[one["what"]]
    return f"{spoken(one['at'])}  {one['webinar']}: {what}; {one['e_mails']} e-mails."


def _look_into(out: Path) -> str:
    """Return what one pastes before a command's name to have it read this demo's records."""
    from config.settings import SettingsFaults, load_settings

    place = f"ATS_DATA_DIR={shlex.quote(_short(out))}"
    with contextlib.suppress(SettingsFaults):
        if "database_url" in load_settings().model_fields_set:  # it would go before the folder's
            place += " ATS_DATABASE_URL=" + shlex.quote(_database(out))
    return f"{place} {_ourselves()}"


def _ourselves() -> str:
    """Return how one types `ats` here: by its path where the shell does not know the name."""
    called = Path(sys.argv[0])
    if called.name != "ats" or shutil.which("ats"):
        return "ats"
    return shlex.quote(_short(called.absolute()))


def _short(path: Path) -> str:
    """Return the path as one would type it from here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
