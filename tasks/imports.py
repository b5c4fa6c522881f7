"""The watched folder."""

from __future__ import annotations

from typing import Any

from prefect import task

from ats.reports import imports
from config.settings import load_settings
from tasks.at_work import at_work


@task(name="import files")
async def import_files() -> dict[str, Any]:
    """Apply what is clean in the folder, refuse the rest, and stage an e-mail about each file."""
    return await at_work(
        lambda office, now: imports.run_import(office, load_settings().import_dir, now=now)
    )
