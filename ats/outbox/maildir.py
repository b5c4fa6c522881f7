"""A folder of messages, one file each, that any mail program can open (Maildir)."""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path

from ats.errors import DeliveryFault


class MailboxFault(DeliveryFault):
    """The local mailbox cannot be opened as asked."""


class Maildir:
    """A Maildir to write to. Not synced to disk: it is for looking at mail, not for keeps."""

    def __init__(self, folder: Path) -> None:
        """Create *folder* where it is missing. Raises MailboxFault when it cannot be written."""
        self._tmp, self._new = folder / "tmp", folder / "new"
        self._count = itertools.count()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for part in (folder / "cur", self._new, self._tmp):
                part.mkdir(mode=0o700, exist_ok=True)
            probe = self._tmp / self._name()
            probe.touch()
            probe.unlink()
        except OSError as fault:
            raise MailboxFault(
                f"The mailbox folder {folder} cannot be written ({fault.strerror}): "
                "name another folder, or make it writable."
            ) from fault

    def store(self, message: bytes) -> None:
        """Write *message* as it is; it appears in `new` at once and whole. Raises OSError."""
        name = self._name()
        unfinished = self._tmp / name
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(unfinished, flags, 0o600), "wb") as file:
            file.write(message)
        unfinished.rename(self._new / name)

    def _name(self) -> str:
        # Unique by process and count; the moment is the real one, and sorts the folder.
        seconds, rest = divmod(time.time_ns(), 1_000_000_000)
        return f"{seconds}.M{rest // 1000:06}P{os.getpid()}Q{next(self._count):06}.ats"
