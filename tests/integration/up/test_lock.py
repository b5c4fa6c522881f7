"""A second `ats up` or `ats demo` in a folder is refused; a dead one leaves nothing locked."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ats.cli import main
from ats.commands.lock import only_one, refuse_second
from ats.commands.up import PORT_VARIABLE

ROOT = Path(__file__).parents[3]
HOLDS = (
    "import sys, time; from pathlib import Path; from ats.commands.lock import only_one\n"
    "with only_one(Path(sys.argv[1])):\n"
    "    print('held', flush=True)\n"
    "    time.sleep(60)\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder."""
    for name in [name for name in os.environ if name.startswith(("ATS_", "PREFECT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    return tmp_path / "var"


@pytest.fixture
def other(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that is up in that folder."""
    command = [sys.executable, "-c", HOLDS, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.mark.parametrize("port_is_taken", [True, False])
def test_a_second_one_is_refused_in_one_sentence_whatever_its_port(
    folder: Path,
    other: subprocess.Popen[str],
    port_is_taken: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setenv(PORT_VARIABLE, str(server.getsockname()[1]))
    if not port_is_taken:
        server.close()
    assert main(["up"]) == 1
    server.close()
    assert capsys.readouterr().err == (
        f"An `ats up` or `ats demo` works in {folder} already; end it or let it end first, or name "
        "another folder in ATS_DATA_DIR.\n"
    )
    assert [path.name for path in folder.iterdir()] == ["ats.lock"]


def test_a_demo_in_its_folder_is_refused_and_touches_nothing(
    folder: Path, other: subprocess.Popen[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "demo.made").touch()
    (folder / "ats.db").write_bytes(b"the year of the other")
    assert main(["demo", "--out", str(folder)]) == 1
    assert capsys.readouterr().err == (
        f"An `ats up` or `ats demo` works in {folder} already; end it or let it end first, or name "
        "another folder with --out.\n"
    )
    assert (folder / "ats.db").read_bytes() == b"the year of the other"
    assert {path.name for path in folder.iterdir()} == {"ats.lock", "demo.made", "ats.db"}


def test_the_lock_ends_with_its_process_however_that_ends(
    folder: Path, other: subprocess.Popen[str]
) -> None:
    other.kill()
    other.wait()
    refuse_second(folder)
    with only_one(folder):
        pass


def test_looking_makes_nothing(tmp_path: Path) -> None:
    refuse_second(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []
