"""Transport only: aiosmtplib, as many connections as the others, each kept open."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from email.utils import parseaddr
from pathlib import Path

import aiosmtplib

from benchmarks.delivery.contender import measured
from benchmarks.delivery.corpus import load

Mail = tuple[str, str, bytes]


def main(port: str, corpus: str, connections: str) -> None:
    """Send the corpus as it is."""
    mails: list[Mail] = [
        (parseaddr(letter.sender)[1], letter.address, letter.raw.encode())
        for letter in load(Path(corpus))
    ]
    measured(lambda: asyncio.run(_send_all(mails, int(port), int(connections))))


async def _send_all(mails: list[Mail], port: int, connections: int) -> None:
    waiting = iter(mails)
    await asyncio.gather(*(_send(waiting, port) for _ in range(connections)))


async def _send(waiting: Iterator[Mail], port: int) -> None:
    server = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, local_hostname="localhost")
    async with server as client:
        for sender, recipient, data in waiting:
            await client.sendmail(sender, [recipient], data)


if __name__ == "__main__":
    main(*sys.argv[1:])
