"""Preflight of a progress export: started sections, one row each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from ats.errors import Refused
from ats.intake.columns import PROGRESS, lay_out
from ats.intake.dates import LONDON
from ats.intake.history import (
    Earlier,
    already_applied,
    refuse_older,
    refuse_superseded,
    saved_mappings,
    spoken,
    stamp,
    standing_imports,
)
from ats.intake.plan import NOW, Change, Plan
from ats.intake.portfolio import Portfolios, Section
from ats.intake.preflight import (
    ImportPolicy,
    Preflight,
    Tally,
    check_rows,
    conclude,
    too_much,
)
from ats.intake.problems import Problems, listed
from ats.intake.progress_rows import Entry, ProgressRows
from ats.intake.staff import Decisions
from ats.intake.table import Table
from ats.intake.values import NOT_STARTED
from ats.records.models import Cohort

_HANDFUL = 3  # sections that people may well have set back by hand


def preflight_progress(
    session: Session,
    cohort: Cohort,
    table: Table,
    *,
    now: dt.datetime,
    policy: ImportPolicy,
    as_of: dt.date,
    sections: Mapping[str, str],
    mapping: Mapping[str, str] | None = None,
    zone: ZoneInfo = LONDON,
) -> Preflight:
    """Return what applying an export would do. Writes nothing.

    `sections` are the programme's, key → title; `mapping` says what other headers mean. Raises
    FileFault for a file that is no progress export, Refused when rule 11 forbids it as a whole.
    """
    assert cohort.id is not None
    if as_of > now.astimezone(zone).date():
        raise Refused(f"{spoken(as_of)} is yet to come; give the day on which the export was made.")
    earliest = cohort.starts - dt.timedelta(weeks=policy.latest_joining_weeks)
    if as_of < earliest:
        raise Refused(
            f"{spoken(as_of)} is long before the start of cohort {cohort.code} "
            f"({spoken(cohort.starts)}); give the day on which the export was made."
        )
    standing = standing_imports(session, cohort.id, PROGRESS)
    refuse_older(table, standing, as_of)
    refuse_superseded(table, standing)
    layout = lay_out(table, PROGRESS, given=mapping or {}, saved=saved_mappings(session)[PROGRESS])
    problems = check_rows(table, layout, cohort)
    known = Portfolios(session, cohort.id)
    if not known:
        raise Refused(f"Nobody is in cohort {cohort.code} yet; import its roster first.")
    days = (earliest, as_of)
    rows = ProgressRows(table, layout, known, problems, sections=sections, days=days, zone=zone)
    outcome = _Outcome(known, Decisions(session), rows.entries(), problems)
    share = policy.large_change_percent
    return conclude(
        PROGRESS,
        cohort,
        table,
        layout,
        problems,
        outcome,
        large_change=_looks_older(table, outcome, known, as_of, standing)
        or too_much(outcome.suspicious, len(known.sections), share, "sections", table.filename),
        already=already_applied(table, standing, as_of),
        stamp=stamp(session),
        as_of=as_of,
    )


def _looks_older(
    table: Table,
    outcome: _Outcome,
    known: Portfolios,
    as_of: dt.date,
    standing: Sequence[Earlier],
) -> str | None:
    """Return why an export of an earlier day seems to have been given a newer date.

    Portfolios move forwards. Either more went backwards than forwards, and that more than a
    handful; or sections have vanished, and nothing is as new as what is known already.
    """
    backwards = f"{outcome.backwards} sections stand further back than in the records"
    why = f"{backwards}, and {outcome.forwards} further on"
    if outcome.backwards <= max(_HANDFUL, outcome.forwards):
        newest = max((section.updated_on for section in known.sections.values()), default=None)
        is_later = bool(standing) and as_of > (standing[-1].as_of or as_of)
        said = outcome.newest
        if not (is_later and outcome.tally.missing and said and newest and said < newest):
            return None
        why = f"its newest change is of {spoken(said)}, and one of {spoken(newest)} is known"
    return (
        f"{table.filename} looks like an older export: {why}; export it anew, or repeat with "
        "--allow-large-change if it is right."
    )


class _Outcome:
    """What the rows change in the portfolios that are known."""

    def __init__(
        self,
        known: Portfolios,
        decisions: Decisions,
        entries: list[Entry],
        problems: Problems,
    ) -> None:
        self.plan = Plan()
        self.notes: list[str] = []
        self.suspicious = self.forwards = self.backwards = 0
        self.newest = max((entry.updated_on for entry in entries if entry.updated_on), default=None)
        self._decisions = decisions
        self._counts = {"new": 0, "changed": 0, "unchanged": 0}
        self._back: list[str] = []
        self._kept: list[str] = []
        self._refuse_unstarted(entries, known, problems)
        for entry in entries:
            if entry.row not in problems.rows:
                before = known.sections.get((entry.enrolment_id, entry.section))
                self._counts[self._weigh(entry, before)] += 1
        named = {(entry.enrolment_id, entry.section) for entry in entries}
        gone = [key for key in known.sections.keys() - named if not known.is_carried(*key)]
        missing = len(gone)
        self.suspicious += missing
        people = {entry.enrolment_id for entry in entries}
        self.backwards += sum(person in people for person, _ in gone)
        self.tally = Tally(**self._counts, missing=missing, refused=len(problems.rows))
        if self._back:
            self.notes.append(f"No longer complete: {listed(self._back)}.")
        if self._kept:
            self.notes.append(f"Kept as staff recorded it: {listed(self._kept)}.")

    @staticmethod
    def _refuse_unstarted(entries: list[Entry], known: Portfolios, problems: Problems) -> None:
        for entry in entries:
            if (
                entry.status == NOT_STARTED
                and (entry.enrolment_id, entry.section) in known.sections
                and not known.is_carried(entry.enrolment_id, entry.section)
            ):
                problems.add(
                    entry.row,
                    "status",
                    f"{entry.ref} has started {entry.section} by our records; check the export",
                )

    def _weigh(self, entry: Entry, before: Section | None) -> str:
        if entry.status == NOT_STARTED or entry.updated_on is None:
            return "unchanged"
        if before is None:
            self.forwards += 1
            self.plan.progress.append(
                {
                    "enrolment_id": entry.enrolment_id,
                    "section": entry.section,
                    "status": entry.status,
                    "updated_on": entry.updated_on,
                    "complete_seen_at": NOW if entry.status == "complete" else None,
                }
            )
            return "new"
        if (before.status, before.updated_on) == (entry.status, entry.updated_on):
            return "unchanged"
        if self._staff_set(entry):
            self._kept.append(f"{entry.ref} {entry.section}")
            return "unchanged"
        self._change(entry, entry.updated_on, before)
        return "changed"

    def _staff_set(self, entry: Entry) -> bool:
        return any(
            self._decisions.hold(entry.ref, f"{field}:{entry.section}")
            for field in ("status", "updated_on")
        )

    def _change(self, entry: Entry, updated_on: dt.date, before: Section) -> None:
        went_back = before.status == "complete" != entry.status
        if went_back:
            self._back.append(f"{entry.ref} {entry.section}")
        is_back = went_back or updated_on < before.updated_on
        self.suspicious += is_back
        self.backwards += is_back
        self.forwards += not is_back
        changes: dict[str, tuple[Any, Any]] = {"updated_on": (before.updated_on, updated_on)}
        if before.status != entry.status:
            seen = NOW if entry.status == "complete" else None
            changes |= {
                "status": (before.status, entry.status),
                "complete_seen_at": (before.complete_seen_at, seen),
            }
        self.plan.changes += [
            Change("progress", before.id, field, old, new)
            for field, (old, new) in changes.items()
            if old != new
        ]
