"""Hand messages to the mail server: one recipient per transaction, over connections that stay.

Nothing here raises for what a server or a network does; every attempt ends in a Result.
A message's body is written to the wire at most once: whatever happens after it left is
reported as ambiguous, never tried again here.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Iterable
from typing import Self

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from ats.outbox.batch import Outgoing, Ready, send_each
from ats.outbox.envelope import Envelope, sealed
from ats.outbox.result import Kind, Result, Stage, Step, judged, one_line
from ats.outbox.smtp_url import USUAL, SmtpAddress, Timeouts

__all__ = [
    "Outgoing",
    "Relay",
    "Result",
    "SmtpAddress",
    "Timeouts",
    "knock",
    "send_all",
    "send_each",
]

_LEAVE = 2.0  # seconds for a last word
_NO_SMTPUTF8 = "The address has letters before the @ that this mail server cannot carry (SMTPUTF8)."


class _Smtp(aiosmtplib.SMTP):
    AUTH_METHODS = ("plain", "login", "cram-md5")

    @property
    def supported_auth_methods(self) -> list[str]:
        """One way to log in, so that a wrong password is tried once and locks no account."""
        return super().supported_auth_methods[:1]

    def close(self) -> None:
        """Close at once: to close TLS politely takes an answer, for which nobody waits here."""
        transport = self.transport
        super().close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


class Relay:
    """A pool of at most *size* connections to one mail server, opened as they are needed.

    A connection that the server closed while it was idle is noticed and replaced. Belongs to
    one event loop; `async with` closes it.
    """

    def __init__(
        self,
        address: SmtpAddress,
        *,
        size: int = 10,
        timeouts: Timeouts = USUAL,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.size = size
        self._address = address
        self._timeouts = timeouts
        self._tls = tls
        self._slots = asyncio.Semaphore(size)
        self._idle: list[_Smtp] = []
        # A broken resolver may take seconds to say our own name: asked once, and not locally.
        self._hello = "localhost" if address.is_local else None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def send(
        self,
        *,
        sender: str,
        recipient: str,
        data: bytes,
        before_body: Callable[[], None] = lambda: None,
    ) -> Result:
        """Try once to hand *data* to the server, and return what became of it.

        Raises nothing for what addresses, server or network do. What fails before the body on
        a connection that served before is tried once more, on a fresh one. *before_body* is
        called just before the body is written; what it raises is raised, and nothing was sent.
        """
        envelope = sealed(sender=sender, recipient=recipient, data=data)
        if isinstance(envelope, Result):
            return envelope
        async with self._slots:
            used = self._still_open()
            if used is not None:
                result = await self._attempt(used, envelope, before_body)
                if not (result.kind == "relay" and result.stage == "envelope"):
                    return result
            fresh = await self._open()
            if isinstance(fresh, Result):
                return fresh
            return await self._attempt(fresh, envelope, before_body)

    async def close(self) -> None:
        """Take leave of the server on every idle connection. Raises nothing."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(_leave(smtp) for smtp in idle))

    def _still_open(self) -> _Smtp | None:
        while self._idle:
            smtp = self._idle.pop()
            if smtp.is_connected:
                return smtp
            smtp.close()
        return None

    async def _open(self) -> _Smtp | Result:
        if self._tls is None and self._address.security != "none":
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        smtp = _Smtp(
            hostname=self._address.host,
            port=self._address.port,
            use_tls=self._address.security == "tls",
            start_tls=False,  # asked for in _introduce, where its refusal is told from others
            tls_context=self._tls,
            local_hostname=self._hello,
            timeout=self._timeouts.connect,
        )
        fault = await _introduce(smtp, address=self._address)
        self._hello = smtp.local_hostname
        return fault or smtp

    async def _attempt(
        self, smtp: _Smtp, envelope: Envelope, before_body: Callable[[], None]
    ) -> Result:
        keep = False
        try:
            result = await _transact(smtp, envelope, before_body, timeouts=self._timeouts)
            keep = await _ready_again(smtp, result=result)
        finally:  # a cancelled transaction must not leave its connection to the next message
            if keep:
                self._idle.append(smtp)
            else:
                smtp.close()
        return result


