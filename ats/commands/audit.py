"""`ats audit`: who did what, when, and why."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from ats.commands.answer import answer, say, spoken, table
from ats.commands.desk import name_of, open_desk, read_moment
from ats.commands.options import By, Json, Now, stripped


def audit(
    person: Annotated[
        str | None,
        typer.Option(
            "--person", metavar="REF", callback=stripped, help="About one participant or mentor."
        ),
    ] = None,
    cohort: Annotated[
        str | None,
        typer.Option("--cohort", metavar="CODE", callback=stripped, help="Of one cohort."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="MOMENT", help="From 2026-11-01 on, say.")
    ] = None,
    restricted: Annotated[
        bool,
        typer.Option(
            "--restricted",
            help="With restricted reasons; that you saw them is recorded.",
            show_default=False,
        ),
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, metavar="N", help="Only the newest. [default: all]"),
    ] = None,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Tell every staff action and import: who, when, before, after, why. The oldest first."""
    from ats.people.audit_trail import Asked, audit_trail, whole_audit_trail

    who = name_of(by)
    with open_desk(now) as desk:
        first = None if since is None else read_moment(since, zone=desk.zone, option="--since")
        asked = Asked(person, cohort, first, limit)
        told = (
            whole_audit_trail(desk.office, asked, now=desk.now, by=who, zone=desk.zone)
            if restricted
            else audit_trail(desk.office, asked, zone=desk.zone)
        )
        answer(told, as_json=as_json, human=lambda: _show(told))


def _show(told: list[dict[str, Any]]) -> None:
    if not told:
        say("Nothing like that is in the audit trail.")
        return
    rows = [
        (
            spoken(one["at"]),
            one["by"],
            one["action"],
            one["cohort"],
            one["subject"],
            _short(one["before"]),
            _short(one["after"]),
            one["reason"],
        )
        for one in told
    ]
    table(("at", "by", "action", "cohort", "about", "before", "after", "reason"), rows)


def _short(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)
