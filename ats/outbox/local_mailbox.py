"""The local mailbox in a process of its own, so that it uses another core than the sender."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ats.outbox.maildir import MailboxFault
from ats.outbox.smtp_url import SmtpAddress

_PATIENCE = 5.0  # seconds for the child to end by itself


class LocalMailbox:
    """A mail server on 127.0.0.1 in a child process; `with LocalMailbox(folder) as address`.

    Port 0 takes a free one. Each of the addresses in *refused* is refused once, as one that is
    unknown there. The child ends with the block, and by itself when this process is killed.
    Entering raises MailboxFault when the folder or the port cannot be had.
    """

    def __init__(self, maildir: Path, *, port: int = 0, refused: Sequence[str] = ()) -> None:
        self._maildir, self._port, self._refused = maildir, port, refused
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._child.pid if self._child else None

    def __enter__(self) -> SmtpAddress:
        command = [sys.executable, "-m", "ats.outbox.mailbox", "--until-stdin-closes"]
        command += ["--maildir", str(self._maildir), "--port", str(self._port)]
        command += [part for address in self._refused for part in ("--refuse-once", address)]
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,  # closes when we end, however we end
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for us: messages may be under way
        )
        assert self._child.stdout is not None
        said = json.loads(self._child.stdout.readline() or "{}")
        if "port" not in said:
            self.__exit__()
            raise MailboxFault(said.get("fault", "The local mailbox did not start."))
        return SmtpAddress(said["host"], said["port"])

    def __exit__(self, *_: object) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.terminate()
        try:
            child.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
