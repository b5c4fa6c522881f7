"""What a file would do, before anything is written."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ats.errors import Refused
from ats.intake.columns import Layout
from ats.intake.plan import Plan
from ats.intake.problems import Problem, Problems
from ats.intake.table import Table
from ats.intake.text import clean, fold, shown
from ats.records.models import Cohort

FEW = 10  # of fewer, any share may have changed


class ImportPolicy(Protocol):
    """What a programme says about imports (`SendPolicy` of a programme file has both)."""

    @property
    def latest_joining_weeks(self) -> int: ...

    @property
    def large_change_percent(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Stamp:
    """How far the records had come; equal stamps: nothing was decided or imported since."""

    import_id: int
    audit_id: int


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know about a participant's row that is no problem, as a clause."""

    ref: str
    what: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows of the file by what becomes of them; `missing` counts what it does not name."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """What applying this file would do. Made by `preflight_roster` and `preflight_progress`."""

    kind: str
    cohort_id: int
    cohort_code: str
    filename: str
    digest: str
    as_of: dt.date | None
    tally: Tally
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    remarks: tuple[Remark, ...]
    large_change: str | None  # why it needs --allow-large-change
    already: int | None  # the import that applied this very file; nothing is left to do
    mapping: Mapping[str, str]  # folded header → column, to be remembered
    stamp: Stamp
    plan: Plan = field(repr=False)


class Outcome(Protocol):
    """What the sound rows of a file come to."""

    @property
    def tally(self) -> Tally: ...

    @property
    def plan(self) -> Plan: ...

    @property
    def notes(self) -> Sequence[str]: ...


def conclude(
    kind: str,
    cohort: Cohort,
    table: Table,
    layout: Layout,
    problems: Problems,
    outcome: Outcome,
    *,
    large_change: str | None,
    already: int | None,
    stamp: Stamp,
    as_of: dt.date | None = None,
    remarks: Iterable[Remark] = (),
) -> Preflight:
    """Return the preflight. `already` counts only when nothing is left to do."""
    assert cohort.id is not None
    tally = outcome.tally
    return Preflight(
        kind=kind,
        cohort_id=cohort.id,
        cohort_code=cohort.code,
        filename=table.filename,
        digest=table.digest,
        as_of=as_of,
        tally=tally,
        problems=tuple(problems),
        notes=(*table.notes, *layout.notes, *outcome.notes),
        remarks=tuple(remarks),
        large_change=large_change,
        already=None if tally.new or tally.changed else already,
        mapping=layout.by_hand,
        stamp=stamp,
        plan=outcome.plan,
    )


def check_rows(table: Table, layout: Layout, cohort: Cohort) -> Problems:
    """Return the problems of rows as such: of another cohort, too long, cut off.

    Raises Refused when no row is of this cohort.
    """
    problems = Problems()
    _refuse_other_cohorts(table, layout, cohort, problems)
    _refuse_unsaid(table, layout, problems)
    for row in table.rows:
        if any(map(clean, row.cells[len(table.headers) :])):
            problems.add(
                row.number,
                None,
                f"the row has more cells than the {len(table.headers)} headers; "
                "put a cell that holds the delimiter into quotes",
            )
    if table.cut_off:
        problems.add(table.rows[-1].number, None, "the file ends within this row; export it again")
    return problems


def _refuse_other_cohorts(table: Table, layout: Layout, cohort: Cohort, problems: Problems) -> None:
    others: dict[str, list[int]] = {}
    is_ours = functools.cache(functools.partial(is_cohort, code=cohort.code))
    for row in table.rows:
        if not is_ours(said := layout.raw(row, "cohort")):
            others.setdefault(clean(said), []).append(row.number)
    if table.rows and sum(map(len, others.values())) == len(table.rows):
        names = ", ".join(shown(name) for name in sorted(others)[:3])
        raise Refused(
            f"{table.filename} names the cohort {names} and not {cohort.code}; "
            "check which file it is, or import it into its own cohort."
        )
    for name, rows in others.items():
        what = f"this row is of the cohort {shown(name)}" if name else "the cohort is empty"
        problems.add_all(rows, "cohort", f"{what}; take it out or write {cohort.code}")


def _refuse_unsaid(table: Table, layout: Layout, problems: Problems) -> None:
    """Note cells of a workbook that only look empty: formulas without result, merged cells."""
    numbers = {row.number for row in table.rows}
    columns = {place: column for column, place in layout.places.items()}
    for number, place in sorted(table.scan.unreckoned):
        if number in numbers and place in columns:
            problems.add(
                number,
                columns[place],
                "the cell holds a formula without its result; open the file in Excel and save it, "
                "or write the value itself",
            )
    for area in table.scan.merged:
        for number in numbers.intersection(range(area.first_row, area.last_row + 1)):
            for place in columns:
                if area.hides(number, place):
                    problems.add(
                        number,
                        columns[place],
                        "the cell is merged with others; unmerge them and write the value into "
                        "each row",
                    )


def is_cohort(said: str, code: str) -> bool:
    """Tell whether a cell names the cohort, also when Excel made a month of a code like 2026-10."""
    if fold(said) == fold(code):
        return True
    try:
        first = dt.date.fromisoformat(f"{code}-01")
    except ValueError:
        return False
    as_month = {f"{first:%b-%y}", f"{first:%d/%m/%Y}", f"{first:%Y-%m-%d}", f"{first:%B %Y}"}
    return clean(said).casefold() in {text.casefold() for text in as_month}


def too_much(changed: int, known: int, percent: int, what: str, name: str) -> str | None:
    """Return why the file needs --allow-large-change, or None; a handful has no percentages."""
    if known < FEW or changed * 100 <= known * percent:
        return None
    return (
        f"{name} changes {changed} of the {known} {what} that are known, more than {percent} %; "
        "check that it is the right file, then repeat with --allow-large-change."
    )
