"""A mail server on the loopback that notes every recipient, and answers late if told to.

A process of its own: it prints its port, and when its standard input closes, what it was given.
All that was sent before a pause is answered together, *delay* seconds later, as a mail server
that far away would.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from dataclasses import dataclass, field

_END = b"\r\n.\r\n"
_HELLO = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE\r\n"
_ANSWERS = {
    b"EHLO": _HELLO,
    b"HELO": b"250 sink\r\n",
    b"MAIL": b"250 2.1.0 Ok\r\n",
    b"RCPT": b"250 2.1.5 Ok\r\n",
    b"DATA": b"354 Go on\r\n",
    b"RSET": b"250 2.0.0 Ok\r\n",
    b"NOOP": b"250 2.0.0 Ok\r\n",
    b"QUIT": b"221 2.0.0 Bye\r\n",
}


@dataclass(slots=True)
class Taken:
    """What was accepted: how often for each recipient, and the messages if they are kept."""

    keep: bool
    recipients: Counter[str] = field(default_factory=Counter)
    messages: list[tuple[str, str]] = field(default_factory=list)

    def note(self, recipient: str, data: bytes) -> None:
        self.recipients[recipient] += 1
        if self.keep:
            text = data.replace(b"\r\n..", b"\r\n.").decode("utf-8", "surrogateescape")
            self.messages.append((recipient, text))


class _Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, taken: Taken, delay: float) -> None:
        self._taken, self._delay = taken, delay
        self._unread = bytearray()
        self._searched = 0  # so much of a body is known not to hold its end
        self._in_body = False
        self._recipient = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._answer(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._unread += data
        answers = []
        while (answer := self._next()) is not None:
            answers.append(answer)
        if answers:
            self._answer(b"".join(answers))

    def _next(self) -> bytes | None:
        """Return the answer to the next command or body, None until it has come whole."""
        return self._body() if self._in_body else self._command()

    def _command(self) -> bytes | None:
        end = self._unread.find(b"\r\n")
        if end < 0:
            return None
        line = bytes(self._unread[:end])
        del self._unread[: end + 2]
        verb = line[:4].upper()
        if verb == b"RCPT":
            self._recipient = line[line.find(b"<") + 1 : line.rfind(b">")].decode()
        elif verb == b"DATA":
            self._in_body, self._searched = True, 0
        return _ANSWERS.get(verb, b"500 5.5.2 What?\r\n")

    def _body(self) -> bytes | None:
        end = self._unread.find(_END, max(0, self._searched - len(_END)))
        if end < 0:
            self._searched = len(self._unread)
            return None
        self._taken.note(self._recipient, bytes(self._unread[: end + 2]))
        del self._unread[: end + len(_END)]
        self._in_body = False
        return b"250 2.0.0 Ok\r\n"

    def _answer(self, answer: bytes) -> None:
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._write, answer)
        else:
            self._write(answer)

    def _write(self, answer: bytes) -> None:
        self._transport.write(answer)
        if answer.endswith(_ANSWERS[b"QUIT"]):
            self._transport.close()


async def _serve(taken: Taken, delay: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Session(taken, delay), "127.0.0.1", 0, backlog=500)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    """Serve until standard input closes, then print what was taken."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--delay", type=float, default=0.0)
    options.add_argument("--keep", action="store_true")
    given = options.parse_args()
    taken = Taken(given.keep)
    asyncio.run(_serve(taken, given.delay))
    json.dump({"recipients": taken.recipients, "messages": taken.messages}, sys.stdout)


if __name__ == "__main__":
    main()
