"""The import folder: rosters and progress exports that staff put there."""

from __future__ import annotations

from typing import Any

from prefect import State, flow

from tasks.cohorts import deliver_queued
from tasks.conclusion import conclude
from tasks.imports import import_files


@flow(name="import-exports")
async def import_exports() -> State[Any]:
    """Imports clean files from the import folder, refuses the others, and e-mails operations.

    Files end in its subfolders `applied` and `refused`; a note beside a refused file says why.
    """
    imported = await import_files()
    sent = [await deliver_queued(cohort) for cohort in imported["cohorts"]]
    return await conclude(imported, *sent)
