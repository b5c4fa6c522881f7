"""Preflight of a roster: participants, and the mentors they have named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sqlmodel import Session

from ats.errors import FileFault
from ats.intake import roster_checks as check
from ats.intake.columns import ROSTER, lay_out
from ats.intake.dates import LONDON
from ats.intake.history import (
    already_applied,
    refuse_superseded,
    saved_mappings,
    stamp,
    standing_imports,
)
from ats.intake.known import Known
from ats.intake.matching import Matcher
from ats.intake.preflight import FEW, ImportPolicy, Preflight, check_rows, conclude, too_much
from ats.intake.problems import Problems
from ats.intake.remarks import remarks_on
from ats.intake.roster_checks import Entry
from ats.intake.roster_outcome import RosterOutcome
from ats.intake.roster_rows import RosterRow, roster_rows
from ats.intake.staff import Decisions
from ats.intake.table import Table
from ats.records.models import Cohort

_MOST_PERCENT = 80


def preflight_roster(
    session: Session,
    cohort: Cohort,
    table: Table,
    *,
    now: dt.datetime,
    policy: ImportPolicy,
    mapping: Mapping[str, str] | None = None,
    zone: ZoneInfo = LONDON,
) -> Preflight:
    """Return what applying a roster would do. Writes nothing.

    `mapping` says what other headers mean; `now` is there because both preflights are called
    alike. Raises FileFault for a file that is no roster, Refused when rule 11 forbids it as a
    whole.
    """
    assert cohort.id is not None
    standing = standing_imports(session, cohort.id, ROSTER)
    refuse_superseded(table, standing)
    layout = lay_out(table, ROSTER, given=mapping or {}, saved=saved_mappings(session)[ROSTER])
    if not table.rows:
        raise FileFault(f"{table.filename} has headers and no rows; export it again.")
    problems = check_rows(table, layout, cohort)
    rows = list(roster_rows(table, layout, problems, zone=zone))
    known = _known(session, cohort.id, rows)
    decisions = Decisions(session)
    entries = _checked(table, rows, known, cohort, policy, decisions, problems)
    sound = [entry for entry in entries if entry.row.number not in problems.rows]
    outcome = RosterOutcome(
        sound,
        known,
        decisions,
        missing=_missing(entries, known),
        refused=len(problems.rows),
    )
    share = policy.large_change_percent
    return conclude(
        ROSTER,
        cohort,
        table,
        layout,
        problems,
        outcome,
        large_change=_looks_foreign(table, entries, known, outcome.tally.missing)
        or too_much(outcome.rewritten, len(known.enrolments), share, "people", table.filename),
        already=already_applied(table, standing, None),
        stamp=stamp(session),
        remarks=remarks_on(session, sound, known),
    )


def _known(session: Session, cohort_id: int, rows: list[RosterRow]) -> Known:
    people = [said for row in rows for said in (row.participant, row.mentor) if said]
    return Known(
        session,
        cohort_id,
        refs={said.ref for said in people if said.ref},
        email_keys={said.email_key for said in people if said.email_key},
    )


def _checked(
    table: Table,
    rows: list[RosterRow],
    known: Known,
    cohort: Cohort,
    policy: ImportPolicy,
    decisions: Decisions,
    problems: Problems,
) -> list[Entry]:
    """Return the rows with whom they mean, everything that speaks against them noted."""
    matcher = Matcher(known, problems)
    participants = [matcher.match(row.participant) for row in rows]  # before any mentor
    mentors = [matcher.match(row.mentor) if row.mentor else None for row in rows]
    entries = list(map(Entry, rows, participants, mentors))
    check.refuse_repeated(entries, problems)
    check.refuse_far_joining(entries, cohort, table, policy.latest_joining_weeks, problems)
    check.refuse_own_mentor(entries, problems)
    check.refuse_differing(matcher.subjects, problems)
    check.refuse_incomplete(matcher.subjects, problems)
    check.refuse_strangers(matcher.subjects, problems)
    check.refuse_unjoined(entries, known, problems)
    check.refuse_other_mentor(entries, known, problems)
    check.refuse_silenced_mentor(entries, known, problems)
    matcher.settle(decisions)
    return entries


def _looks_foreign(table: Table, entries: list[Entry], known: Known, missing: int) -> str | None:
    """Return why the file seems to be another cohort's under this one's code, or None."""
    fresh = [entry for entry in entries if entry.enrolment(known) is None]
    elsewhere = sum(
        entry.participant is not None and entry.participant.role is not None for entry in fresh
    )
    active = sum(enrolment.status == "active" for enrolment in known.enrolments.values())
    if elsewhere >= FEW and _is_most(elsewhere, len(entries)):
        why = f"{elsewhere} of its {len(entries)} people were in another cohort before"
    elif active >= FEW and _is_most(missing, active) and _is_most(len(fresh), len(entries)):
        why = (
            f"{len(fresh)} of its {len(entries)} people are new, and {missing} of {active} missing"
        )
    else:
        return None
    return (
        f"{table.filename} looks like another cohort's file: {why}; check which file it is, or "
        "repeat with --allow-large-change if it is right."
    )


def _is_most(part: int, whole: int) -> bool:
    return part * 100 >= whole * _MOST_PERCENT


def _missing(entries: list[Entry], known: Known) -> int:
    """Count the active participants whom no row names."""
    refs = {entry.row.participant.ref or "" for entry in entries}
    refs |= {entry.participant.ref for entry in entries if entry.participant}
    named = {ref.casefold() for ref in refs}
    return sum(
        enrolment.status == "active" and known.role_of_id[role_id].ref.casefold() not in named
        for role_id, enrolment in known.enrolments.items()
    )
