"""What the figures were measured on, and with."""

from __future__ import annotations

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path

from benchmarks.delivery.databases import Postgresql
from benchmarks.delivery.peers import DJANGO, NODEMAILER, Peers


def machine() -> str:
    """Return processor, memory and system in one line."""
    cpus = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    model = cpus.partition("model name")[2].partition("\n")[0].strip("\t: ") or platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} × {model}, {memory:.0f} GB, {platform.system()} {platform.release()}"


def versions(peers: Peers, postgresql: Postgresql) -> dict[str, str]:
    """Return what took part, with its version."""
    return {
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": postgresql.version,
        "aiosmtplib": version("aiosmtplib"),
        "Django": DJANGO["Django"],
        "django-post_office": DJANGO["django-post_office"],
        "Node.js": peers.node.removeprefix("v"),
        "nodemailer": NODEMAILER,
        "Postfix (smtp-sink, smtp-source)": peers.postfix.version,
    }
