"""The watched folder as a whole: every file in it is applied or refused, and operations are told.

A file is applied in one transaction with the notice about it, or not at all.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from ats import unexpected
from ats.errors import AtsError, Busy, FileFault, Refused
from ats.intake.columns import ROSTER
from ats.intake.folder import Dropped, file_kind_and_cohort, fitting, move_done, scan_folder
from ats.intake.history import saved_mappings
from ats.intake.imports import apply_import
from ats.intake.preflight import Preflight
from ats.intake.progress import preflight_progress
from ats.intake.results import nothing_done, result_of, spoken_problem
from ats.intake.roster import preflight_roster
from ats.intake.table import Table, read_table
from ats.intake.text import legible, paragraph
from ats.office import Office
from ats.outbox import leases
from ats.outbox.notices import TO, stage_notice
from ats.people.contacts import reachable_in_trial
from ats.records import gather
from ats.records import models as m

STEP = "import-preflight"
EXPLAINED = ".why.txt"  # written beside a refused file, for who has no other way to hear of it


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of one file; `cohort` is None where it could not be told."""

    name: str
    state: str  # 'applied', 'unchanged', 'refused'
    kind: str | None = None
    cohort: str | None = None
    as_of: dt.date | None = None
    import_id: int | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    """A file in the folder, and what it is, once it has been read."""

    path: Path
    dropped: Dropped | None = None
    table: Table | None = None

    @property
    def name(self) -> str:
        return legible(self.path.name)

    @property
    def order(self) -> tuple[bool, dt.date, str]:
        assert self.dropped is not None
        return self.dropped.order


def import_folder(office: Office, folder: Path, *, now: dt.datetime, by: str) -> list[ImportedFile]:
    """Apply what is clean in the folder and refuse the rest; rosters first, then progress by day.

    Files end in `applied/` or `refused/`, and operations get an e-mail about each (with the next
    tick). A folder that is missing is made. Raises Busy while another process does the same,
    FileFault when the folder cannot be used; then no file was touched.
    """
    _prepare(folder)
    with leases.lease(office.store, "import-folder") as ours:
        if not ours:
            raise Busy("Another run is importing from the folder at this moment; try again soon.")
        return list(_each(office, folder, now, by))


def _prepare(folder: Path) -> None:
    try:
        for place in (folder, folder / "applied", folder / "refused"):
            place.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=place).close()
    except OSError as error:
        raise FileFault(
            f"The import folder {folder} cannot be written ({error.strerror}); "
            "make it writable, or set ATS_IMPORT_DIR to another folder."
        ) from error


def _each(office: Office, folder: Path, now: dt.datetime, by: str) -> Iterator[ImportedFile]:
    files: list[_File] = []
    for path in scan_folder(folder):
        file = _File(path)
        try:
            files.append(_read(office, file))
        except (FileFault, Refused) as fault:
            yield _refuse(office, file, nothing_done(str(fault)), now)
    for file in sorted(files, key=lambda file: file.order):
        try:
            done = _apply(office, file, now, by)
        except Busy:
            continue  # somebody works on the records; the file waits for the next look
        except (FileFault, Refused) as fault:
            done = _refuse(office, file, nothing_done(str(fault)), now)
        except AtsError:
            raise  # a fault of the database or the programme is none of the file's
        except Exception as fault:  # noqa: BLE001 (rule 14: one file never stops the others)
            sentence = f"{file.name} was {unexpected.told(fault)}"
            done = _refuse(office, file, nothing_done(sentence), now)
        yield done


def _read(office: Office, file: _File) -> _File:
    table = read_table(file.path)
    with office.store.read() as session:
        codes = session.execute(select(col(m.Cohort.code))).scalars().all()
        saved = saved_mappings(session)
    dropped = file_kind_and_cohort(file.path, table, codes=codes, saved=saved)
    return _File(file.path, dropped, table)


# -- applying ---------------------------------------------------------------------------------


def _apply(office: Office, file: _File, now: dt.datetime, by: str) -> ImportedFile:
    assert file.dropped is not None
    with office.store.write() as session:
        cohort = gather.cohort_named(session, file.dropped.cohort)
        preflight = _preflight(office, session, cohort, file, now)
        clean = not (preflight.problems or preflight.large_change)
        if clean:
            applied = apply_import(session, preflight, now=now, by=by)
            told = {**result_of(file.dropped, preflight, applied), "ready": True}
            _tell(office, session, cohort, file, told, now)
    if not clean:
        return _refuse(office, file, result_of(file.dropped, preflight), now)
    move_done(file.path, "applied")
    return ImportedFile(
        name=file.name,
        state="applied" if applied.wrote else "unchanged",
        kind=preflight.kind,
        cohort=preflight.cohort_code,
        as_of=preflight.as_of,
        import_id=applied.import_id,
    )


def _preflight(
    office: Office, session: Session, cohort: m.Cohort, file: _File, now: dt.datetime
) -> Preflight:
    assert file.dropped is not None
    assert file.table is not None
    programme = office.programme_named(cohort.programme)
    policy, zone = programme.send_policy, ZoneInfo(programme.timezone)
    if file.dropped.kind == ROSTER:
        return preflight_roster(session, cohort, file.table, now=now, policy=policy, zone=zone)
    return preflight_progress(
        session,
        cohort,
        file.table,
        now=now,
        policy=policy,
        as_of=file.dropped.as_of,
        sections={section.key: section.title for section in programme.sections},
        zone=zone,
    )


# -- refusing ---------------------------------------------------------------------------------


def _refuse(office: Office, file: _File, told: dict[str, Any], now: dt.datetime) -> ImportedFile:
    code = file.dropped.cohort if file.dropped else None
    with office.store.write() as session:
        cohort = _concerned(session, code)
        if cohort is not None:
            _tell(office, session, cohort, file, {**told, "ready": False}, now)
    problems = tuple(map(spoken_problem, told["problems"]))
    remarks = (f"{one['ref']}: {one['what']}." for one in told["remarks"])
    moved = move_done(file.path, "refused")
    explained = moved.with_name(fitting(moved.name, EXPLAINED))
    explained.write_text("\n".join([*problems, *told["notes"], *remarks, ""]), encoding="utf-8")
    return ImportedFile(
        name=file.name,
        state="refused",
        kind=file.dropped.kind if file.dropped else None,
        cohort=code,
        as_of=file.dropped.as_of if file.dropped and file.dropped.kind != ROSTER else None,
        problems=problems,
    )


def _concerned(session: Session, code: str | None) -> m.Cohort | None:
    """Return the file's cohort; where it cannot be told, the first that is live, or the first."""
    if code is not None:
        return gather.cohort_named(session, code)
    order = (col(m.Cohort.starts), col(m.Cohort.code))
    cohorts = session.execute(select(m.Cohort).order_by(*order)).scalars().all()
    live = [cohort for cohort in cohorts if cohort.status == "live"]
    return next(iter([*live, *cohorts]), None)


# -- telling ----------------------------------------------------------------------------------


def _tell(
    office: Office,
    session: Session,
    cohort: m.Cohort,
    file: _File,
    told: dict[str, Any],
    now: dt.datetime,
) -> None:
    """Stage the e-mail about a file; in a trial it goes only to an allow-listed mailbox."""
    head = office.letterhead
    kind = file.dropped.kind if file.dropped else "import"
    stage_notice(
        session,
        cohort=cohort,
        step=STEP,
        facts={**told, "kind": kind, "file": paragraph(file.name)},
        now=now,
        domain=head.domain,
        may_go=cohort.status != "trial" or TO in reachable_in_trial(session, head),
    )
