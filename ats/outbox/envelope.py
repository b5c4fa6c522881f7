"""One message as SMTP commands carry it. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from ats.outbox.address import BadAddress, ascii_domain
from ats.outbox.result import Result, Step


@dataclass(frozen=True, slots=True)
class Envelope:
    """Addresses that are safe on a command line, and a body that is ready to be written."""

    sender: str
    recipient: str
    body: bytes

    @property
    def needs_smtputf8(self) -> bool:
        """Whether an address has letters outside ASCII before the @."""
        return not (self.sender.isascii() and self.recipient.isascii())

    def commands(self, extensions: Container[str]) -> tuple[tuple[Step, bytes], ...]:
        """Return the commands before the body; *extensions* are the server's, in lower case."""
        return (
            (
                "mail",
                b" ".join((b"MAIL FROM:<%b>" % self.sender.encode(), *self._says(extensions))),
            ),
            ("rcpt", b"RCPT TO:<%b>" % self.recipient.encode()),
            ("data", b"DATA"),
        )

    def _says(self, extensions: Container[str]) -> Iterator[bytes]:
        if "size" in extensions:
            yield b"SIZE=%d" % len(self.body)
        if "8bitmime" in extensions and not self.body.isascii():
            yield b"BODY=8BITMIME"
        if self.needs_smtputf8:
            yield b"SMTPUTF8"


def sealed(*, sender: str, recipient: str, data: bytes) -> Envelope | Result:
    """Return the envelope, or why these addresses can have none.

    A sender that cannot be used is a fault of our configuration, a recipient is one of data.
    """
    try:
        sender = ascii_domain(sender)
    except BadAddress as fault:
        return Result("configuration", None, f"The sender cannot be used. {fault}", "connect")
    try:
        recipient = ascii_domain(recipient)
    except BadAddress as fault:
        return Result("permanent", None, str(fault), "connect")
    return Envelope(sender, recipient, _ready(data))


def _ready(data: bytes) -> bytes:
    """Return *data* with CRLF line ends only, dots doubled, and the line that ends it.

    A bare line end would let a text end the message.
    """
    lines = b"\r\n".join([*data.splitlines(), b""])
    first = b"." if lines.startswith(b".") else b""
    return b"%b%b.\r\n" % (first, lines.replace(b"\r\n.", b"\r\n.."))
