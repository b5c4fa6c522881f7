"""Leases: who works on what, in real time. A dead owner beside us frees its lease at once.

Beside us is what shares our machine, its boot and our PID namespace: only there does a pid mean
the same process. Containers and machines may well have one hostname; whoever is elsewhere, or was
here before the machine was started again, keeps what it holds until its lease runs out.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import itertools
import os
import socket
import uuid
from collections.abc import Iterator

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from ats.records import models as m
from ats.records.store import Store

LEASE = dt.timedelta(minutes=10)

_UNKNOWN = "unknown"
_numbers = itertools.count(1)
_working: set[str] = set()


def planning(code: str) -> str:
    """Return the name of a cohort's planning lease."""
    return f"plan:{code}"


def real_now() -> dt.datetime:
    """Return the real time; leases live in it, whatever *now* a tick is given."""
    return dt.datetime.now(dt.UTC)  # noqa: TID251 (leases run in real time)


def owner_name() -> str:
    """Return this process's name: `host/machine/boot/namespace:pid:began`."""
    return _name_of(os.getpid())


@functools.cache
def _name_of(pid: int) -> str:
    """Return the name of a process that runs as long as this one asks: itself."""
    return f"{machine()}/{_boot()}/{_namespace()}:{pid}:{_began(pid)}"


@contextlib.contextmanager
def working() -> Iterator[str]:
    """Yield the name of one piece of work of this process.

    When it has ended it is dead, however it ended, although its process goes on: what it still
    holds is free.
    """
    name = f"{owner_name()}.{next(_numbers)}"
    _working.add(name)
    try:
        yield name
    finally:
        _working.discard(name)


def is_local(owner: str) -> bool:
    """Say whether the owner's pid may be looked up: our machine, boot and PID namespace."""
    return _home(owner) == _home(owner_name())


def was_here(owner: str) -> bool:
    """Say whether the owner is, or was, a process of this machine, in whatever boot."""
    return _home(owner).rpartition("/")[0].rpartition("/")[0] == machine()


def same_boot(owner: str) -> bool:
    """Say whether this machine has run ever since the owner did, so that no file was lost."""
    return _home(owner).rpartition("/")[0] == f"{machine()}/{_boot()}"


def is_dead(owner: str) -> bool:
    """Say whether the owner is a process beside us that has ended, or work that has."""
    if not is_local(owner):
        return False
    _, pid, name = owner.rsplit(":", 2)
    began, _, work = name.partition(".")
    if _began(int(pid)) != began:
        return True
    return bool(work) and int(pid) == os.getpid() and owner not in _working


def may_be_taken_over(owner: str | None, until: dt.datetime | None) -> bool:
    """Say whether what this owner holds until then is free: it is dead, or far away and silent.

    A process beside us that still runs keeps what it holds, however late it is.
    """
    if owner is None or until is None:
        return True
    return is_dead(owner) if is_local(owner) else until < real_now()


def machine() -> str:
    """Return this machine's part of a name: its hostname and what tells it from namesakes."""
    return f"{socket.gethostname()}/{_identity()}"


def _home(owner: str) -> str:
    """Return where an owner runs, or ran. A name of an older form is nobody's here."""
    return owner.rsplit(":", 2)[0]


@functools.cache
def _identity() -> str:
    """Return what stands for this machine through all its boots; its id itself is nobody's."""
    known = _read("/etc/machine-id")
    if not known and _boot() == _UNKNOWN:  # nothing else would tell it from another
        known = f"{uuid.getnode():012x}"
    return hashlib.sha256(known.encode()).hexdigest()[:8] if known else _UNKNOWN


@functools.cache
def _boot() -> str:
    return _read("/proc/sys/kernel/random/boot_id")[:8] or _UNKNOWN


def _namespace() -> str:
    """Return the PID namespace of this process. An inode is used again only when it is gone."""
    try:
        return str(os.stat("/proc/self/ns/pid").st_ino)  # noqa: PTH116
    except OSError:
        return _UNKNOWN


def _read(path: str) -> str:
    try:
        with open(path, encoding="ascii") as file:  # noqa: PTH123
            return file.read().strip()
    except (OSError, ValueError):
        return ""


def _began(pid: int) -> str:
    """Return the process's start in clock ticks since boot, '' if there is no such process."""
    if not _proc_is_ours(os.getpid()):
        return _alive_without_proc(pid)
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:  # noqa: PTH123
            fields = stat.read().rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else fields[19]  # ended, and not yet taken note of
    except (OSError, IndexError):
        return _alive_without_proc(pid)


@functools.cache
def _proc_is_ours(own: int) -> bool:
    """Say whether /proc shows the pids of this process's namespace, not those of one around it."""
    try:
        return os.readlink("/proc/self") == str(own)  # noqa: PTH115
    except OSError:
        return False


def _alive_without_proc(pid: int) -> str:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        return "alive"
    return "alive"


@contextlib.contextmanager
def lease(store: Store, name: str) -> Iterator[bool]:
    """Yield whether the lease could be taken; it is given back at the end."""
    owner = owner_name()
    if not _take(store, name, owner):
        yield False
        return
    try:
        yield True
    finally:
        with store.write() as session:
            session.execute(
                delete(m.Lease).where(col(m.Lease.name) == name, col(m.Lease.owner) == owner)
            )


def renew(store: Store, name: str, *, worker: str | None = None) -> None:
    """Make our lease, and what *worker* has claimed, last another full term from now."""
    until = real_now() + LEASE
    with store.write() as session:
        held = session.get(m.Lease, name)
        if held is not None and held.owner == owner_name():
            held.until = until
        if worker is not None:
            claimed = col(m.Message.status) == "claimed", col(m.Message.lease_owner) == worker
            session.execute(update(m.Message).where(*claimed).values(lease_until=until))


def _take(store: Store, name: str, owner: str) -> bool:
    try:
        with store.write() as session:
            held = session.execute(
                select(m.Lease).where(col(m.Lease.name) == name).with_for_update()
            ).scalar()
            if held is not None and not may_be_taken_over(held.owner, held.until):
                return False
            if held is None:
                session.add(m.Lease(name=name, owner=owner, until=real_now() + LEASE))
            else:
                held.owner, held.until = owner, real_now() + LEASE
    except IntegrityError:
        return False  # somebody else was quicker
    return True
