"""The measured side of a contender: ready, go, work, and what it took.

Only the standard library, for peers run it in environments of their own. Start-up (imports,
reading the corpus, opening settings) comes before the word and is not counted, for anybody.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path


def measured(work: Callable[[], object]) -> None:
    """Say that all is prepared, wait for the word, work, and print what it took as JSON."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    cpu, began = _cpu_seconds(), time.monotonic()
    work()
    ended, cpu = time.monotonic(), _cpu_seconds() - cpu
    took = {"began": began, "ended": ended, "cpu": cpu, "peak_kb": _peak_kb()}
    sys.stdout.write(json.dumps(took) + "\n")


def _cpu_seconds() -> float:
    """Return user and system time of this process and of the children that have ended."""
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in spent)


def _peak_kb() -> int:
    """Return the most memory that this process held; ru_maxrss would count its parent's too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])
