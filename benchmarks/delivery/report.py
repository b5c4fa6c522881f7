"""Raw results in, one section of RESULTS.md out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.delivery.harness import Rounds, Run, median, ratio

HEADING = "## Delivery"

_TITLES = {
    "transport": "Transport only",
    "outbox": "Row to recorded",
    "late": "Row to recorded, answers {late_ms:.1f} ms late",
}
_REFERENCE = {"transport": "ours", "outbox": "ours, SQLite", "late": "ours, SQLite"}
#: Ours, somebody else, how many times as fast ours is to be.
_Aim = tuple[str, str, float]
_TRANSPORT_AIMS: tuple[_Aim, ...] = (("ours", "smtp-source (limit)", 0.15),)
_OUTBOX_AIMS: tuple[_Aim, ...] = (
    ("ours, SQLite", "post_office, SQLite, 5 threads, batches of 100", 2.5),
    ("ours, SQLite", "post_office, SQLite, 10 threads, batches of 1000", 2.5),
    ("ours, PostgreSQL", "post_office, PostgreSQL, 5 threads, batches of 100", 2.5),
    ("ours, PostgreSQL", "post_office, PostgreSQL, 10 threads, batches of 1000", 2.5),
    ("ours, SQLite", "nodemailer, MIME + send", 1.5),
    ("ours, PostgreSQL", "nodemailer, MIME + send", 1.5),
    ("ours, SQLite", "smtp-source (limit)", 0.15),
    ("ours, PostgreSQL", "smtp-source (limit)", 0.15),
)
_AIMS = {"transport": _TRANSPORT_AIMS, "outbox": _OUTBOX_AIMS}
_MILLION = 1_000_000


def _seconds(run: Run) -> float:
    return run.seconds


def _cpu(run: Run) -> float:
    return run.cpu


def _sink_share(run: Run) -> float:
    return run.sink_cpu / run.seconds


def write(results: Mapping[str, Any], path: Path) -> None:
    """Put the section into the file at *path*, in place of the one that stands there."""
    whole = path.read_text(encoding="utf-8") if path.exists() else "# Results of the benchmarks\n"
    before, _, after = whole.partition(f"\n{HEADING}\n")
    rest = after.partition("\n## ")
    section = f"\n{HEADING}\n\n" + "\n".join(_section(results)) + "\n"
    path.write_text(before + section + "".join(rest[1:]), encoding="utf-8")


def _section(results: Mapping[str, Any]) -> Iterator[str]:
    yield _preamble(results)
    for name, title in _TITLES.items():
        if name in results:
            rounds: Rounds = [
                {who: Run(**took) for who, took in one.items()} for one in results[name]
            ]
            yield f"\n### {title.format(**results)}\n"
            yield from _comparison(rounds, _REFERENCE[name], results["messages"])
            if aims := _AIMS.get(name):
                yield "\n#### Aims\n"
                yield from _aims(rounds, aims)
            if name == "late":
                yield _about_the_late_sink(results, rounds)
    if "memory" in results:
        yield "\n### Memory\n"
        yield from _memory(results["memory"])


def _preamble(results: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    return (
        f"{results['date']}, on {results['machine']}; load {results['load']:.1f} at the start.\n"
        f"{versions}.\n\n"
        f"{results['messages']} messages of {results['octets']} octets (median; text + HTML, one "
        f"recipient each), at most {results['connections']} connections, {results['rounds']} "
        "interleaved rounds in rotated order. Times are medians of the rounds; “time” and “CPU” "
        "as multiples are medians of the ratios within each round. CPU is the sender's processes, "
        "user and system, without the mail server and a PostgreSQL server; start-up of a process "
        "(imports, settings, reading the corpus) is not counted for anybody. Memory is the largest "
        "process; those without a database hold the whole corpus. Before the rounds everybody sent "
        "once to a server that counts: each recipient was written to once, and what arrived says "
        "what the corpus says. Ours tests every row again, composes, renders and writes MIME; "
        "post_office and nodemailer get subject, text and HTML ready, and write MIME; where only "
        "the transport is compared, everybody gets the same bytes."
    )


def _comparison(rounds: Rounds, reference: str, messages: int) -> Iterator[str]:
    heads = ("contender", "messages/s", "time", "CPU µs/message", "CPU", "memory MB", "sink busy")
    yield from _head(heads)
    for name in rounds[0]:
        yield _row(
            name,
            f"{messages / median(rounds, name, _seconds):,.0f}",
            f"{ratio(rounds, name, reference, _seconds):.2f}×",
            f"{median(rounds, name, _cpu) / messages * _MILLION:,.0f}",
            f"{ratio(rounds, name, reference, _cpu):.2f}×",
            f"{median(rounds, name, lambda run: run.peak_kb) / 1024:.0f}",
            f"{median(rounds, name, _sink_share):.0%}",
        )
    yield f"\nMultiples are of “{reference}”; more is slower."


def _aims(rounds: Rounds, aims: Sequence[_Aim]) -> Iterator[str]:
    yield from _head(("ours", "beside", "as fast", "CPU", "aim", "reached"))
    for ours, other, aim in aims:
        speed, cpu = (ratio(rounds, other, ours, value) for value in (_seconds, _cpu))
        reached = "yes" if speed >= aim else "**no**"
        yield _row(ours, other, f"{speed:.2f}×", f"{cpu:.2f}×", f"≥ {aim}×", reached)


def _about_the_late_sink(results: Mapping[str, Any], rounds: Rounds) -> str:
    share = max(median(rounds, name, _sink_share) for name in rounds[0])
    return (
        "\nThe sink that answers late is a process of its own, and not the bound: without delay "
        f"it takes {results['late_ceiling']:,.0f} messages a second from smtp-source; here it was "
        f"at most {share:.0%} busy. In every round it counted that each recipient was written to "
        "once."
    )


def _memory(sizes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from _head(("messages", "memory MB", "messages/s", "CPU µs/message"))
    for one in sizes:
        took = Run(**one["run"])
        yield _row(
            f"{one['messages']:,}",
            f"{took.peak_kb / 1024:.0f}",
            f"{one['messages'] / took.seconds:,.0f}",
            f"{took.cpu / one['messages'] * _MILLION:,.0f}",
        )
    growth = sizes[-1]["run"]["peak_kb"] / sizes[0]["run"]["peak_kb"]
    yield f"\nOurs, SQLite, one worker: from first to last the memory is {growth:.2f}×."


def _head(names: Sequence[str]) -> Iterator[str]:
    yield _row(*names)
    yield _row("---", *("---:" for _ in names[1:]))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
