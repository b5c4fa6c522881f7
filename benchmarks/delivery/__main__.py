"""`make bench-delivery`: fetch the peers, verify, compare, write RESULTS.md."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.delivery import report
from benchmarks.delivery.databases import Postgresql, Sqlite, postgresql
from benchmarks.delivery.field import CONNECTIONS, Field
from benchmarks.delivery.harness import Contender, Rounds, race, run
from benchmarks.delivery.machine import machine, versions
from benchmarks.delivery.peers import ROOT, fetch
from benchmarks.delivery.sinks import Sinks, counting_sink, latency, smtp_sink

RAW = ROOT / "benchmarks" / ".results"
PARTS = ("transport", "outbox", "late", "memory")
_DELAY = 0.005
_BEGAN = time.monotonic()


def main() -> int:
    """Run what is asked for; return the exit code."""
    given = _options()
    try:
        with tempfile.TemporaryDirectory(prefix="ats-bench-") as name, postgresql() as server:
            (Path(name) / "data").mkdir()
            for results in _measure(given, Path(name), server):
                _keep(results, given.results)
    except RuntimeError as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


def _keep(results: Mapping[str, Any], path: Path) -> None:
    """Write what is measured so far: a fault in a later part loses nothing."""
    RAW.mkdir(exist_ok=True)
    (RAW / f"delivery-{results['date']}.json").write_text(json.dumps(results), encoding="utf-8")
    report.write(results, path)
    _tell(f"written: {path}")


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(prog="benchmarks.delivery", description=__doc__)
    options.add_argument("--messages", type=int, default=3000, help="for everybody, in each run")
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    options.add_argument("--memory", nargs="+", type=int, default=[3000, 10_000, 30_000, 100_000])
    options.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "RESULTS.md")
    return options.parse_args()


def _measure(
    given: argparse.Namespace, folder: Path, server: Postgresql
) -> Iterator[Mapping[str, Any]]:
    """Yield the results after each part."""
    peers = fetch()
    now = dt.datetime.now(dt.UTC)
    field = Field(peers, folder, [Sqlite(folder), server], given.messages)
    sinks = smtp_sink(peers.postfix)
    _tell("staging, and writing the corpus")
    results: dict[str, Any] = {
        "date": now.strftime("%Y-%m-%d %H:%M UTC"),
        "machine": machine(),
        "load": os.getloadavg()[0],
        "versions": versions(peers, server),
        "messages": given.messages,
        "rounds": given.rounds,
        "connections": CONNECTIONS,
        "octets": field.write_corpus(),
    }
    if "transport" in given.parts:
        results["transport"] = _compare(field, field.transport(), sinks, given.rounds)
        yield results
    if "outbox" in given.parts:
        results["outbox"] = _compare(field, field.outbox(), sinks, given.rounds)
        yield results
    if "late" in given.parts:
        results |= _late(field, given.rounds)
        yield results
    if "memory" in given.parts:
        results["memory"] = []
        for people in given.memory:
            results["memory"].append(_memory(field, people, sinks))
            yield results


def _compare(
    field: Field, contenders: Sequence[Contender], sinks: Sinks, rounds: int
) -> list[dict[str, Any]]:
    for contender in contenders:
        field.verify(contender)
        _tell(f"verified: {contender.name}")
    return _plain(race(contenders, sinks, rounds=rounds, messages=field.messages, told=_tell))


def _late(field: Field, rounds: int) -> dict[str, Any]:
    sinks = counting_sink(delay=_DELAY)
    measured = latency(sinks)
    unhindered, _ = run(field.limit(), counting_sink(), messages=field.messages)
    return {
        "late": _compare(field, field.outbox(), sinks, rounds),
        "late_ms": measured * 1000,
        "late_ceiling": field.messages / unhindered.seconds,
    }


def _memory(field: Field, people: int, sinks: Sinks) -> dict[str, Any]:
    server = field.servers[0]
    ours = field.ours(server, field.staged(server, people))
    took, _ = run(ours, sinks, messages=people)
    _tell(f"memory: {people} messages, {took.peak_kb / 1024:.0f} MB")
    return {"messages": people, "run": asdict(took)}


def _plain(rounds: Rounds) -> list[dict[str, Any]]:
    return [{name: asdict(took) for name, took in one.items()} for one in rounds]


def _tell(what: str) -> None:
    print(f"{time.monotonic() - _BEGAN:7.1f} s  {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
