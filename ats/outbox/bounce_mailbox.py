"""The mailbox to which bounces return: a Maildir, or a folder of an IMAP account.

What was read is marked as seen and left where it is; only what is not seen is read. So nobody
else may read this mailbox.
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from ats.errors import AtsError, SettingsFault
from ats.outbox.notifications import LARGEST

SECONDS = 30  # for an answer of the IMAP server
_NAMED = 5  # of what cannot be read


class BounceMailboxFault(AtsError):
    """The mailbox of bounces cannot be read."""


class PassedOver(BounceMailboxFault):
    """Some of what lies in the mailbox of bounces cannot be read; all the rest was yielded."""


class BounceMailbox(Protocol):
    """Where notifications are found."""

    def unread(self) -> Iterator[tuple[str, bytes]]:
        """Yield the name and the beginning of each mail that is not marked.

        Raises BounceMailboxFault, and so does `mark`; at the very end PassedOver, once for all
        that could not be read.
        """

    def mark(self, name: str) -> None:
        """Mark this mail as read."""


def open_mailbox(where: str) -> contextlib.AbstractContextManager[BounceMailbox]:
    """Open imap(s)://user:password@host[:port][/folder], or the Maildir at this path.

    Raises SettingsFault for an address that is neither, and BounceMailboxFault; neither sentence
    holds the password.
    """
    scheme = where.partition("://")[0] if "://" in where else ""
    if scheme in ("imap", "imaps"):
        return _imap(where)
    if scheme not in ("", "file", "maildir"):
        raise SettingsFault(
            "ATS_BOUNCE_MAILBOX is neither a folder nor an IMAP address; write "
            "imaps://user:password@host/folder."
        )
    return contextlib.nullcontext(_Maildir(Path(where.partition("://")[2] if scheme else where)))


# -- Maildir -----------------------------------------------------------------------------------


class _Maildir:
    def __init__(self, path: Path) -> None:
        self._new, self._cur = path / "new", path / "cur"
        if not (self._new.is_dir() and self._cur.is_dir()):
            raise BounceMailboxFault(
                f"{path} is no Maildir (it has no folders new and cur); set ATS_BOUNCE_MAILBOX to "
                "the mailbox that the mail server delivers bounces to."
            )

    def unread(self) -> Iterator[tuple[str, bytes]]:
        with _readable(self._new.parent):
            found = [*sorted(self._new.iterdir()), *sorted(self._cur.iterdir())]
        passed_over = []
        for path in found:
            if path.name.startswith(".") or "S" in _flags(path):
                continue
            try:
                data = _beginning(path)
            except FileNotFoundError:  # another reader was quicker
                continue
            except OSError as error:
                passed_over.append(f"{path.parent.name}/{path.name} ({error.strerror})")
                continue
            yield str(path), data
        if passed_over:
            raise PassedOver(
                f"In {self._new.parent} there is what cannot be read: {_some(passed_over)}; take "
                "it away, or let this user read it. All else was read."
            )

    def mark(self, name: str) -> None:
        """Move it by one rename, so that at every moment it is there once."""
        path = Path(name)
        marked = f"{path.name.partition(':2,')[0]}:2,{''.join(sorted(_flags(path) | {'S'}))}"
        with _readable(path), contextlib.suppress(FileNotFoundError):  # another reader was quicker
            path.rename(self._cur / marked)


def _beginning(path: Path) -> bytes:
    """Return the beginning of a mail. Raises OSError for what is no file; a pipe would block."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(None, "no file")
    with path.open("rb") as file:
        return file.read(LARGEST)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _flags(path: Path) -> set[str]:
    return set(path.name.partition(":2,")[2])


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BounceMailboxFault(
            f"{path} cannot be used ({error.strerror}); let this user read and write the mailbox "
            "of ATS_BOUNCE_MAILBOX."
        ) from error


# -- IMAP --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Imap:
    server: imaplib.IMAP4

    def unread(self) -> Iterator[tuple[str, bytes]]:
        passed_over = []
        for uids in self._asked("SEARCH", "UNSEEN"):
            for uid in bytes(uids or b"").decode("ascii", "replace").split():
                try:
                    fetched = self._asked("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")
                except BounceMailboxFault as fault:
                    passed_over.append(str(fault))
                    continue
                for part in fetched:
                    if isinstance(part, tuple):
                        yield uid, bytes(part[1])
        if passed_over:
            raise PassedOver(passed_over[0])

    def mark(self, name: str) -> None:
        self._asked("STORE", name, "+FLAGS.SILENT", "(\\Seen)")

    def _asked(self, command: str, *arguments: str) -> list[Any]:
        status, said = self.server.uid(command, *arguments)
        if status != "OK":
            raise BounceMailboxFault(
                f"The IMAP server refused {command} ({said!r}); the bounces wait there."
            )
        return said


@contextlib.contextmanager
def _imap(where: str) -> Iterator[BounceMailbox]:
    try:
        parts = urlsplit(where)
        host, port, user, password = parts.hostname, parts.port, parts.username, parts.password
    except ValueError:
        host = port = user = password = None
    if not (host and user and password):
        raise SettingsFault(
            "ATS_BOUNCE_MAILBOX needs a user, a password and a host; "
            "write imaps://user:password@host/folder, with %40 for @ and %2F for / in a password."
        )
    try:
        with contextlib.closing(_Connection(host, port, secure=parts.scheme == "imaps")) as opened:
            server = opened.server
            server.login(_quoted(unquote(user)), unquote(password))  # it quotes the password
            folder = unquote(parts.path.strip("/")) or "INBOX"
            status, said = server.select(_quoted(folder))
            if status != "OK":
                raise BounceMailboxFault(
                    f"The IMAP folder {folder} cannot be opened ({said!r}); name another at the "
                    "end of ATS_BOUNCE_MAILBOX."
                )
            yield _Imap(server)
    except UnicodeError as error:
        raise BounceMailboxFault(
            "The IMAP server takes no letters but ASCII; user, password and folder of "
            "ATS_BOUNCE_MAILBOX must be ASCII."
        ) from error
    except (OSError, imaplib.IMAP4.error) as error:
        raise BounceMailboxFault(
            f"The IMAP server {host} cannot be used ({error}); check ATS_BOUNCE_MAILBOX, the "
            "bounces wait there."
        ) from error


def _quoted(words: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", words) + '"'


class _Connection:
    """A connection whose other end has proved who it is; without TLS only where none is offered."""

    def __init__(self, host: str, port: int | None, *, secure: bool) -> None:
        tls = ssl.create_default_context()
        if secure:
            self.server: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                host, port or 993, ssl_context=tls, timeout=SECONDS
            )
            return
        self.server = imaplib.IMAP4(host, port or 143, timeout=SECONDS)
        if "STARTTLS" in self.server.capabilities:
            try:
                self.server.starttls(tls)
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        for ends in (self.server.logout, self.server.shutdown):  # who was hung up on cannot log out
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                ends()
