"""Leases: who works on what, in real time. A dead owner on this machine frees its lease at once."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
import socket
from collections.abc import Iterator

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from ats.records import models as m
from ats.records.store import Store

LEASE = dt.timedelta(minutes=10)


def planning(code: str) -> str:
    """Return the name of a cohort's planning lease."""
    return f"plan:{code}"


def real_now() -> dt.datetime:
    """Return the real time; leases live in it, whatever *now* a tick is given."""
    return dt.datetime.now(dt.UTC)  # noqa: TID251 (leases run in real time)


def owner_name() -> str:
    """Return this process's name: host, pid and when the process began."""
    return _name_of(os.getpid())


@functools.cache
def _name_of(pid: int) -> str:
    """Return the name of a process that runs as long as this one asks: itself."""
    return f"{socket.gethostname()}:{pid}:{_began(pid)}"


def is_dead(owner: str) -> bool:
    """Say whether the owner is a process of this machine that no longer runs."""
    host, pid, began = owner.rsplit(":", 2)
    return host == socket.gethostname() and _began(int(pid)) != began


def _began(pid: int) -> str:
    """Return the process's start in clock ticks since boot, '' if there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:  # noqa: PTH123
            return stat.read().rpartition(")")[2].split()[19]
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


def renew(store: Store, name: str) -> None:
    """Make our lease last another full term from now."""
    with store.write() as session:
        held = session.get(m.Lease, name)
        if held is not None and held.owner == owner_name():
            held.until = real_now() + LEASE


def _take(store: Store, name: str, owner: str) -> bool:
    try:
        with store.write() as session:
            held = session.execute(
                select(m.Lease).where(col(m.Lease.name) == name).with_for_update()
            ).scalar()
            if held is not None and held.until > real_now() and not is_dead(held.owner):
                return False
            if held is None:
                session.add(m.Lease(name=name, owner=owner, until=real_now() + LEASE))
            else:
                held.owner, held.until = owner, real_now() + LEASE
    except IntegrityError:
        return False  # somebody else was quicker
    return True
