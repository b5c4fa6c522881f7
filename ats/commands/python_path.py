"""Where a Python process that we start finds our packages, and nobody else's of the same name."""

from __future__ import annotations

import os
from pathlib import Path

import ats


def python_environment() -> dict[str, str]:
    """Return what to add to the environment of such a process."""
    return {
        "PYTHONPATH": _ours_first(),
        "PYTHONSAFEPATH": "1",  # nothing of that name in the folder we are called from
        "PYTHONUNBUFFERED": "1",
    }


def _ours_first() -> str:
    """Return ours with the checkout first, so that no other `config` or `tasks` takes its place."""
    root, given = Path(ats.__file__).parents[1], os.environ.get("PYTHONPATH")
    ours = [] if root.name == "site-packages" else [str(root)]
    return os.pathsep.join([*ours, *([given] if given else [])])
