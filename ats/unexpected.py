"""Faults of ours, told without anybody's data: what kind, and where it arose."""

from __future__ import annotations

import logging
import traceback

log = logging.getLogger(__name__)


def told(fault: Exception) -> str:
    """Return the end of a sentence about a fault, and log the places it came through.

    Neither holds the fault's own text nor any value: both may hold names and addresses.
    """
    frames = traceback.extract_tb(fault.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
    log.error("%s at %s", type(fault).__name__, " from ".join(places))
    where = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return (
        f"stopped by an unexpected fault ({type(fault).__name__}{where}); "
        "report it with what the log says at this time."
    )
