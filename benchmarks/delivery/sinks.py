"""Where messages go: Postfix's smtp-sink, or the sink that counts. Both end with their block."""

from __future__ import annotations

import json
import os
import smtplib
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial

from benchmarks.delivery.peers import ROOT, Postfix, plain_environment

_PATIENCE = 10.0  # seconds for a server to begin or end
_LONGEST = "3600"  # seconds, after which a server ends though nobody has ended it


@dataclass(slots=True)
class Sink:
    """A mail server on the loopback; all but `port` is known when it has ended."""

    port: int
    cpu: float = 0.0
    recipients: Counter[str] | None = None  # None: it does not count
    messages: list[tuple[str, str]] = field(default_factory=list)


Sinks = Callable[[], AbstractContextManager[Sink]]


def smtp_sink(postfix: Postfix) -> Sinks:
    """Return what starts Postfix's smtp-sink."""
    return partial(_smtp_sink, postfix)


def counting_sink(*, delay: float = 0.0, keep: bool = False) -> Sinks:
    """Return what starts the sink that counts, and *keep*s messages, and answers late."""
    return partial(_counting_sink, delay, keep)


@contextmanager
def _smtp_sink(postfix: Postfix) -> Iterator[Sink]:
    sink = Sink(_free_port())
    program = str(postfix.program("smtp-sink"))
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = ["timeout", _LONGEST, program, *user, f"127.0.0.1:{sink.port}", "500"]
    child = subprocess.Popen(command, env=postfix.environment, stdin=subprocess.DEVNULL)
    try:
        _wait_for(sink.port, child)
        yield sink
    finally:
        child.terminate()
        sink.cpu = _reaped(child)


@contextmanager
def _counting_sink(delay: float, keep: bool) -> Iterator[Sink]:
    command = [sys.executable, "-m", "benchmarks.delivery.counting_sink", "--delay", str(delay)]
    child = subprocess.Popen(
        command + ["--keep"] * keep,
        cwd=ROOT,
        env=plain_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        sink = Sink(int(child.stdout.readline()))
        yield sink
        child.stdin.close()
        said = json.loads(child.stdout.read())
        sink.recipients, sink.messages = Counter(said["recipients"]), said["messages"]
    finally:
        child.stdin.close()
        child.stdout.close()
        sink.cpu = _reaped(child)


def latency(sinks: Sinks) -> float:
    """Return how many seconds an answer takes, by the median of a hundred."""
    with sinks() as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        return statistics.median(_timed(client) for _ in range(100))


def _timed(client: smtplib.SMTP) -> float:
    began = time.monotonic()
    client.noop()
    return time.monotonic() - began


def _reaped(child: subprocess.Popen[bytes] | subprocess.Popen[str]) -> float:
    """Return the CPU time of a child that ends now; it is killed if it does not."""
    until = time.monotonic() + _PATIENCE
    while child.returncode is None:
        pid, status, used = os.wait4(child.pid, os.WNOHANG)
        if pid:
            child.returncode = os.waitstatus_to_exitcode(status)
            return used.ru_utime + used.ru_stime
        if time.monotonic() > until:
            child.kill()
        time.sleep(0.005)
    return 0.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, child: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and child.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"smtp-sink did not start on port {port}")
