"""`ats doctor`: is everything in order, and if not, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ats.commands.answer import answer, complain, refuse, table
from ats.commands.desk import read_moment
from ats.commands.options import Json, Now

if TYPE_CHECKING:
    import datetime as dt

    from ats.commands.finding import Finding
    from config.settings import Settings

    Look = Callable[[Settings, dt.datetime], Iterable[Finding]]

Watch = Annotated[
    bool,
    typer.Option(
        "--watch",
        help="Only say what stands still (for cron): nothing, or a sentence each and exit 1.",
        show_default=False,
    ),
]


def doctor(watch: Watch = False, now: Now = None, as_json: Json = False) -> None:
    """Check that everything is in order, and tell the remedies."""
    if watch:
        _tell_what_stands_still(_found(_standing_still, now), as_json=as_json)
    else:
        _tell_everything(_found(_everything, now), as_json=as_json)


def _found(look: Look, now: str | None) -> list[Finding]:
    from ats.commands.finding import Finding
    from config.settings import SettingsFaults, load_settings

    try:
        settings = load_settings()
    except SettingsFaults as error:
        return [Finding("settings", "red", fault, "Mend it first.") for fault in error.faults]
    return list(look(settings, read_moment(now, zone=settings.zone)))


def _everything(settings: Settings, now: dt.datetime) -> Iterable[Finding]:
    from ats.commands.health import findings

    return findings(settings, now=now)


def _standing_still(settings: Settings, now: dt.datetime) -> Iterable[Finding]:
    from ats.checks.watch import watch
    from ats.commands.entry import open_office
    from ats.commands.finding import Finding

    office = open_office(settings)
    try:
        alarms = watch(office, now=now, zone=settings.zone)
    finally:
        office.store.close()
    return [Finding(one.name, "red", one.what, one.remedy) for one in alarms]


def _tell_what_stands_still(found: list[Finding], *, as_json: bool) -> None:
    answer([asdict(one) for one in found], as_json=as_json, human=lambda: None)
    for one in found:
        complain(f"{one.text} {one.remedy}")
    if found:
        raise typer.Exit(1)


def _tell_everything(found: list[Finding], *, as_json: bool) -> None:
    reds = [one.name for one in found if one.status == "red"]

    def human() -> None:
        rows = [(one.status, one.name, f"{one.text} {one.remedy}") for one in found]
        table(("status", "what", "how it is"), rows)

    answer([asdict(one) for one in found], as_json=as_json, human=human)
    if reds:
        raise refuse(f"Not in order: {', '.join(reds)}; the remedies stand beside them.")
