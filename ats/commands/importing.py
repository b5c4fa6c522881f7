"""One file, from its preflight to the answer: what the two import commands have in common."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ats.commands.answer import answer, refuse, say, table
from ats.commands.desk import Desk

if TYPE_CHECKING:
    from sqlmodel import Session

    from ats.intake.imports import AppliedImport
    from ats.intake.preflight import Preflight

_SHOWN = 20  # problems, for people; JSON has them all


@dataclass(frozen=True)
class Asked:
    """What every import command was given."""

    file: Path
    cohort: str
    apply: bool
    skip: bool
    allow: bool
    mapping: dict[str, str]
    by: str
    as_json: bool


def look_at_roster(session: Session, desk: Desk, asked: Asked) -> Preflight:
    """Return what the roster would change. Writes nothing."""
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


def look_at_progress(session: Session, desk: Desk, asked: Asked, as_of: dt.date) -> Preflight:
    """Return what the export of portfolios would change. Writes nothing."""
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


def import_file(desk: Desk, asked: Asked, look: Callable[[Session], Preflight]) -> None:
    """Answer with what *look* finds in the file; apply it first when that was asked."""
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


def _show(told: dict[str, Any], asked: Asked, in_order: bool) -> None:
    from ats.intake.text import legible

    names = ("new", "changed", "unchanged", "missing", "refused")
    counts = ", ".join(f"{told[name]} {name}" for name in names)
    done = f"applied as import {told['import_id']}" if told["applied"] else "not applied"
    say(f"{legible(asked.file.name)}, {done}: {counts}.")
    for note in told["notes"]:
        say(note)
    for one in told["remarks"][:_SHOWN]:
        say(f"Mind {one['ref']}: {one['what']}.")
    if len(told["remarks"]) > _SHOWN:
        say(f"… and {len(told['remarks']) - _SHOWN} more; --json tells them all.")
    problems = told["problems"]
    if problems:
        rows = [(one["row"], one["column"], one["problem"]) for one in problems[:_SHOWN]]
        table(("row", "column", "problem"), rows)
        if len(problems) > _SHOWN:
            say(f"… and {len(problems) - _SHOWN} more; --json tells them all.")
    if not told["applied"] and in_order:
        say("Nothing was changed; repeat with --apply to do it.")
