"""Runs, rounds and what is computed from them.

A run is one contender against a mail server of its own. In a round everybody runs once; rounds
are interleaved and begin with another contender each time, so that what the machine does
meanwhile falls on all alike. A comparison is the median of the ratios within each round.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO

from benchmarks.delivery.databases import Template, ask
from benchmarks.delivery.peers import ROOT, plain_environment
from benchmarks.delivery.sinks import Sink, Sinks

_PATIENCE = 900.0  # seconds for a process of one run


@dataclass(frozen=True, slots=True)
class Call:
    """What a contender is told: the mail server's port and the address of its database."""

    port: int
    database: str


@dataclass(frozen=True, kw_only=True)
class Contender:
    """Somebody who sends; with `workers`, so many processes at once."""

    name: str
    command: Callable[[Call], Sequence[str]]
    environment: Callable[[Call], Mapping[str, str]] = lambda _: {}
    template: Template | None = None
    recorded: str = ""  # the query that counts what is recorded as sent
    workers: int = 1
    own_text: bool = False  # sends other texts, to other people


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took; `cpu` of the sender's processes, `peak_kb` the largest of them."""

    seconds: float
    cpu: float
    peak_kb: int
    sink_cpu: float


Rounds = list[dict[str, Run]]


def run(contender: Contender, sinks: Sinks, *, messages: int) -> tuple[Run, Sink]:
    """Let a contender send *messages*, and check that it has, each to one recipient, once.

    Raises RuntimeError when a message is missing, came twice or is not recorded.
    """
    with _fresh(contender.template) as database:
        with sinks() as sink:
            took = _processes(contender, Call(sink.port, database))
        if contender.recorded and (found := ask(database, contender.recorded)) != messages:
            raise RuntimeError(f"{contender.name} recorded {found} of {messages} messages")
    _demand_each_once(contender, sink, messages)
    began, ended = min(one["began"] for one in took), max(one["ended"] for one in took)
    done = Run(
        seconds=ended - began,
        cpu=sum(one["cpu"] for one in took),
        peak_kb=int(max(one["peak_kb"] for one in took)),
        sink_cpu=sink.cpu,
    )
    return done, sink


def race(
    contenders: Sequence[Contender],
    sinks: Sinks,
    *,
    rounds: int,
    messages: int,
    told: Callable[[str], None],
) -> Rounds:
    """Let everybody send *messages* in every one of the *rounds*."""
    results: Rounds = []
    for number in range(rounds):
        first = number % len(contenders)
        result: dict[str, Run] = {}
        for contender in [*contenders[first:], *contenders[:first]]:
            result[contender.name], _ = run(contender, sinks, messages=messages)
            told(f"round {number + 1}: {contender.name} {result[contender.name].seconds:.2f} s")
        results.append(result)
    return results


def median(rounds: Rounds, name: str, value: Callable[[Run], float]) -> float:
    """Return the median over the rounds of one contender's *value*."""
    return statistics.median(value(one[name]) for one in rounds)


def ratio(rounds: Rounds, name: str, to: str, value: Callable[[Run], float]) -> float:
    """Return the median over the rounds of *name*'s value as a multiple of *to*'s."""
    return statistics.median(value(one[name]) / value(one[to]) for one in rounds)


@contextmanager
def _fresh(template: Template | None) -> Iterator[str]:
    if template is None:
        yield ""
    else:
        with template.fresh() as database:
            yield database


def _processes(contender: Contender, call: Call) -> list[dict[str, float]]:
    """Start the workers, give them the word when all are ready, and return what they say."""
    with tempfile.TemporaryFile("w+") as complaints, ExitStack() as ending:
        children = [_start(contender, call, complaints, ending) for _ in range(contender.workers)]
        ready = all(_lines(child).readline() == "ready\n" for child in children)
        said = []
        if ready:
            for child in children:
                assert child.stdin is not None
                child.stdin.write("go\n")
                child.stdin.flush()
            said = [child.communicate(timeout=_PATIENCE)[0] for child in children]
        if not ready or any(child.returncode for child in children):
            complaints.seek(0)
            raise RuntimeError(f"{contender.name} failed: {complaints.read()[-1000:]}")
    return [json.loads(words) for words in said]


def _start(
    contender: Contender, call: Call, complaints: IO[str], ending: ExitStack
) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        list(contender.command(call)),
        cwd=ROOT,
        env={**plain_environment(), "PYTHONPATH": str(ROOT), **contender.environment(call)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        text=True,
    )
    ending.callback(_end, child)
    return child


def _lines(child: subprocess.Popen[str]) -> IO[str]:
    assert child.stdout is not None
    return child.stdout


def _end(child: subprocess.Popen[str]) -> None:
    if child.poll() is None:
        child.kill()
        child.wait()


def _demand_each_once(contender: Contender, sink: Sink, messages: int) -> None:
    if sink.recipients is None:
        return
    twice = [who for who, times in sink.recipients.items() if times != 1]
    if twice or len(sink.recipients) != messages:
        raise RuntimeError(
            f"{contender.name}: {len(sink.recipients)} of {messages} recipients were written to, "
            f"{len(twice)} of them more than once"
        )
