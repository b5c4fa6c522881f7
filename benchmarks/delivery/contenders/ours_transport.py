"""Transport only: ours, without outbox and database."""

from __future__ import annotations

import sys
from email.utils import parseaddr
from pathlib import Path

from ats.outbox.deliver import Outgoing, Result, SmtpAddress, send_all
from benchmarks.delivery.contender import measured
from benchmarks.delivery.corpus import load


def main(port: str, corpus: str, connections: str) -> None:
    """Send the corpus as it is."""
    mails = [
        Outgoing(
            key=number,
            sender=parseaddr(letter.sender)[1],
            recipient=letter.address,
            data=letter.raw.encode(),
        )
        for number, letter in enumerate(load(Path(corpus)))
    ]
    relay = SmtpAddress("127.0.0.1", int(port))
    measured(lambda: send_all(relay, mails, on_result=_demand, pool=int(connections)))


def _demand(_: Outgoing, result: Result) -> None:
    if result.kind != "sent":
        raise RuntimeError(f"{result.kind}: {result.answer}")


if __name__ == "__main__":
    main(*sys.argv[1:])
