"""A mail server that misbehaves on request, for tests: every step can be scripted.

It speaks SMTP itself, so that it can do what no library lets a server do.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ats.outbox.smtp_url import SmtpAddress

EVERYTHING = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 1000000")
PLAIN = ("8BITMIME", "SMTPUTF8", "SIZE 1000000")  # commands one by one
WITH_LOGIN = (*EVERYTHING, "AUTH PLAIN LOGIN")


@dataclass(frozen=True)
class Drop:
    """The connection ends without a word."""


@dataclass(frozen=True)
class Hang:
    """No answer ever comes."""


@dataclass(frozen=True)
class Late:
    """The answer comes after so many seconds."""

    seconds: float
    reply: str | None = None


DROP, HANG = Drop(), Hang()
#: A reply (lines joined by \n; "" is none), bytes as they are, or None: what is usual here.
Act = Drop | Hang | Late | str | bytes | None


class _Gone(Exception):
    """The connection has ended."""


@dataclass
class Arrived:
    """A message that the server took responsibility for."""

    sender: str
    recipients: list[str]
    data: bytes


@dataclass
class ScriptedServer:
    """Serves in a thread of its own while it is entered.

    *script* gives what happens at GREETING, EHLO, HELO, STARTTLS, AUTH, MAIL, RCPT, DATA,
    "IN BODY" (after its first bytes), BODY (its end), RSET, QUIT, or `RCPT <address>`: an act for
    every time, or a list that is used up over all connections. *most* connections may be open at
    a time: a further one is told *too_many*. After *accepting* connections it listens no more.
    """

    script: Mapping[str, Act | Sequence[Act]] = field(default_factory=dict)
    extensions: Sequence[str] = EVERYTHING
    tls: ssl.SSLContext | None = None
    most: int | None = None
    too_many: Act = "421 4.7.0 too many connections"
    accepting: int | None = None
    arrived: list[Arrived] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)  # every command, over all connections
    reads: list[bytes] = field(default_factory=list)  # as it came from the network
    connections: int = 0
    refused: int = 0
    busiest: int = 0

    def __post_init__(self) -> None:
        self.again()
        self._open = 0

    def again(self) -> None:
        """Begin the script anew."""
        self._acts = {
            step: acts if isinstance(acts, Act) else iter(acts)
            for step, acts in self.script.items()
        }

    def __enter__(self) -> ScriptedServer:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._listener = self._do(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.address = SmtpAddress("127.0.0.1", self._listener.sockets[0].getsockname()[1])
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def recipients(self) -> list[str]:
        """To whom mail was accepted, sorted."""
        return sorted(one for mail in self.arrived for one in mail.recipients)

    def act(self, step: str, *, about: str = "") -> Act:
        """Return what happens now at this step."""
        acts = self._acts.get(f"{step} {about}", self._acts.get(step))
        return next(acts, None) if isinstance(acts, Iterator) else acts

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.accepting is not None and self.connections >= self.accepting:
            self._listener.close()
        with self._counted():
            try:
                await _Connection(self, reader, writer).serve(
                    too_many=self.most is not None and self._open > self.most
                )
            except (_Gone, OSError, asyncio.CancelledError):
                pass  # the client has gone, or the test is over
            finally:
                writer.transport.abort()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._open += 1
        self.busiest = max(self.busiest, self._open)
        try:
            yield
        finally:
            self._open -= 1

    async def _end(self) -> None:
        self._listener.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for other in others:
            other.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _do(self, what):  # type: ignore[no-untyped-def]
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)


class _Connection:
    def __init__(
        self, server: ScriptedServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._input = b""
        self._sender: str | None = None
        self._recipients: list[str] = []

    async def serve(self, *, too_many: bool) -> None:
        if too_many:
            self._server.refused += 1
            await self._answer(self._server.too_many, usual="")
            return
        await self._do("GREETING", usual="220 scripted.example ESMTP")
        while True:
            line = await self._line()
            self._server.heard.append(line)
            await self._obey(line.split(" ")[0].upper(), line)

    async def _obey(self, verb: str, line: str) -> None:
        if verb == "STARTTLS":
            await self._start_tls()
        elif verb == "MAIL":
            await self._mail(line)
        elif verb == "RCPT":
            to = line.partition("<")[2].partition(">")[0]
            if (await self._do("RCPT", usual="250 2.1.5 ok", about=to))[:1] not in ("4", "5"):
                self._recipients.append(to)
        elif verb == "DATA":
            await self._data()
        elif verb == "QUIT":
            await self._do("QUIT", usual="221 2.0.0 bye")
            raise _Gone
        else:
            await self._do(verb, usual=self._usual(verb))

    def _usual(self, verb: str) -> str:
        if verb == "EHLO":
            tls = ["STARTTLS"] if self._server.tls and not self._is_encrypted else []
            *first, last = ["scripted.example", *self._server.extensions, *tls]
            return "\n".join([*(f"250-{one}" for one in first), f"250 {last}"])
        if verb in ("HELO", "RSET", "NOOP"):
            self._sender, self._recipients = None, []
            return "250 2.0.0 ok"
        return "235 2.7.0 welcome" if verb == "AUTH" else "502 5.5.1 what?"

    @property
    def _is_encrypted(self) -> bool:
        return self._writer.get_extra_info("sslcontext") is not None

    async def _start_tls(self) -> None:
        said = await self._do("STARTTLS", usual="220 2.0.0 go ahead" if self._server.tls else "502")
        if said == "220 2.0.0 go ahead" and self._server.tls:
            await self._writer.start_tls(self._server.tls)

    async def _mail(self, line: str) -> None:
        self._recipients = []
        limit = next((one for one in self._server.extensions if one.startswith("SIZE ")), "SIZE 0")
        size = re.search(r"SIZE=(\d+)", line)
        too_big = size is not None and 0 < int(limit[5:]) < int(size[1])
        usual = "552 5.3.4 message too big for system" if too_big else "250 2.1.0 ok"
        if (await self._do("MAIL", usual=usual)).startswith("2"):
            self._sender = line.partition("<")[2].partition(">")[0]

    async def _data(self) -> None:
        usual = "354 go ahead" if self._recipients else "554 5.5.1 no valid recipients"
        said = await self._do("DATA", usual=usual)
        if not said.split("\n")[-1].startswith("3"):
            return
        data = await self._body()
        usual = "250 2.0.0 kept" if self._recipients else "554 5.5.1 no valid recipients"
        if (await self._do("BODY", usual=usual)).startswith("2"):
            self._server.arrived.append(Arrived(self._sender or "", self._recipients, data))
        self._sender, self._recipients = None, []

    async def _body(self) -> bytes:
        while len(self._input) < 3:
            await self._read()
        await self._do("IN BODY", usual="")
        while not (self._input.startswith(b".\r\n") or b"\r\n.\r\n" in self._input):
            await self._read()
        if self._input.startswith(b".\r\n"):
            self._server.heard.append(".")
            self._input = self._input[3:]
            return b""
        data, _, self._input = self._input.partition(b"\r\n.\r\n")
        return data + b"\r\n"

    # -- words -----------------------------------------------------------------------------

    async def _do(self, step: str, *, usual: str, about: str = "") -> str:
        return await self._answer(self._server.act(step, about=about), usual=usual)

    async def _answer(self, act: Act, *, usual: str) -> str:
        """Do as scripted; return the reply that was given."""
        if isinstance(act, Hang):
            await self._until_it_leaves()
        if isinstance(act, Drop):
            raise _Gone
        if isinstance(act, Late):
            await asyncio.sleep(act.seconds)
            act = act.reply
        reply = usual if act is None else act
        said = reply if isinstance(reply, bytes) else _wire(reply)
        self._writer.write(said)
        if act is not None and said.startswith(b"421"):
            await self._writer.drain()
            raise _Gone
        return said.decode("ascii", "replace").strip()

    async def _until_it_leaves(self) -> None:
        while True:
            await self._read()

    async def _line(self) -> str:
        while b"\r\n" not in self._input:
            await self._read()
        line, _, self._input = self._input.partition(b"\r\n")
        return line.decode()

    async def _read(self) -> None:
        data = await self._reader.read(65536)
        if not data:
            raise _Gone
        self._server.reads.append(data)
        self._input += data


def _wire(reply: str) -> bytes:
    return "".join(f"{line}\r\n" for line in reply.split("\n") if line).encode()
