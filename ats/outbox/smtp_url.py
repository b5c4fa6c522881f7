"""Where the mail server is and how it is spoken to: the value of ATS_SMTP_URL."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, Self
from urllib.parse import SplitResult, unquote, urlsplit

import idna

from ats.errors import SettingsFault

Security = Literal["none", "starttls", "tls"]
_SCHEMES: dict[str, tuple[Security, int]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}
_FORMS = "smtp://host:port, smtp+starttls://user:password@host:587 or smtps://user:password@host"
_HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]+")
_LOOPBACK = re.compile(r"localhost|127\.[0-9.]+|::1")


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """A mail server. Neither `str()` nor `repr()` shows the login."""

    host: str
    port: int
    security: Security = "none"
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read smtp://host:port, smtp+starttls://user:password@host:port or smtps://….

        Raises SettingsFault, one sentence without the password.
        """
        parts, port = _split(url.strip())
        security, usual_port = _SCHEMES[parts.scheme]
        host = _ascii(parts.hostname or "")
        if not _HOST.fullmatch(host) or port == 0:
            raise SettingsFault(f"ATS_SMTP_URL names no mail server or port: write {_FORMS}.")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if bool(user) != bool(password):
            raise SettingsFault("ATS_SMTP_URL needs a user and a password, or neither of them.")
        if user and security == "none" and not _LOOPBACK.fullmatch(host):
            raise SettingsFault(
                "ATS_SMTP_URL would send its password unencrypted: "
                "begin it with smtp+starttls:// or smtps://."
            )
        return cls(host, port or usual_port, security, user or None, password or None)

    @property
    def is_local(self) -> bool:
        """Whether the server is on this machine."""
        return _LOOPBACK.fullmatch(self.host) is not None

    def __str__(self) -> str:
        scheme = next(name for name, (how, _) in _SCHEMES.items() if how == self.security)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for each reply while connecting, to a command, and to the body.

    The last is long, for a server may scan the message, and giving up there is ambiguous.
    """

    connect: float = 15.0
    command: float = 30.0
    body: float = 120.0


USUAL = Timeouts()


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except UnicodeError:
        return ""


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SettingsFault(
            "ATS_SMTP_URL cannot be read: its port must be a number, and signs such as / ? # in "
            "the password are written %2F %3F %23."
        ) from None
    if parts.scheme not in _SCHEMES:
        raise SettingsFault(f"ATS_SMTP_URL must have one of the forms {_FORMS}.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise SettingsFault(
            "ATS_SMTP_URL ends with more than the port; signs such as / ? # in the password "
            "are written %2F %3F %23."
        )
    return parts, port
