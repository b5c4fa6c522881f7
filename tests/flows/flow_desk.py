"""What a test of flows puts into the import folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

CODE = "2026-10"
BEN = "P0002,Ben,Shah,ben@glen.example,Glen"
HEAD = (
    "cohort,participant_ref,given_name,family_name,email,organisation,nation,joined_on,"
    "mentor_ref,mentor_given_name,mentor_family_name,mentor_email,mentor_nation"
)


def write_roster(path: Path, *people: str) -> None:
    """Write a roster of people who joined on Monday and have named nobody."""
    today = dt.datetime.now(dt.UTC).date()
    monday = today - dt.timedelta(days=today.weekday())
    rows = [f"{CODE},{person},england,{monday},,,,," for person in people]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
