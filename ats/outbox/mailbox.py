"""The local default: a real SMTP server on this machine that writes a Maildir.

`LocalMailbox` runs it as a child process; `python -m ats.outbox.mailbox --maildir DIR --port N`
in the foreground. `InMemoryMailbox` is the same server for tests, with scripted replies.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import json
import logging
import os
import re
import signal
import ssl
import sys
import threading
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from ats.outbox.local_mailbox import LocalMailbox
from ats.outbox.maildir import MailboxFault, Maildir
from ats.outbox.smtp_url import SmtpAddress

__all__ = ["DROP", "HANG", "InMemoryMailbox", "LocalMailbox", "MailboxFault", "Received", "main"]

HOST = "127.0.0.1"
#: Scripted replies that are none: the server closes the connection, or never answers.
DROP: Final = "<drop>"
HANG: Final = "<hang>"

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd logs addresses


class _Keeper:
    """Stores what aiosmtpd accepts; each of the addresses in *refused* is refused once."""

    def __init__(self, maildir: Maildir, refused: Collection[str] = ()) -> None:
        self._maildir = maildir
        self._refused = {address.casefold() for address in refused}

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address.casefold() in self._refused:
            self._refused.discard(address.casefold())
            return "550 5.1.1 There is no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        try:
            self._maildir.store(_content(envelope))
        except OSError as fault:
            return f"452 4.3.1 The mailbox folder cannot be written: {fault.strerror}"
        return "250 2.0.0 stored"


def _content(envelope: Envelope) -> bytes:
    assert isinstance(envelope.content, bytes)  # decode_data is off
    return envelope.content


@dataclass(frozen=True, slots=True)
class Received:
    """A message that the in-memory mailbox accepted."""

    sender: str
    recipient: str
    data: bytes


class InMemoryMailbox:
    """A real SMTP server in a thread of this process that keeps what it accepts; for tests.

    *script* gives replies in place of the usual ones: from CONNECT, EHLO, STARTTLS, AUTH, MAIL,
    RCPT, DATA, `.` (the end of the body), RSET or `RCPT <address>` to a line, DROP or HANG, or
    to a list of them that is used up (None: the usual reply). With *tls* it offers STARTTLS;
    any login is accepted.
    """

    def __init__(
        self,
        script: Mapping[str, str | Sequence[str | None]] | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        utf8: bool = True,
    ) -> None:
        self.received: list[Received] = []
        self._servers: list[_Scripted] = []
        self._script = {
            step: replies if isinstance(replies, str) else list(replies)
            for step, replies in (script or {}).items()
        }
        self._loop = asyncio.new_event_loop()
        self._options = {"tls_context": tls, "enable_SMTPUTF8": utf8, "loop": self._loop}
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def connections(self) -> int:
        """How many were made so far."""
        return len(self._servers)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(_listen(self._smtp), self._loop).result()
        self.address = SmtpAddress(HOST, self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def reply_to(self, step: str, *, about: str = "") -> str | None:
        """Return the scripted reply to *step*, if there is one (now)."""
        replies = self._script.get(f"{step} {about}", self._script.get(step))
        if isinstance(replies, list):
            return replies.pop(0) if replies else None
        return replies

    async def handle_DATA(self, server: _Scripted, _: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """Keep the message, unless the script has another reply than 2xx (called by aiosmtpd)."""
        reply = await server.reply_by_script(".") or "250 2.0.0 kept"
        if reply.startswith("250 "):
            sender, recipient = envelope.mail_from or "", ", ".join(envelope.rcpt_tos)
            self.received.append(Received(sender, recipient, _content(envelope)))
        return reply

    def _smtp(self) -> SMTP:
        self._servers.append(_Scripted(self, **self._options))
        return self._servers[-1]

    async def _end(self) -> None:
        self._server.close()
        for server in self._servers:
            server.hang_up()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=1)


def _scripted(verb: str) -> Callable[[_Scripted, str], Awaitable[None]]:
    usual = getattr(SMTP, f"smtp_{verb}")

    async def reply(server: _Scripted, argument: str) -> None:
        address = re.search("<(.*?)>", argument or "")
        scripted = await server.reply_by_script(verb, about=address[1] if address else "")
        await (usual(server, argument) if scripted is None else SMTP.push(server, scripted))

    return reply


class _Scripted(SMTP):
    """aiosmtpd, but for the replies that its mailbox scripts."""

    def __init__(self, mailbox: InMemoryMailbox, **options: Any) -> None:
        self._mailbox = mailbox
        self._said_hello = False
        super().__init__(
            mailbox,
            hostname="localhost",
            auth_require_tls=False,
            authenticator=lambda *_: AuthResult(success=True),
            **options,
        )

    async def reply_by_script(self, step: str, *, about: str = "") -> str | None:
        """Return the scripted reply, or None; with DROP and HANG the connection ends in here."""
        reply = self._mailbox.reply_to(step, about=about)
        if reply == DROP:
            self.hang_up()
        if reply in (DROP, HANG):
            await asyncio.Event().wait()  # cancelled when the connection is lost
        return reply

    def hang_up(self) -> None:
        """Close the connection without a word."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    async def push(self, status: Any) -> None:
        """Send a reply; the first of a connection is the greeting."""
        first, self._said_hello = not self._said_hello, True
        await super().push((first and await self.reply_by_script("CONNECT")) or status)


