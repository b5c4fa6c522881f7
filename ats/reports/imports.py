"""What the watched folder brought, as the dashboard tells it. File names stay out of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ats.intake.watch import ImportedFile, import_folder
from ats.office import Office

_NAMED = 3  # with more files than this a run's name only counts them


def run_import(office: Office, folder: Path, *, now: dt.datetime) -> dict[str, Any]:
    """Import what is in the folder; return name, verdict, errors and the files as JSON."""
    files = import_folder(office, folder, now=now, by="import-exports")
    refused = sum(file.state == "refused" for file in files)
    warning = (
        f"{refused} of {len(files)} files refused; the e-mail to operations and the note beside "
        "each file in the folder `refused` say why."
    )
    return {
        "name": run_name(files),
        "verdict": "warned" if refused else "done",
        "message": f"{len(files)} files looked at." if files else "The import folder is empty.",
        "errors": [warning] if refused else [],
        "cohorts": sorted({file.cohort for file in files if file.cohort}),
        "states": dict(Counter(file.state for file in files)),
    }


def run_name(files: Sequence[ImportedFile]) -> str:
    """Return `2026-10 · progress as of 2026-11-16 applied`, file by file, or how many there are."""
    if not files:
        return "no file to import"
    if len(files) <= _NAMED:
        return " | ".join(map(_told, files))
    states = Counter(file.state for file in files)
    return ", ".join(f"{count} {state}" for state, count in sorted(states.items()))


def _told(file: ImportedFile) -> str:
    what = file.kind or "a file of another kind"
    day = f" as of {file.as_of}" if file.as_of else ""
    cohort = f"{file.cohort} · " if file.cohort else ""
    return f"{cohort}{what}{day} {file.state}"