def send_all(
    relay_address: SmtpAddress,
    mails: Iterable[Outgoing],
    *,
    on_result: Callable[[Outgoing, Result], None],
    pool: int,
    stop_on_relay_fault: bool = True,
    timeouts: Timeouts = USUAL,
) -> list[Outgoing]:
    """Send *mails* over *pool* connections as `send_each` does; return those not tried.

    For a thread that runs no event loop. Raises what *mails* or *on_result* raises.
    """

    ready = Ready(mails)

    async def run() -> None:
        async with Relay(relay_address, size=pool, timeouts=timeouts) as relay:
            await send_each(
                relay, ready, on_result=on_result, stop_on_relay_fault=stop_on_relay_fault
            )

    asyncio.run(run())
    return ready.rest()


def knock(address: SmtpAddress, *, timeouts: Timeouts = USUAL) -> Result | None:
    """Connect, greet, encrypt and log in as for sending, then leave; return what went wrong."""

    async def run() -> Result | None:
        async with Relay(address, size=1, timeouts=timeouts) as relay:
            opened = await relay._open()
            if isinstance(opened, Result):
                return opened
            await _leave(opened)
            return None

    return asyncio.run(run())


async def _introduce(smtp: _Smtp, *, address: SmtpAddress) -> Result | None:
    """Connect, greet, encrypt and log in; return what stood in the way, if anything did."""
    step: Step = "connect"
    try:
        await smtp.connect()
        await _greet(smtp)
        if address.security == "starttls":
            step = "starttls"
            await smtp.starttls()
            step = "connect"
            await _greet(smtp)
        if address.user is not None:
            step = "auth"
            await smtp.login(address.user, address.password or "")
    except aiosmtplib.SMTPResponseException as refused:
        fault = judged(step, refused.code, refused.message, addresses=(address.user or "",))
    except (OSError, ValueError) as lost:  # refused, DNS, TLS, time-out, a garbled challenge
        fault = Result("relay", None, one_line(_words(lost)), "connect")
    except aiosmtplib.SMTPException as missing:  # STARTTLS or AUTH is not offered
        fault = Result("configuration", None, one_line(_words(missing)), "connect")
    else:
        return None
    smtp.close()
    return fault


async def _greet(smtp: _Smtp) -> None:
    try:
        await smtp.ehlo()
    except aiosmtplib.SMTPHeloError:
        if not smtp.is_connected:
            raise
        await smtp.helo()


async def _transact(
    smtp: _Smtp, envelope: Envelope, before_body: Callable[[], None], *, timeouts: Timeouts
) -> Result:
    """Hand over one message; the stage is tracked here, for the exceptions do not tell it."""
    if envelope.needs_smtputf8 and not smtp.supports_extension("smtputf8"):
        return Result("permanent", None, _NO_SMTPUTF8, "envelope")
    stage: Stage = "envelope"
    step: Step = "mail"
    addresses = (envelope.recipient, envelope.sender)
    try:
        for step, command in envelope.commands(smtp.esmtp_extensions):
            code, answer = await smtp.execute_command(command, timeout=timeouts.command)
            if code // 100 != (3 if step == "data" else 2):
                break
        else:
            before_body()
            protocol = _write(smtp, envelope.body)
            stage = step = "body"
            code, answer = await protocol.read_response(timeout=timeouts.body)
    except aiosmtplib.SMTPResponseException as garbled:
        smtp.close()  # the rest of it would be taken for the next reply
        return judged(step, garbled.code, garbled.message, addresses=addresses)
    except OSError as lost:
        kind: Kind = "relay" if stage == "envelope" else "ambiguous"
        return Result(kind, None, one_line(_words(lost)), stage)
    return judged(step, code, answer, addresses=addresses)


def _write(smtp: _Smtp, body: bytes) -> SMTPProtocol:
    """Write *body* to the wire at once. Raises SMTPServerDisconnected when nothing was written."""
    if smtp.protocol is None:
        raise aiosmtplib.SMTPServerDisconnected("Connection lost")
    smtp.protocol.write(body)
    return smtp.protocol


async def _ready_again(smtp: _Smtp, *, result: Result) -> bool:
    """Return whether the next message may use this connection; reset it where that is needed."""
    if result.stops or result.kind == "ambiguous" or not smtp.is_connected:
        return False
    if result.kind == "sent":
        return True
    try:
        await smtp.rset()
    except (OSError, aiosmtplib.SMTPException):
        return False
    return True


async def _leave(smtp: _Smtp) -> None:
    with contextlib.suppress(OSError, aiosmtplib.SMTPException):
        await smtp.quit(timeout=_LEAVE)
    smtp.close()


def _words(fault: Exception) -> str:
    return str(fault) or type(fault).__name__