for _verb in ("EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "RSET"):
    setattr(_Scripted, f"smtp_{_verb}", _scripted(_verb))


async def _listen(factory: Callable[[], SMTP], *, port: int = 0) -> asyncio.Server:
    """Start to listen. Raises MailboxFault when *port* is taken or not allowed."""
    try:
        return await asyncio.get_running_loop().create_server(factory, HOST, port)
    except OSError as fault:
        taken = fault.errno == errno.EADDRINUSE
        why = "taken by another program" if taken else f"not to be had ({fault.strerror})"
        raise MailboxFault(
            f"Port {port} on {HOST} is {why}: choose another port, or 0 for any free one."
        ) from fault


async def _serve(
    keeper: _Keeper, *, port: int, ready: Callable[[int], None], by_stdin: bool
) -> None:
    """Serve until SIGTERM or SIGINT, or with *by_stdin* until standard input closes."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    server = await _listen(
        lambda: SMTP(keeper, hostname="localhost", enable_SMTPUTF8=True, loop=loop), port=port
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if by_stdin:
        loop.add_reader(0, lambda: os.read(0, 4096) or loop.call_soon(stop.set))
    ready(server.sockets[0].getsockname()[1])
    await stop.wait()
    server.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the mailbox in the foreground. Return 1, after one sentence, when it cannot start."""
    parser = argparse.ArgumentParser(prog="python -m ats.outbox.mailbox", description=__doc__)
    parser.add_argument("--maildir", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0, choices=range(65536), metavar="PORT")
    parser.add_argument("--refuse-once", action="append", default=[], metavar="ADDRESS")
    parser.add_argument("--until-stdin-closes", action="store_true", help="as a child process")
    asked = parser.parse_args(arguments)
    child: bool = asked.until_stdin_closes

    def ready(port: int) -> None:
        text = f"Listening on smtp://{HOST}:{port}, writing to {asked.maildir}; Ctrl-C ends it."
        _say(json.dumps({"host": HOST, "port": port}) if child else text)

    try:
        keeper = _Keeper(Maildir(asked.maildir), asked.refuse_once)
        asyncio.run(_serve(keeper, port=asked.port, ready=ready, by_stdin=child))
    except MailboxFault as fault:
        if child:
            _say(json.dumps({"fault": str(fault)}))
        else:
            sys.stderr.write(f"{fault}\n")
        return 1
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
