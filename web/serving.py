"""Serving: one process on one port until it is told to end, with no request in any log."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from types import FrameType
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from ats.errors import Refused

_ENDING: Final = (signal.SIGINT, signal.SIGTERM)
_PATIENCE: Final = 1  # seconds for requests under way when it is told to end
_AT_ONCE: Final = 200  # more are told to come back


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there. Raises Refused where that cannot be."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        reason = _reason(error)
        raise Refused(
            f"Port {port} on {host}, the public pages', cannot be used ({reason}); end what uses "
            "it, or choose another with --port or ATS_PUBLIC_PORT."
        ) from error


def _reason(error: OSError | OverflowError) -> str:
    """Return what the system says; `strerror` repeats the address where it is our port's fault."""
    if isinstance(error, OverflowError):
        return "no such port"
    if isinstance(error, socket.gaierror) or error.errno is None:
        return error.strerror or "no such place"
    return os.strerror(error.errno)


def end_when_told() -> None:
    """Have SIGTERM and Ctrl-C end this process with exit code 0, from now on."""
    for number in _ENDING:
        signal.signal(number, _end)


def log_with_time() -> None:
    """Have every line of the log begin with its moment, in UTC, as in `error.log`."""
    line = logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    line.converter = time.gmtime
    output = logging.StreamHandler()
    output.setFormatter(line)
    logging.basicConfig(handlers=[output], level=logging.WARNING)


def serve(app: ASGIApp, listening: socket.socket) -> None:
    """Serve until a signal; then what is under way is finished, and this returns.

    A signal that comes while the server is still starting is kept until it can be heeded: to leave
    at once would leave half of it behind, and a warning.
    """
    server = uvicorn.Server(server_config(app))

    def end(number: int, frame: FrameType | None) -> None:
        server.should_exit = True

    for number in _ENDING:
        signal.signal(number, end)
    server.run(sockets=[listening])


def server_config(app: ASGIApp) -> uvicorn.Config:
    """Return how it is served: addresses hold tokens, so none is logged."""
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,  # ours has the time
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_AT_ONCE,
        timeout_graceful_shutdown=_PATIENCE,
    )


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(0)
