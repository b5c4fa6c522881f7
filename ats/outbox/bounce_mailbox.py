"""The mailbox to which bounces return: a Maildir, or a folder of an IMAP account.

What was read is marked as seen and left where it is; only what is not seen is read.
"""

from __future__ import annotations

import contextlib
import imaplib
import mailbox
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from ats.errors import AtsError, SettingsFault

SECONDS = 30  # for an answer of the IMAP server


class BounceMailboxFault(AtsError):
    """The mailbox of bounces cannot be read."""


class BounceMailbox(Protocol):
    """Where notifications are found."""

    def unread(self) -> Iterator[tuple[str, bytes]]:
        """Yield the name and the bytes of each mail that is not marked. Raises the fault above."""

    def mark(self, name: str) -> None:
        """Mark this mail as read."""


def open_mailbox(where: str) -> contextlib.AbstractContextManager[BounceMailbox]:
    """Open imap(s)://user:password@host[:port][/folder], or the Maildir at this path.

    Raises SettingsFault for an address that is neither, and BounceMailboxFault; neither sentence
    holds the password.
    """
    parts = urlsplit(where)
    if parts.scheme in ("imap", "imaps"):
        return _imap(where)
    if parts.scheme not in ("", "file", "maildir"):
        raise SettingsFault(
            "ATS_BOUNCE_MAILBOX is neither a folder nor an address of the form "
            "imaps://user:password@host/folder."
        )
    return contextlib.nullcontext(_Maildir(Path(parts.path if parts.scheme else where)))


class _Maildir:
    def __init__(self, path: Path) -> None:
        if not (path / "cur").is_dir() or not (path / "new").is_dir():
            raise BounceMailboxFault(
                f"{path} is no Maildir (it has no folders new and cur); set ATS_BOUNCE_MAILBOX to "
                "the mailbox that the mail server delivers bounces to."
            )
        self._box = mailbox.Maildir(path, create=False)

    def unread(self) -> Iterator[tuple[str, bytes]]:
        for name in sorted(self._box.keys()):
            with contextlib.suppress(KeyError, FileNotFoundError):  # another reader took it
                if "S" not in self._box.get_message(name).get_flags():
                    yield name, self._box.get_bytes(name)

    def mark(self, name: str) -> None:
        with contextlib.suppress(KeyError, FileNotFoundError):
            message = self._box.get_message(name)
            message.set_subdir("cur")
            message.add_flag("S")
            self._box[name] = message


@dataclass(frozen=True, slots=True)
class _Imap:
    server: imaplib.IMAP4

    def unread(self) -> Iterator[tuple[str, bytes]]:
        _, found = self.server.uid("SEARCH", "UNSEEN")
        for uid in (found[0] or b"").split():
            _, parts = self.server.uid("FETCH", uid.decode(), "(BODY.PEEK[])")
            for part in parts:
                if isinstance(part, tuple):
                    yield uid.decode(), bytes(part[1])

    def mark(self, name: str) -> None:
        self.server.uid("STORE", name, "+FLAGS", "(\\Seen)")


@contextlib.contextmanager
def _imap(where: str) -> Iterator[BounceMailbox]:
    parts = urlsplit(where)
    if not (parts.hostname and parts.username and parts.password):
        raise SettingsFault(
            "ATS_BOUNCE_MAILBOX needs a user, a password and a host: "
            "write imaps://user:password@host/folder."
        )
    kind = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    usual = 993 if parts.scheme == "imaps" else 143
    try:
        server = kind(parts.hostname, parts.port or usual, timeout=SECONDS)
        try:
            server.login(unquote(parts.username), unquote(parts.password))
            folder = unquote(parts.path.strip("/")) or "INBOX"
            status, said = server.select(f'"{folder}"')
            if status != "OK":
                raise BounceMailboxFault(f"The IMAP folder {folder} cannot be opened: {said!r}.")
            yield _Imap(server)
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                server.logout()
    except (OSError, imaplib.IMAP4.error) as error:
        raise BounceMailboxFault(
            f"The IMAP server {parts.hostname} cannot be used ({error}); check "
            "ATS_BOUNCE_MAILBOX, the bounces wait there."
        ) from error
