"""`ats serve` as a process: it answers where it says, and is gone when it is told."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest

ROOT = Path(__file__).parents[3]
RUN = "import sys; from ats.cli import main; sys.exit(main())"
KEY = "a key that nobody else has, of 43 signs"


class Serve:
    """`ats serve` in *folder*, with nothing of this machine's settings."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        kept = {name: value for name, value in os.environ.items() if name[:4] != "ATS_"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, "serve", *arguments],
            cwd=folder,
            env={**kept, "PYTHONPATH": str(ROOT), **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def first_line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Return exit code, and what else it said on standard output and error."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> Path:
    """A folder with an empty database, and a module that must not take the place of ours."""
    (tmp_path / "var").mkdir()
    shutil.copy(sqlite_template, tmp_path / "var" / "ats.db")
    (tmp_path / "web.py").write_text("raise SystemExit('not ours')")
    return tmp_path


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "ctrl-c"])
def test_it_says_where_it_is_answers_there_and_ends_when_told(
    folder: Path, number: signal.Signals
) -> None:
    serve = Serve(folder, "--port", "0", ATS_SECRET_KEY=KEY)
    line = serve.first_line()
    address = line.split()[5]
    with urllib.request.urlopen(f"{address}/health", timeout=20) as answer:
        assert (answer.status, answer.read()) == (200, b"ok")

    assert line == f"The public pages are at {address} until Ctrl-C.\n"
    assert address.startswith("http://127.0.0.1:")
    assert serve.end(number) == (0, "", "")


def test_without_a_key_it_says_what_will_not_work(folder: Path) -> None:
    serve = Serve(folder, "--port", "0")
    serve.first_line()

    assert serve.end() == (0, "", "ATS_SECRET_KEY is not set, so no link in an e-mail opens.\n")


def test_a_taken_port_is_refused_in_one_sentence(folder: Path, taken: int) -> None:
    code, out, err = Serve(folder, ATS_PUBLIC_PORT=str(taken), ATS_SECRET_KEY=KEY).wait()

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith(
        f"Port {taken} on 127.0.0.1, the public pages', cannot be used (Address already in use); "
    )


def test_a_fault_in_its_log_has_its_moment(folder: Path) -> None:
    serve = Serve(folder, "--port", "0", ATS_SECRET_KEY=KEY)
    address = serve.first_line().split()[5]
    (folder / "var" / "ats.db").write_bytes(b"no database" * 1000)
    with pytest.raises(HTTPError, match="503"):
        urllib.request.urlopen(f"{address}/health", timeout=20)

    code, _, err = serve.end()
    assert code == 0
    lines = [line for line in err.splitlines() if "DatabaseFault at " in line]
    assert [re.match(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ ", line) is None for line in lines] == [
        False
    ]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ATS_DATABASE_URL": "sqlite:///empty.db"}, "is empty; run `ats init` first.\n"),
        ({"ATS_PUBLIC_PORT": "x"}, "must be a whole number from 1 to 65535"),
        ({"ATS_TIMEZONE": "Europe/Lundon"}, "ATS_TIMEZONE is not a time zone"),
    ],
    ids=["no-database", "no-port", "no-zone"],
)
def test_what_is_missing_is_one_sentence(folder: Path, settings: dict[str, str], said: str) -> None:
    code, out, err = Serve(folder, **settings).wait()

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert said in err
