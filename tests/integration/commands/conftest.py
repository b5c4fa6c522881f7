"""A command line on an empty database, then with a cohort, then with one that is live."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import ROSTER, CommandLine

from ats.cli import main
from ats.outbox.mailbox import InMemoryMailbox

SETTINGS = {
    "ATS_MAIL_FROM": "ATS team <ats@provider.example>",
    "ATS_OPERATIONS_EMAIL": "operations@provider.example",
    "ATS_PXM_EMAIL": "pxm@provider.example",
    "ATS_PORTFOLIO_URL": "https://portfolio.example/",
    "ATS_KNOWLEDGE_BASE_URL": "https://portfolio.example/kb",
    "ATS_PRIVACY_NOTICE_URL": "https://provider.example/privacy",
}


@pytest.fixture
def mailbox() -> Iterator[InMemoryMailbox]:
    """A real SMTP server that keeps what it is given."""
    with InMemoryMailbox() as mailbox:
        yield mailbox


@pytest.fixture
def bare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    """A command line in an empty folder: no settings, no database."""
    _enter(tmp_path, monkeypatch)
    return CommandLine(tmp_path, capsys)


@pytest.fixture
def ats(
    bare: CommandLine,
    sqlite_template: Path,
    mailbox: InMemoryMailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> CommandLine:
    """A command line with an empty database, every setting, and a mail server."""
    bare.database.parent.mkdir()
    shutil.copy(sqlite_template, bare.database)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ATS_SMTP_URL", str(mailbox.address))
    return bare


@pytest.fixture(scope="session")
def steps(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Databases with cohort 2026-10 in them, made by the command: in trial, live, and later."""
    folder = tmp_path_factory.mktemp("cohort")
    (folder / "var").mkdir()
    database = Path(shutil.copy(sqlite_template, folder / "var" / "ats.db"))
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    cohort = ("--cohort", "2026-10", "--now", "2026-09-02T10:00", "--apply")
    with pytest.MonkeyPatch.context() as patch:
        _enter(folder, patch)
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        launch = ("2026-10", "--starts", "2026-10-05", "--now", "2026-09-01")
        assert main(("cohort", "launch", *launch)) == 0
        assert main(("roster", "import", "roster.csv", *cohort)) == 0
        trial = Path(shutil.copy(database, folder / "trial.db"))
        assert main(("cohort", "go-live", "2026-10", "--now", "2026-09-02T11:00")) == 0
    return {"trial": trial, "live": database}


@pytest.fixture
def trial(ats: CommandLine, steps: dict[str, Path]) -> CommandLine:
    """With cohort 2026-10 in trial: Ada, Zoë without a mentor, and Alan, who joins late."""
    ats.write("roster.csv", ROSTER)
    shutil.copy(steps["trial"], ats.database)
    return ats


@pytest.fixture
def live(trial: CommandLine, steps: dict[str, Path]) -> CommandLine:
    """The same cohort, live since 2 September 2026, with nothing sent yet."""
    shutil.copy(steps["live"], trial.database)
    return trial


def _enter(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Work in this folder, with no setting of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith(("ATS_", "PREFECT_"))]:
        patch.delenv(name)
    patch.chdir(folder)
