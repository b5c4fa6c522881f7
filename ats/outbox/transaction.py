"""One message over one open connection: MAIL, RCPT, DATA, the body, and what each reply means.

Where the server takes commands in a row (PIPELINING, RFC 2920) the three before the body leave in
one write.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

from ats.outbox.envelope import Envelope
from ats.outbox.result import Result, Step, judged, one_line
from ats.outbox.smtp_url import Timeouts
from ats.outbox.wire import Reply, Wire

_NO_SMTPUTF8 = "The address has letters before the @ that this mail server cannot carry (SMTPUTF8)."

Command = tuple[Step, bytes]


async def transact(
    wire: Wire, envelope: Envelope, before_body: Callable[[], None], *, timeouts: Timeouts
) -> Result:
    """Hand over one message. What *before_body* raises is raised, and the body did not leave.

    The body is written at most once: without a reply to it the result is ambiguous.
    """
    if envelope.needs_smtputf8 and "smtputf8" not in wire.extensions:
        return Result("permanent", None, _NO_SMTPUTF8, "envelope")
    addresses = (envelope.recipient, envelope.sender)
    try:
        refused = await _ask(wire, envelope, within=timeouts.command)
        if refused is not None:
            step, reply = refused
            return judged(step, reply.code, reply.text, addresses=addresses)
        before_body()
        wire.write(envelope.body)
    except OSError as lost:
        return Result("relay", None, words(lost, addresses=addresses), "envelope")
    await wire.wait(1, within=timeouts.body)
    try:
        reply = wire.take()
    except OSError as lost:
        return Result("ambiguous", None, words(lost, addresses=addresses), "body")
    return judged("body", reply.code, reply.text, addresses=addresses)


async def ready_again(wire: Wire, *, result: Result, timeouts: Timeouts) -> bool:
    """Return whether the next message may use this connection; reset it where that is needed."""
    if result.stops or result.kind == "ambiguous" or not wire.is_usable:
        return False
    return result.kind == "sent" or await _says(wire, b"RSET\r\n", within=timeouts.command)


async def leave(wire: Wire, *, within: float) -> None:
    """Take leave of the server and close. Raises nothing."""
    await _says(wire, b"QUIT\r\n", within=within)
    wire.close()


def words(fault: Exception, *, addresses: tuple[str, ...] = ()) -> str:
    """Return what is wrong as one line without addresses."""
    return one_line(str(fault) or type(fault).__name__, addresses=addresses)


async def _ask(wire: Wire, envelope: Envelope, *, within: float) -> tuple[Step, Reply] | None:
    """Say what comes before the body; return the first refusal, None when the body may go.

    Raises OSError when the connection was lost before anything was refused.
    """
    commands = envelope.commands(wire.extensions)
    in_a_row = "pipelining" in wire.extensions
    for group in [commands] if in_a_row else [(command,) for command in commands]:
        wire.write(b"".join([command + b"\r\n" for _, command in group]))
        await wire.wait(len(group), within=within)
        replies = _taken(wire, group)
        for step, reply in replies:
            if reply.code // 100 != (3 if step == "data" else 2):
                await _end_data(wire, dict(replies), within=within)
                return step, reply
        if len(replies) < len(group):
            wire.take()  # raises what happened instead of a reply
    return None


def _taken(wire: Wire, group: Sequence[Command]) -> list[tuple[Step, Reply]]:
    """Return the replies to these commands, as many as came."""
    taken = []
    with contextlib.suppress(OSError):
        for step, _ in group:
            taken.append((step, wire.take()))
    return taken


async def _end_data(wire: Wire, replies: dict[Step, Reply], *, within: float) -> None:
    """End a body that the server asked for although it had refused what came before.

    RFC 2920, 3.1: a lone dot. With a recipient that was not refused, a server might deliver
    even that; then the connection is closed, which delivers nothing.
    """
    if "data" not in replies or replies["data"].code // 100 != 3:
        return
    if replies["rcpt"].code // 100 == 2:
        wire.close()
        return
    await _answers(wire, b".\r\n", within=within)


async def _says(wire: Wire, command: bytes, *, within: float) -> bool:
    """Say one command and return whether it was done."""
    reply = await _answers(wire, command, within=within)
    return reply is not None and reply.code // 100 == 2 and wire.is_usable


async def _answers(wire: Wire, command: bytes, *, within: float) -> Reply | None:
    """Say one command and return the reply, None if there was none."""
    try:
        wire.write(command)
        await wire.wait(1, within=within)
        return wire.take()
    except OSError:
        return None
