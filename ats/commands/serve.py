"""`ats serve`: the public pages alone. They take over this process, so what ends it ends them."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

Host = Annotated[str, typer.Option("--host", help="Where to listen.")]
Port = Annotated[
    int | None,
    typer.Option("--port", help="On which port (default: ATS_PUBLIC_PORT).", min=0, max=65_535),
]


def serve(host: Host = "127.0.0.1", port: Port = None) -> None:
    """Serve the public pages until Ctrl-C: behind a proxy that speaks HTTPS to people."""
    from ats.commands.python_path import python_environment
    from config.settings import load_settings

    if port is None:
        port = load_settings().public_port
    command = [sys.executable, "-m", "web", "--host", host, "--port", str(port)]
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.execve(command[0], command, {**os.environ, **python_environment()})  # noqa: S606 (ours)
