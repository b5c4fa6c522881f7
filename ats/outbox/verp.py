"""Bounce addresses: each message has a sender's address of its own, which only we can have made.

A notification that comes back to such an address names its message, whatever else it says, and
a forged one cannot: the address carries a keyed digest (VERP with a MAC).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

_DIGITS = 16  # of base32, 80 bits: nobody guesses one
_MARK = "b"


@dataclass(frozen=True, slots=True)
class BounceAddress:
    """Addresses of the form name+b12-k3v7…@domain, for the mailbox name@domain."""

    mailbox: str
    secret: bytes = field(repr=False)

    def of(self, message: int) -> str:
        """Return the sender's address of the message with this id."""
        local, _, domain = self.mailbox.rpartition("@")
        return f"{local}+{_MARK}{message}-{self._mac(message)}@{domain}"

    def message(self, address: str) -> int | None:
        """Return the id of the message whose address this is; None if we did not make it.

        Case does not matter: servers change it.
        """
        local, _, domain = self.mailbox.casefold().rpartition("@")
        head, at, host = address.strip().casefold().rpartition("@")
        if not at or host != domain or not head.startswith(f"{local}+{_MARK}"):
            return None
        number, _, mac = head.removeprefix(f"{local}+{_MARK}").partition("-")
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        same = hmac.compare_digest(mac.encode(), self._mac(int(number)).encode())
        return int(number) if same else None

    def _mac(self, message: int) -> str:
        digest = hmac.digest(self.secret, f"bounce/{message}".encode(), hashlib.sha256)
        return base64.b32encode(digest).decode().casefold()[:_DIGITS]
