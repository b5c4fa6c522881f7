"""The limit: Postfix's smtp-source, in C, which sends one ready text to everybody."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.delivery.contender import measured


def main(program: str, port: str, connections: str, messages: str, octets: str) -> None:
    """Send so many messages of that length, each to a recipient of its own."""
    command = [program, "-d", "-N", "-s", connections, "-m", messages, "-l", octets]
    command += ["-f", "sender@sink.example", "-t", "recipient@sink.example", f"127.0.0.1:{port}"]
    measured(lambda: subprocess.run(command, check=True, stdin=subprocess.DEVNULL))


if __name__ == "__main__":
    main(*sys.argv[1:])
