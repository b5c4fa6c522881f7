"""The wheel, and one demo by the command that it installs, for every test that looks at them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from installed import DemoRun, Installed


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """`ats` from the wheel, where this checkout cannot be imported. Takes some seconds."""
    made = Installed(_shared(tmp_path_factory) / "installed")
    _once(made.folder, made.make)
    return made


@pytest.fixture(scope="session")
def demo_run(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """The sample cohort's year, by the installed command. Takes about a minute."""
    made = DemoRun(installed, _shared(tmp_path_factory) / "demo")
    _once(made.folder, made.make)
    return made


def _shared(factory: pytest.TempPathFactory) -> Path:
    """Return a folder that the workers of this test run have in common (pytest-xdist)."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def _once(folder: Path, make: Callable[[], None]) -> None:
    """Make what belongs into a folder, unless another worker has; who comes meanwhile waits."""
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "done"
        if not done.exists():
            folder.mkdir()
            make()
            done.touch()
