"""Child processes that end with us: in order, by their own process ids, and none left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from ats.errors import AtsError

_LOOK = 0.1  # seconds between two looks at a child
_PR_SET_PDEATHSIG = 1


class ChildEnded(AtsError):
    """A process that should run until we end it ended by itself, or did not get ready."""


@dataclass(frozen=True, slots=True)
class _Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path
    patience: float


class Children:
    """Processes started with `start`; leaving the block ends them, the newest first.

    Each is a session of its own, so that Ctrl-C in the terminal is ours alone and what a child
    starts ends with it. Within the block SIGTERM and SIGINT only set `told`.
    """

    def __init__(self, logs: Path) -> None:
        self.told = False  # to end
        self._logs = logs
        self._children: list[_Child] = []
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._tell)
        return self

    def __exit__(self, *_: object) -> None:
        for child in reversed(self._children):
            _end(child.process, child.patience)
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def start(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str], patience: float
    ) -> None:
        """Run a module with its output in `<name>.log`; it has `patience` seconds to end itself."""
        log = self._logs / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        self._children.append(_Child(name, process, log, patience))

    def wait(
        self, ready: Callable[[], bool] = lambda: False, *, seconds: float | None = None
    ) -> bool:
        """Wait until something is ready; False when we were told to end instead.

        Raises ChildEnded, with the place of its log, when a child ends by itself, and when
        nothing is ready after so many seconds (None: never mind).
        """
        started = time.monotonic()
        while not self.told:
            self._refuse_ended()
            if ready():
                return True
            if seconds is not None and time.monotonic() - started > seconds:
                child = self._children[-1]
                raise ChildEnded(
                    f"The process {child.name} did not get ready within {seconds:.0f} s; "
                    f"{child.log} may say why."
                )
            time.sleep(_LOOK)
        return False

    def _refuse_ended(self) -> None:
        for child in self._children:
            if (code := child.process.poll()) is not None:
                raise ChildEnded(
                    f"The process {child.name} ended by itself (exit {code}), so everything was "
                    f"stopped; {child.log} says why."
                )

    def _tell(self, *_: object) -> None:
        self.told = True


def _end_with_parent() -> None:
    """Have the kernel end this child should its parent be killed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(process: subprocess.Popen[bytes], patience: float) -> None:
    """End one process, and whatever is left of the group that it leads."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
