"""What the demo tells to look further works when it is pasted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ats.commands.demo import _look_into


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose command the shell knows by its path only."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [".venv/bin/ats", "demo"])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ATS_DATABASE_URL", raising=False)
    return tmp_path


def test_a_command_that_the_shell_does_not_know_is_told_by_its_path(here: Path) -> None:
    assert _look_into(here / "var" / "demo") == "ATS_DATA_DIR=var/demo .venv/bin/ats"


def test_a_command_that_the_shell_knows_is_told_by_its_name(here: Path) -> None:
    (here / "ats").touch(mode=0o755)
    assert _look_into(here / "var" / "demo") == "ATS_DATA_DIR=var/demo ats"


def test_a_folder_with_a_blank_in_its_name_is_quoted(here: Path) -> None:
    assert _look_into(here / "my demo") == "ATS_DATA_DIR='my demo' .venv/bin/ats"


def test_a_database_of_the_settings_is_not_looked_into(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATS_DATABASE_URL", "postgresql+psycopg://mail.example/ats")
    assert _look_into(here / "var" / "demo") == (
        f"ATS_DATA_DIR=var/demo ATS_DATABASE_URL=sqlite:///{here}/var/demo/ats.db .venv/bin/ats"
    )
