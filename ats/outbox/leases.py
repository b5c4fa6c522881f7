"""Leases: who works on what, in real time. A dead owner on this machine frees its lease at once."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import itertools
import os
import socket
from collections.abc import Iterator

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from ats.records import models as m
from ats.records.store import Store

LEASE = dt.timedelta(minutes=10)

_numbers = itertools.count(1)
_working: set[str] = set()


def planning(code: str) -> str:
    """Return the name of a cohort's planning lease."""
    return f"plan:{code}"


def real_now() -> dt.datetime:
    """Return the real time; leases live in it, whatever *now* a tick is given."""
    return dt.datetime.now(dt.UTC)  # noqa: TID251 (leases run in real time)


def owner_name() -> str:
    """Return this process's name: host and its boot, pid and when the process began."""
    return _name_of(os.getpid())


@functools.cache
def _name_of(pid: int) -> str:
    """Return the name of a process that runs as long as this one asks: itself."""
    return f"{socket.gethostname()}/{_boot()}:{pid}:{_began(pid)}"


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
    """Say whether the owner is, or was, a process of this machine."""
    return owner.rpartition("/")[0] == socket.gethostname()


def is_dead(owner: str) -> bool:
    """Say whether the owner is a process of this machine that has ended, or work that has."""
    host, pid, name = owner.rsplit(":", 2)
    began, _, work = name.partition(".")
    if not is_local(owner):
        return False
    if host.rpartition("/")[2] != _boot() or _began(int(pid)) != began:
        return True
    return bool(work) and int(pid) == os.getpid() and owner not in _working


def may_be_taken_over(owner: str | None, until: dt.datetime | None) -> bool:
    """Say whether what this owner holds until then is free: it is dead, or far away and silent.

    A process of this machine that still runs keeps what it holds, however late it is.
    """
    if owner is None or until is None:
        return True
    return is_dead(owner) if is_local(owner) else until < real_now()


def same_boot(owner: str) -> bool:
    """Say whether this machine has run ever since the owner did, so that no file was lost."""
    return is_local(owner) and owner.rsplit(":", 2)[0].rpartition("/")[2] == _boot()


@functools.cache
def _boot() -> str:
    try:
        path = "/proc/sys/kernel/random/boot_id"
        with open(path, encoding="ascii") as boot:  # noqa: PTH123
            return boot.read().strip()[:8]
    except OSError:
        return "unknown"


def _began(pid: int) -> str:
    """Return the process's start in clock ticks since boot, '' if there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:  # noqa: PTH123
            fields = stat.read().rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else fields[19]  # ended, and not yet taken note of
    except (OSError, IndexError):
        return _alive_without_proc(pid)


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
