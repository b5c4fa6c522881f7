"""Hand messages to the mail server: one recipient per transaction, over connections that stay.

Nothing here raises for what a server or a network does; every attempt ends in a Result.
A message's body is written to the wire at most once: whatever happens after it left is
reported as ambiguous, never tried again here.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable
from typing import Self

import aiosmtplib

from ats.outbox.batch import Outgoing, Ready, send_each
from ats.outbox.envelope import Envelope, sealed
from ats.outbox.pool import Pool
from ats.outbox.result import Result, Step, judged
from ats.outbox.smtp_url import USUAL, SmtpAddress, Timeouts
from ats.outbox.transaction import leave, ready_again, transact, words
from ats.outbox.wire import Wire

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

    A connection that the server closed while it was idle is noticed and replaced; where the
    server allows fewer than *size*, messages wait for those that it allows. Belongs to one event
    loop; `async with` closes it.
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
        self._pool = Pool(self.open, size=size)
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
        a connection that served before is tried again, on a fresh one. *before_body* is
        called just before the body is written; what it raises is raised, and nothing was sent.
        """
        envelope = sealed(sender=sender, recipient=recipient, data=data)
        if isinstance(envelope, Result):
            return envelope
        wire = await self._pool.take()
        while not isinstance(wire, Result):
            may_be_stale = wire.has_served
            result = await self._attempt(wire, envelope, before_body)
            if not (may_be_stale and result.kind == "relay" and result.stage == "envelope"):
                return result
            wire = await self._pool.take(fresh=True)
        return wire

    async def close(self) -> None:
        """Take leave of the server on every idle connection. Raises nothing."""
        await asyncio.gather(*(leave(wire, within=_LEAVE) for wire in self._pool.empty()))

    async def open(self) -> Wire | Result:
        """Open one connection, outside the pool. Raises nothing for what the server does."""
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
        if fault is not None:
            return fault
        assert isinstance(smtp.transport, asyncio.Transport)
        return Wire(smtp.transport, frozenset(smtp.esmtp_extensions))

    async def _attempt(
        self, wire: Wire, envelope: Envelope, before_body: Callable[[], None]
    ) -> Result:
        keep = False
        try:
            result = await transact(wire, envelope, before_body, timeouts=self._timeouts)
            keep = await ready_again(wire, result=result, timeouts=self._timeouts)
        finally:  # a cancelled transaction must not leave its connection to the next message
            self._pool.give_back(wire, keep=keep)
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
            opened = await relay.open()
            if isinstance(opened, Result):
                return opened
            await leave(opened, within=_LEAVE)
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
        fault = Result("relay", None, words(lost), "connect")
    except aiosmtplib.SMTPException as missing:  # STARTTLS or AUTH is not offered
        fault = Result("configuration", None, words(missing), "connect")
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
