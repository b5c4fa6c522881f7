"""What is told of a file that was put into the watched folder."""

from __future__ import annotations

from typing import Any

from ats.intake.folder import Dropped
from ats.intake.history import spoken
from ats.intake.imports import AppliedImport, import_result
from ats.intake.preflight import Preflight


def result_of(
    dropped: Dropped | None, preflight: Preflight, applied: AppliedImport | None = None
) -> dict[str, Any]:
    """Return what is told of a file; also its day, where that was only guessed."""
    told = import_result(preflight, applied)
    if preflight.as_of is not None and dropped is not None and dropped.is_guessed:
        day = spoken(preflight.as_of)
        sentence = (
            f"No date stands in the file's name, so it counts as of {day}, when it was last "
            "changed; put the day of the export into the name, as 2026-11-16."
        )
        told["notes"] = [sentence, *told["notes"]]
    return told


def nothing_done(problem: str) -> dict[str, Any]:
    """Return the result of a file that could not be checked row by row."""
    counts = dict.fromkeys(("new", "changed", "unchanged", "missing", "refused"), 0)
    whole = {"row": None, "column": None, "problem": problem}
    return {
        "import_id": None,
        "applied": False,
        **counts,
        "problems": [whole],
        "notes": [],
        "remarks": [],
    }


def spoken_problem(problem: dict[str, Any]) -> str:
    """Return 'Row 3, email: …'."""
    row = f"Row {problem['row']}" if problem["row"] else ""
    place = ", ".join(part for part in (row, problem["column"]) if part)
    return f"{place}: {problem['problem']}" if place else str(problem["problem"])
