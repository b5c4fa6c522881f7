"""Fetch what we are compared with, into folders of its own; nothing of it is installed.

A peer is fetched once and kept; a changed pin fetches it anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "benchmarks" / ".peers"

NODEMAILER = "10.6.0"
DJANGO = {
    "Django": "5.2.19",
    "django-post_office": "3.12.0",
    "asgiref": "3.13.0",
    "nh3": "0.3.8",
    "sqlparse": "0.6.1",
    "typing_extensions": "4.16.0",
    "psycopg[binary]": version("psycopg"),  # the driver that ours uses
}


def plain_environment() -> dict[str, str]:
    """Return the environment of everything that runs here.

    Without settings of an installation, and with Python as it comes: where it may not keep what
    it has compiled, a late import would cost half a second of a run.
    """
    foreign = ("ATS_", "PYTHON", "DJANGO", "NODE_")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


@dataclass(frozen=True)
class Postfix:
    """Two programs of Debian's package, unpacked; no daemon of it ever runs."""

    folder: Path

    def program(self, name: str) -> Path:
        return self.folder / "usr" / "sbin" / name

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which its programs find the libraries that came with it."""
        folders = [self.folder / "usr/lib/postfix", *self.folder.glob("usr/lib/*-linux-gnu")]
        return {**plain_environment(), "LD_LIBRARY_PATH": ":".join(map(str, folders))}

    @cached_property
    def version(self) -> str:
        return (self.folder / "version").read_text(encoding="ascii").strip()

    def missing(self) -> bool:
        """Say whether a library that it needs is neither here nor on the machine."""
        needs = _run("ldd", str(self.program("smtp-sink")), environment=self.environment)
        return "not found" in needs


@dataclass(frozen=True)
class Peers:
    """Where the peers are."""

    postfix: Postfix
    django: Path  # its python
    nodemailer: Path  # folder of its package
    node: str


def fetch() -> Peers:
    """Fetch what is not here yet. Raises RuntimeError with a sentence where that cannot be."""
    for tool in ("apt-get", "apt-cache", "dpkg", "dpkg-deb", "ldd", "npm", "node"):
        if shutil.which(tool) is None:
            raise RuntimeError(f"The peers cannot be fetched: `{tool}` is not on this machine.")
    return Peers(
        postfix=_postfix(),
        django=_django(),
        nodemailer=_nodemailer(),
        node=_run("node", "--version").strip(),
    )


def _postfix() -> Postfix:
    postfix = Postfix(PEERS / "postfix")
    if (postfix.folder / "version").exists():
        return postfix
    folder = _emptied(postfix.folder)
    _unpack("postfix", into=folder)
    if postfix.missing():
        tree = _run("apt-cache", "depends", "--recurse", "--important", "postfix")
        names = {line for line in tree.splitlines() if line.startswith("lib")}
        for name in sorted(names - {"libc6"}):
            _unpack(name, into=folder)
        if postfix.missing():
            raise RuntimeError("smtp-sink lacks a library that Debian's packages do not bring.")
    (package,) = folder.glob("postfix_*.deb")
    found = _run("dpkg-deb", "--field", str(package), "Version")
    (folder / "version").write_text(found, encoding="ascii")
    return postfix


def _unpack(package: str, *, into: Path) -> None:
    _run("apt-get", "--quiet", "download", package, folder=into)
    (file,) = into.glob(f"{package}_*.deb")
    _run("dpkg", "--extract", str(file), str(into))


def _django() -> Path:
    pins = [f"{name}=={number}" for name, number in DJANGO.items()]
    folder = PEERS / f"django-{_digest(pins)}"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        _run(sys.executable, "-m", "venv", str(_emptied(folder)))
        _run(str(python), "-m", "pip", "install", "--quiet", "--no-deps", *pins)
        (folder / "ready").touch()
    return python


def _nodemailer() -> Path:
    folder = PEERS / f"nodemailer-{NODEMAILER}"
    if not (folder / "ready").exists():
        _run(
            *("npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"),
            *("--no-package-lock", "--prefix", str(_emptied(folder)), f"nodemailer@{NODEMAILER}"),
        )
        (folder / "ready").touch()
    return folder / "node_modules" / "nodemailer"


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _digest(words: list[str]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:8]


def _run(
    *command: str, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )
    if done.returncode:
        raise RuntimeError(f"`{' '.join(command[:3])} …` failed: {done.stderr.strip()[-400:]}")
    return done.stdout
