"""Applies what a preflight found, whole or not at all."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlmodel import Session

from ats.errors import Busy, Refused
from ats.intake.columns import PROGRESS, ROSTER
from ats.intake.history import stamp
from ats.intake.plan import NOW, Change, Plan
from ats.intake.preflight import Preflight, Tally
from ats.intake.problems import Problem
from ats.intake.relations import AUDIT, COHORT, HEADER_MAPPING
from ats.intake.writing import ChangeLog, insert_rows, wake
from ats.people.vital import mended
from ats.records.models import EPOCH

IMPORTED = {ROSTER: "roster import", PROGRESS: "progress import"}  # actions of the audit trail


@dataclass(frozen=True, slots=True)
class AppliedImport:
    """An import that stands; `wrote` False: this very file had been applied before."""

    import_id: int
    tally: Tally
    wrote: bool


def apply_import(
    session: Session,
    preflight: Preflight,
    *,
    now: dt.datetime,
    by: str,
    skip_problem_rows: bool = False,
    allow_large_change: bool = False,
) -> AppliedImport:
    """Write what the preflight found, in the caller's one transaction.

    Raises Refused, with nothing written, for rows with problems (unless they are to be skipped)
    or too large a change (unless it is allowed), and Busy if the records have changed since the
    preflight.
    """
    _refuse(preflight, skip_problem_rows, allow_large_change)
    if preflight.already is not None:
        return AppliedImport(preflight.already, preflight.tally, wrote=False)
    session.flush()
    connection = session.connection()
    lock_imports(connection)
    if stamp(session) != preflight.stamp:
        raise Busy("The records have changed since the file was checked; run the command again.")
    import_id = _record(connection, preflight, now, by)
    log = ChangeLog(connection, import_id, now)
    _remember(connection, log, preflight)
    _write_people(log, preflight, now)
    log.add("progress", preflight.plan.progress)
    log.close()
    _wake(connection, preflight)
    session.expire_all()
    for person in sorted(_readdressed(preflight.plan)):
        mended(session, person, now=now, by=by)
    return AppliedImport(import_id, preflight.tally, wrote=True)


def import_result(preflight: Preflight, applied: AppliedImport | None = None) -> dict[str, Any]:
    """Return the JSON document of the contract; `applied` None: a preflight only."""
    problems = list(preflight.problems)
    if preflight.large_change and applied is None:
        problems.insert(0, Problem(None, None, preflight.large_change))
    return {
        "import_id": applied.import_id if applied else None,
        "applied": applied is not None,
        **dataclasses.asdict(preflight.tally),
        "problems": [dataclasses.asdict(problem) for problem in problems],
        "notes": list(preflight.notes),
        "remarks": [dataclasses.asdict(remark) for remark in preflight.remarks],
    }


def _refuse(preflight: Preflight, skip_problem_rows: bool, allow_large_change: bool) -> None:
    tally = preflight.tally
    if preflight.problems and not skip_problem_rows:
        first = preflight.problems[0]
        rows = "row has" if tally.refused == 1 else "rows have"
        raise Refused(
            f"{preflight.filename} was not applied: {tally.refused} {rows} problems (the first, "
            f"row {first.row}{f', {first.column}' if first.column else ''}: "
            f"{first.problem.rstrip('.')}); put them right, or apply the other rows "
            "with --skip-problem-rows."
        )
    if preflight.problems and not tally.new + tally.changed + tally.unchanged:
        raise Refused(f"{preflight.filename} has no row without a problem; nothing was applied.")
    if preflight.large_change and not allow_large_change:
        raise Refused(preflight.large_change)


def lock_imports(connection: Connection) -> None:
    """Let one import write at a time, over all cohorts (they share people)."""
    query = select(COHORT.c.id).order_by(COHORT.c.id).with_for_update(key_share=True)
    connection.execute(query).all()


def _record(connection: Connection, preflight: Preflight, now: dt.datetime, by: str) -> int:
    tally = dataclasses.asdict(preflight.tally)
    file = {"filename": preflight.filename, "digest": preflight.digest}
    row = {"cohort_id": preflight.cohort_id, "kind": preflight.kind, "as_of": preflight.as_of}
    row |= {"applied_at": now, "applied_by": by, **file, **tally}
    (import_id,) = insert_rows(connection, "import", [row])
    as_of = preflight.as_of.isoformat() if preflight.as_of else None
    named = {"refs": preflight.plan.refs, "mentors": preflight.plan.mentors}
    after = {"import": import_id, "as_of": as_of, **file, **tally, **named}
    connection.execute(
        insert(AUDIT).values(
            at=now,
            by=by,
            action=IMPORTED[preflight.kind],
            cohort_id=preflight.cohort_id,
            after=after,
            reason="",
            restricted=False,
        )
    )
    return import_id


def _remember(connection: Connection, log: ChangeLog, preflight: Preflight) -> None:
    """Keep what was said about headers; an earlier meaning of the same header gives way."""
    for header, column in preflight.mapping.items():
        at = (HEADER_MAPPING.c.kind == preflight.kind) & (HEADER_MAPPING.c.header == header)
        found = connection.execute(
            select(HEADER_MAPPING.c.id, HEADER_MAPPING.c.column).where(at)
        ).one_or_none()
        if found is None:
            row = {"kind": preflight.kind, "header": header, "column": column}
            log.add("header_mapping", [row])
        elif found[1] != column:
            log.change([Change("header_mapping", found[0], "column", found[1], column)])
        else:
            log.confirm([Change("header_mapping", found[0], "column", column, column)])


def _write_people(log: ChangeLog, preflight: Preflight, now: dt.datetime) -> None:
    plan = preflight.plan
    log.confirm(plan.confirmed)
    log.change(plan.changes)  # first, so that an ended mentorship makes room for the next
    people = log.add("person", plan.people, {"created_at": now})
    person_ids = {row["email_key"]: id_ for row, id_ in zip(plan.people, people, strict=True)}
    roles = log.add(
        "role",
        [
            {
                "person_id": role.person_id or person_ids[role.email_key],
                "kind": role.kind,
                "ref": role.ref,
            }
            for role in plan.roles
        ],
    )
    role_ids = {role.ref: id_ for role, id_ in zip(plan.roles, roles, strict=True)}
    enrolment_ids = _enrol(log, preflight, role_ids)
    _name_mentors(log, plan, role_ids, enrolment_ids)


def _enrol(log: ChangeLog, preflight: Preflight, role_ids: dict[str, int]) -> dict[str, int]:
    enrolments = preflight.plan.enrolments
    ids = log.add(
        "enrolment",
        [
            {
                "cohort_id": preflight.cohort_id,
                "role_id": enrolment.role_id or role_ids[enrolment.ref],
                "joined_on": enrolment.joined_on,
                "status": "active",
                "accepted_at": NOW,
            }
            for enrolment in enrolments
        ],
        {"next_due_at": EPOCH},
    )
    return {enrolment.ref: id_ for enrolment, id_ in zip(enrolments, ids, strict=True)}


def _name_mentors(
    log: ChangeLog, plan: Plan, role_ids: dict[str, int], enrolment_ids: dict[str, int]
) -> None:
    log.add(
        "mentorship",
        [
            {
                "enrolment_id": naming.enrolment_id or enrolment_ids[naming.participant_ref],
                "role_id": naming.mentor_role_id or role_ids[naming.mentor_ref],
                "named_at": NOW,
            }
            for naming in plan.namings
        ],
    )


def _readdressed(plan: Plan) -> set[int]:
    changes = ((change.entity, change.field, change.entity_id) for change in plan.changes)
    return {id_ for entity, field, id_ in changes if (entity, field) == ("person", "email_key")}


def _wake(connection: Connection, preflight: Preflight) -> None:
    plan = preflight.plan
    wake(
        connection,
        preflight.cohort_id,
        enrolments=plan.enrolments_touched,
        people=plan.people_touched,
        everybody=preflight.kind == PROGRESS,  # its as-of changes what is fresh for all
    )
