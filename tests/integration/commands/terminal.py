"""A terminal of so many columns, in which a command runs."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import sys
import termios
import threading
from collections.abc import Sequence

import pytest

from ats.cli import main


def on_terminal(
    patch: pytest.MonkeyPatch, columns: int, arguments: Sequence[str]
) -> tuple[int, list[str]]:
    """Run `ats` in this process on a real terminal; return its exit code and the lines shown."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    parts: list[bytes] = []
    reader = threading.Thread(target=_read, args=(ours, parts))
    reader.start()
    try:
        with open(theirs, "w", encoding="utf-8") as screen, patch.context() as on_screen:  # noqa: PTH123 (a descriptor)
            on_screen.setattr(sys, "stdout", screen)
            code = main(arguments)
            screen.flush()
    finally:
        reader.join()
        os.close(ours)
    return code, b"".join(parts).decode().replace("\r\n", "\n").splitlines()


def _read(terminal: int, parts: list[bytes]) -> None:
    """Read until the other side is closed, which Linux tells as an error."""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            return
        if not part:
            return
        parts.append(part)
