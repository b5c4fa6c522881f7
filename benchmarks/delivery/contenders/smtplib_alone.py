"""Transport only: the standard library, which has one connection and waits for each answer."""

from __future__ import annotations

import smtplib
import sys
from email.utils import parseaddr
from pathlib import Path

from benchmarks.delivery.contender import measured
from benchmarks.delivery.corpus import load


def main(port: str, corpus: str) -> None:
    """Send the corpus as it is."""
    mails = [
        (parseaddr(letter.sender)[1], letter.address, letter.raw.encode())
        for letter in load(Path(corpus))
    ]

    def send_all() -> None:
        with smtplib.SMTP("127.0.0.1", int(port), local_hostname="localhost") as client:
            for sender, recipient, data in mails:
                client.sendmail(sender, [recipient], data)

    measured(send_all)


if __name__ == "__main__":
    main(*sys.argv[1:])
