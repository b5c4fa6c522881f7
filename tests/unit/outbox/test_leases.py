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


def elsewhere(**changed: str) -> str:
    """Return the name of a process that is ours but for this part of its name."""
    home, pid, began = leases.owner_name().rsplit(":", 2)
    parts = dict(zip(("host", "machine", "boot", "namespace"), home.split("/"), strict=True))
    return f"{'/'.join((parts | changed).values())}:{pid}:{began}"


@pytest.mark.parametrize(
    ("changed", "was_here", "same_boot"),
    [
        ({}, True, True),
        ({"namespace": "1234"}, True, True),
        ({"boot": "00000000"}, True, False),
        ({"machine": "00000000"}, False, False),
        ({"host": "another"}, False, False),
    ],
    ids=["ours", "container", "before-the-machine-was-started", "namesake", "other-host"],
)
@pytest.mark.parametrize("ended", [False, True], ids=["as-ours", "of-no-process"])
def test_only_where_machine_boot_and_namespace_are_ours_is_the_pid_looked_up(
    changed: dict[str, str], was_here: bool, same_boot: bool, ended: bool
) -> None:
    owner = elsewhere(**changed)
    if ended:
        owner = f"{owner.rpartition(':')[0]}:1"
    assert leases.is_local(owner) == (not changed)
    assert leases.is_dead(owner) == (ended and not changed)
    assert leases.was_here(owner) == was_here
    assert leases.same_boot(owner) == same_boot
    assert leases.may_be_taken_over(owner, FAR) == (ended and not changed)
    assert leases.may_be_taken_over(owner, PAST) == (ended or bool(changed))


def test_a_name_of_an_older_form_is_far_away() -> None:
    home, pid, began = leases.owner_name().rsplit(":", 2)
    host, _, boot, _ = home.split("/")
    for older in (f"{host}/{boot}:{pid}:{began}", f"{host}/{boot}:{pid}:1.7", f"{host}:{pid}:1"):
        assert not leases.is_local(older)
        assert not leases.was_here(older)
        assert not leases.same_boot(older)
        assert not leases.is_dead(older)
        assert not leases.may_be_taken_over(older, FAR)
        assert leases.may_be_taken_over(older, PAST)


def test_a_machine_without_an_id_is_told_by_its_boot(monkeypatch: pytest.MonkeyPatch) -> None:
    """As containers often are."""
    monkeypatch.setattr(leases, "_read", lambda path: "" if "machine-id" in path else "b00t")
    leases._identity.cache_clear()
    leases._boot.cache_clear()
    try:
        assert leases.machine() == f"{socket.gethostname()}/unknown"
    finally:
        leases._identity.cache_clear()
        leases._boot.cache_clear()


ASKED = """
import datetime as dt, sys
from ats.outbox import leases
far = leases.real_now() + dt.timedelta(hours=1)
print(leases.is_dead(sys.argv[1]), leases.may_be_taken_over(sys.argv[1], far), leases.owner_name())
"""


@pytest.mark.parametrize("proc", [("--mount-proc",), ()], ids=["own-proc", "proc-of-the-machine"])
def test_processes_of_two_containers_of_one_hostname_leave_each_other_alone(
    proc: tuple[str, ...],
) -> None:
    """A PID namespace of its own, in which our pid is another process, or none."""
    inside = ["unshare", "--pid", "--fork", *proc]
    try:
        tried = subprocess.run([*inside, "true"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no `unshare` here")
    if tried.returncode:
        pytest.skip(f"no PID namespace may be made here: {tried.stderr.strip()}")

    ran = subprocess.run(
        [*inside, sys.executable, "-c", ASKED, leases.owner_name()],
        capture_output=True,
        text=True,
        check=True,
    )

    dead, free, theirs = ran.stdout.split()
    assert (dead, free) == ("False", "False")
    assert theirs.split("/")[0] == socket.gethostname()
    assert not leases.is_dead(theirs)
    assert not leases.may_be_taken_over(theirs, FAR)
    assert leases.may_be_taken_over(theirs, PAST)


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
        (f"{leases.owner_name().rsplit(':', 2)[0]}:1:1", FAR, True),
    ],
    ids=["nobody", "foreign", "foreign-work", "foreign-late", "local-late", "local", "local-dead"],
)
def test_a_foreign_owner_keeps_it_until_its_lease_ends_and_a_local_one_until_it_dies(
    owner: str | None, until: dt.datetime, free: bool
) -> None:
    assert leases.may_be_taken_over(owner, until) == free
