"""A mail server that takes everything, and writes down what it took before it says so.

    python sink.py FILE MILLISECONDS

One line of JSON a message goes to FILE in one write: moment, recipient, Message-ID, Date, sha256
of the message. The answer follows so many milliseconds later, so that a sender may be killed in
between.
Prints its port, and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import re
import sys
import time

_HELLO = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
_ANSWERS = {b"EHLO": _HELLO, b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
_END = b"\r\n.\r\n"
_RECIPIENT = re.compile(rb"<(.*)>")
_ID = re.compile(rb"^Message-ID: <(.*)>\r$", re.MULTILINE | re.IGNORECASE)
_DATE = re.compile(rb"^Date: (.*)\r$", re.MULTILINE | re.IGNORECASE)


class Connection(asyncio.Protocol):
    """One sender's connection: commands, which may come in a row, or a message."""

    def __init__(self, notes: int, seconds: float) -> None:
        self._notes = notes
        self._seconds = seconds
        self._buffer = b""
        self._recipient = b""
        self._in_message = False
        self._is_thinking = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._go_on()

    def _go_on(self) -> None:
        while not self._is_thinking:
            end = _END if self._in_message else b"\r\n"
            found, cut, rest = self._buffer.partition(end)
            if not cut:
                return
            self._buffer = rest
            if self._in_message:
                self._take(found + b"\r\n")
            else:
                self._obey(found)

    def _obey(self, line: bytes) -> None:
        command = line[:4].upper()
        if command == b"RCPT":
            named = _RECIPIENT.search(line)
            self._recipient = named[1] if named else b""
        self._in_message = command == b"DATA"
        self._transport.write(_ANSWERS.get(command, b"250 ok\r\n"))
        if command == b"QUIT":
            self._transport.close()

    def _take(self, body: bytes) -> None:
        self._in_message = False
        message = body[1:] if body.startswith(b".") else body
        message = message.replace(b"\r\n..", b"\r\n.")
        head = message.partition(b"\r\n\r\n")[0] + b"\r\n"
        told = [found[1].decode() if (found := one.search(head)) else "" for one in (_ID, _DATE)]
        line = [time.time(), self._recipient.decode(), *told, hashlib.sha256(message).hexdigest()]
        os.write(self._notes, json.dumps(line).encode() + b"\n")
        self._is_thinking = True
        asyncio.get_running_loop().call_later(self._seconds, self._answer)

    def _answer(self) -> None:
        self._is_thinking = False
        self._transport.write(b"250 2.0.0 kept\r\n")
        self._go_on()


async def serve(path: str, seconds: float) -> None:
    notes = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(notes, seconds), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(sys.argv[1], float(sys.argv[2]) / 1000))
