"""A step of the live cohort's year that several tests begin after: taken once, then copied."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine


def step(taken: Callable[[CommandLine], None]) -> Any:
    """Make a fixture of the step's name: the live cohort after it, with nothing else left of it."""

    @pytest.fixture(name=taken.__name__)
    def after(live: CommandLine, steps: dict[str, Path]) -> CommandLine:
        name = f"{taken.__module__}.{taken.__name__}"
        if name in steps:
            shutil.copy(steps[name], live.database)
        else:
            taken(live)
            steps[name] = Path(shutil.copy(live.database, steps["live"].parent / f"{name}.db"))
        return live

    after.__doc__ = taken.__doc__
    return after
