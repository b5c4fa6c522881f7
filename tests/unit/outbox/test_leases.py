"""Who works on what, and who is dead."""

import datetime as dt
import os
import socket
import subprocess
import sys
import time

import pytest

from ats.outbox import leases

FAR = leases.real_now() + dt.timedelta(days=1)
PAST = leases.real_now() - dt.timedelta(seconds=1)


def owner_of(pid: int) -> str:
    """Return the name that this process has as an owner, or had."""
    host = leases.owner_name().rsplit(":", 2)[0]
    return f"{host}:{pid}:{leases._began(pid)}"


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def test_this_process_is_alive() -> None:
    assert not leases.is_dead(leases.owner_name())
    assert leases.is_local(leases.owner_name())
    assert leases.same_boot(leases.owner_name())


def test_a_process_that_has_ended_is_dead() -> None:
    process = sleeper()
    owner = owner_of(process.pid)
    assert not leases.is_dead(owner)

    process.kill()
    process.wait()

    assert leases.is_dead(owner)


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="needs /proc")  # noqa: PTH110
def test_a_process_that_has_ended_is_dead_before_its_parent_takes_note_of_it() -> None:
    """A zombie still has its pid."""
    process = sleeper()
    owner = owner_of(process.pid)
    process.kill()
    ends = time.monotonic() + 20
    while not leases.is_dead(owner):
        assert time.monotonic() < ends
        time.sleep(0.01)

    os.kill(process.pid, 0)  # its pid is still taken
    process.wait()


def test_another_process_with_the_same_pid_is_not_the_owner() -> None:
    host, pid, _ = leases.owner_name().rsplit(":", 2)
    assert leases.is_dead(f"{host}:{pid}:1")


def test_an_owner_from_before_the_machine_was_started_is_dead() -> None:
    pid, began = leases.owner_name().rsplit(":", 2)[1:]
    owner = f"{socket.gethostname()}/00000000:{pid}:{began}"
    assert leases.is_dead(owner)
    assert not leases.same_boot(owner)


def test_work_that_has_ended_is_dead_although_its_process_goes_on() -> None:
    with leases.working() as first, leases.working() as second:
        assert first != second
        assert not leases.is_dead(first)
        assert leases.same_boot(first)
    assert leases.is_dead(first)
    assert leases.is_dead(second)
    assert not leases.is_dead(leases.owner_name())


def test_work_that_broke_off_is_dead_too() -> None:
    with pytest.raises(KeyboardInterrupt), leases.working() as owner:
        raise KeyboardInterrupt
    assert leases.is_dead(owner)


def test_the_work_of_another_living_process_is_alive() -> None:
    process = sleeper()
    try:
        assert not leases.is_dead(f"{owner_of(process.pid)}.1")
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("owner", "until", "free"),
    [
        (None, FAR, True),
        ("elsewhere/boot:1:1", FAR, False),
        ("elsewhere/boot:1:1.7", FAR, False),
        ("elsewhere/boot:1:1", PAST, True),
        (leases.owner_name(), PAST, False),
        (leases.owner_name(), FAR, False),
        (f"{socket.gethostname()}/00000000:1:1", FAR, True),
    ],
    ids=["nobody", "foreign", "foreign-work", "foreign-late", "local-late", "local", "local-dead"],
)
def test_a_foreign_owner_keeps_it_until_its_lease_ends_and_a_local_one_until_it_dies(
    owner: str | None, until: dt.datetime, free: bool
) -> None:
    assert leases.may_be_taken_over(owner, until) == free
