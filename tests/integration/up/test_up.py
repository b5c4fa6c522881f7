"""`ats up`: one command, everything on this machine, and nothing left of it afterwards."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ats.cli import main
from ats.commands import up as up_module
from ats.commands.public_pages import KEY_FILE
from ats.commands.sample import DONE
from ats.commands.up import PORT_VARIABLE, child_environment, with_own_dashboard
from ats.outbox.smtp_url import SmtpAddress
from config.settings import load_settings
from flows.deployments import SCHEDULES

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in: no settings, no database."""
    for name in [name for name in os.environ if name.startswith(("ATS_", "PREFECT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def test_a_taken_port_is_refused_in_one_sentence_and_nothing_begins(
    folder: Path,
    taken: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(PORT_VARIABLE, str(taken))
    assert main(["up", "--sample"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"Port {taken} on 127.0.0.1, the dashboard's, cannot be used (")
    assert err.endswith("end what uses it, or set PREFECT_SERVER_API_PORT to another port.\n")
    assert list(folder.iterdir()) == []


def test_a_taken_port_of_the_public_pages_is_refused_too(
    folder: Path,
    taken: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(PORT_VARIABLE, str(free_port()))
    monkeypatch.setenv("ATS_PUBLIC_PORT", str(taken))
    assert main(["up", "--sample"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"Port {taken} on 127.0.0.1, the public pages', cannot be used (")
    assert err.endswith("or set ATS_PUBLIC_PORT to another port.\n")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("port", ["x", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(
    folder: Path, port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PORT_VARIABLE, port)
    assert main(["up"]) == 1
    assert capsys.readouterr().err == (
        "PREFECT_SERVER_API_PORT is no port; write a number such as 4200.\n"
    )


def test_children_get_nothing_of_another_prefect_and_send_nothing_home(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "https://prefect.example/api")
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", "postgresql://theirs")
    mail_server = SmtpAddress("127.0.0.1", 2525)
    given = child_environment(load_settings(), port=4300, mail_server=mail_server)
    assert {name: value for name, value in given.items() if name.startswith("PREFECT_")} == {
        "PREFECT_API_URL": "http://127.0.0.1:4300/api",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_HOME": str(folder / "var" / "prefect"),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
    }
    assert (given["DO_NOT_TRACK"], given["ATS_SMTP_URL"]) == ("1", "smtp://127.0.0.1:2525")


@pytest.mark.parametrize(
    ("known", "always", "address"),
    [
        (None, False, "http://127.0.0.1:4200"),
        ("https://ats.example", False, "https://ats.example"),
        ("https://ats.example", True, "http://127.0.0.1:4200"),
    ],
)
def test_digests_lead_to_the_dashboard_of_this_machine_unless_another_is_set(
    folder: Path, known: str | None, address: str, *, always: bool
) -> None:
    settings = load_settings().model_copy(update={"dashboard_url": known})

    given = child_environment(
        with_own_dashboard(settings, 4200, always=always), port=4200, mail_server=None
    )

    assert given["ATS_DASHBOARD_URL"] == address


def test_the_sample_touches_nothing_real_whatever_a_settings_file_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = {
        "ATS_DATABASE_URL": "postgresql+psycopg://real/ats",
        "ATS_SMTP_URL": "smtp://mail.provider.example:25",
        "ATS_IMPORT_DIR": str(folder / "real"),
        "ATS_DATA_DIR": str(folder / "real"),
        "ATS_PUBLIC_URL": "https://ats.provider.example",
        "ATS_SECRET_KEY": "the real key",
    }
    lines = [f"{name}={value}" for name, value in real.items()]
    (folder / ".env").write_text("\n".join(lines), encoding="utf-8")
    (folder / "var" / "sample").mkdir(parents=True)
    (folder / "var" / "sample" / DONE).touch()  # its year was walked before
    monkeypatch.setenv(PORT_VARIABLE, str(free_port()))
    monkeypatch.setenv("ATS_PUBLIC_PORT", str(free_port()))
    given: dict[str, str] = {}
    monkeypatch.setattr(up_module, "_run", lambda environment, *_, **__: given.update(environment))
    for name in real:
        monkeypatch.setenv(name, "")  # so that what `up` sets is put back
    monkeypatch.setenv("ATS_CALENDAR_DIR", "")
    up_module.up(True)
    sample = folder / "var" / "sample"
    assert given["ATS_DATABASE_URL"] == f"sqlite:///{sample / 'ats.db'}"
    assert given["ATS_SMTP_URL"].startswith("smtp://127.0.0.1:")
    assert (given["ATS_IMPORT_DIR"], given["ATS_DATA_DIR"]) == (str(sample / "import"), str(sample))
    assert given["ATS_PUBLIC_URL"].startswith("http://127.0.0.1:")
    assert given["ATS_SECRET_KEY"] == (sample / KEY_FILE).read_text().strip() != "the real key"
    assert not (folder / "real").exists()


def test_up_itself_never_loads_prefect(folder: Path) -> None:
    code = (
        "import sys; import ats.commands.up, ats.commands.sample; print('prefect' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)
    assert said == "False\n"


class Up:
    """`ats up` in a process of its own, until `stop`."""

    def __init__(self, folder: Path) -> None:
        self.port, self.public_port = free_port(), free_port()
        code = "import sys; from ats.cli import main; sys.exit(main(['up']))"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                PORT_VARIABLE: str(self.port),
                "ATS_PUBLIC_PORT": str(self.public_port),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def lines_until(self, word: str) -> list[str]:
        assert self.process.stdout is not None
        lines: list[str] = []
        for line in self.process.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith(word):
                return lines
        raise AssertionError((lines, self.process.stderr and self.process.stderr.read()))

    def stop(self, number: signal.Signals) -> tuple[int, float]:
        begun = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(30)
        return code, time.monotonic() - begun

    def api(self, path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def children(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text(encoding="ascii").split()]


@pytest.fixture
def up(folder: Path) -> Iterator[Up]:
    up = Up(folder)
    yield up
    if up.process.poll() is None:
        up.stop(signal.SIGTERM)
    for pipe in (up.process.stdout, up.process.stderr):
        assert pipe is not None
        pipe.close()


def test_everything_runs_on_schedule_until_it_is_told_to_stop(folder: Path, up: Up) -> None:
    """Every deployment with runs planned ahead; then within 15 s all is gone, exit 0."""
    lines = up.lines_until("Stop")
    assert f"Dashboard   http://127.0.0.1:{up.port}" in lines
    assert f"Mail        in {folder / 'var' / 'mail'}" in lines
    public = f"http://127.0.0.1:{up.public_port}"
    assert f"Public      {public}, where the links in e-mails lead" in lines
    with urllib.request.urlopen(f"{public}/health", timeout=20) as answer:
        assert answer.read() == b"ok"
    planned: set[str] = set()
    for _ in range(120):
        runs = up.api(
            "/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
        )
        planned = {run["deployment_id"] for run in runs}
        if len(planned) == len(SCHEDULES):
            break
        time.sleep(0.5)
    assert len(planned) == len(SCHEDULES), (folder / "var" / "logs" / "dashboard.log").read_text()
    children = up.children()
    assert len(children) == 4  # the mailbox, the public pages, the dashboard, the flows
    code, seconds = up.stop(signal.SIGINT)
    assert up.process.stderr is not None
    assert (code, up.process.stderr.read(), seconds < 15) == (0, "", True)
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    with socket.create_server(("127.0.0.1", up.port)):
        pass  # nobody listens there any more
