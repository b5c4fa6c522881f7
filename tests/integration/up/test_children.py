"""Processes that a command starts end with it, and none is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ats.commands.children import ChildEnded, Children

SLEEPS = "import time; print('ready', flush=True); time.sleep(60)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEPS
BREEDS = (
    "import subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print(child.pid, flush=True)\n" + SLEEPS
)
ENDS = "import sys; print('out of paper'); sys.exit(3)"

Module = Callable[[str, str], dict[str, str]]


@pytest.fixture
def module(tmp_path: Path) -> Module:
    """Write a module, and return an environment in which it can be run."""

    def write(name: str, text: str) -> dict[str, str]:
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        return {**os.environ, "PYTHONPATH": str(tmp_path)}

    return write


def ready(log: Path) -> Callable[[], bool]:
    return lambda: log.exists() and "ready" in log.read_text(encoding="utf-8")


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_process_ends_with_the_block_and_its_output_is_kept(
    tmp_path: Path, module: Module
) -> None:
    environment = module("sleeper", SLEEPS)
    with Children(tmp_path / "logs") as children:
        children.start("sleeper", ["sleeper"], env=environment, patience=5)
        assert children.wait(ready(tmp_path / "logs" / "sleeper.log"), seconds=20)
        (pid,) = [child.process.pid for child in children._children]
        assert is_alive(pid)
    assert not is_alive(pid)


def test_what_a_child_started_ends_with_it(tmp_path: Path, module: Module) -> None:
    environment = module("breeder", BREEDS)
    log = tmp_path / "logs" / "breeder.log"
    with Children(tmp_path / "logs") as children:
        children.start("breeder", ["breeder"], env=environment, patience=5)
        assert children.wait(ready(log), seconds=20)
        grandchild = int(log.read_text(encoding="utf-8").splitlines()[0])
        assert is_alive(grandchild)
    time.sleep(0.2)
    assert not is_alive(grandchild)


def test_a_process_that_does_not_listen_is_ended_when_its_time_is_up(
    tmp_path: Path, module: Module
) -> None:
    environment = module("deaf", DEAF)
    with Children(tmp_path / "logs") as children:
        children.start("deaf", ["deaf"], env=environment, patience=0.5)
        assert children.wait(ready(tmp_path / "logs" / "deaf.log"), seconds=20)
        begun = time.monotonic()
    assert time.monotonic() - begun < 5


def test_a_child_that_ends_by_itself_is_named_with_its_log(tmp_path: Path, module: Module) -> None:
    environment = module("printer", ENDS)
    log = tmp_path / "logs" / "printer.log"
    with Children(tmp_path / "logs") as children:
        children.start("printer", ["printer"], env=environment, patience=5)
        with pytest.raises(ChildEnded) as ended:
            children.wait(seconds=20)
    assert str(ended.value) == (
        f"The process printer ended by itself (exit 3), so everything was stopped; {log} says why."
    )
    assert log.read_text(encoding="utf-8") == "out of paper\n"


def test_what_does_not_get_ready_is_given_up(tmp_path: Path, module: Module) -> None:
    environment = module("sleeper", SLEEPS)
    with Children(tmp_path / "logs") as children:
        children.start("sleeper", ["sleeper"], env=environment, patience=5)
        with pytest.raises(ChildEnded, match="The process sleeper did not get ready within 1 s"):
            children.wait(seconds=1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_wait_and_raises_nothing(tmp_path: Path, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with Children(tmp_path / "logs") as children:
        os.kill(os.getpid(), number)
        assert children.wait() is False
    assert signal.getsignal(number) is before


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's word to children is Linux's")
def test_a_child_ends_even_if_its_parent_is_killed(tmp_path: Path, module: Module) -> None:
    environment = module("sleeper", SLEEPS)
    code = (
        "import os, sys; from pathlib import Path; from ats.commands.children import Children\n"
        f"with Children(Path({str(tmp_path / 'logs')!r})) as children:\n"
        "    children.start('sleeper', ['sleeper'], env=os.environ, patience=5)\n"
        "    print(children._children[0].process.pid, flush=True)\n"
        "    children.wait()\n"
    )
    root = str(Path(__file__).parents[3])
    environment["PYTHONPATH"] = os.pathsep.join([root, environment["PYTHONPATH"]])
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    for _ in range(100):
        if not is_alive(child):
            break
        time.sleep(0.1)
    assert not is_alive(child)
