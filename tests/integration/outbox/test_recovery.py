"""What becomes of messages whose worker ended before it could record what it did."""

import datetime as dt
import os
import subprocess
import sys

import pytest
from scripted_server import ScriptedServer
from sending import NOW, Desk

from ats.outbox import leases
from ats.outbox.journal import Journal
from ats.outbox.result import Result
from ats.outbox.retry import retry_after
from ats.records import models as m

SENT = Result("sent", 250, "2.0.0 kept", "answered")
LATER = Result("temporary", 451, "4.3.0 later", "answered")
HOUR = dt.timedelta(hours=1)


@pytest.fixture(scope="module")
def dead() -> str:
    """The name of a worker of this machine that has ended."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    host = leases.owner_name().rsplit(":", 2)[0]
    name = f"{host}:{process.pid}:{leases._began(process.pid)}.1"
    process.communicate(b"\n")
    return name


def claimed_by(desk: Desk, owner: str, *, until: dt.timedelta = HOUR) -> None:
    """Let this worker hold all four messages."""
    with desk.store.write() as session:
        for message in desk.messages():
            mine = session.get_one(type(message), message.id)
            mine.status, mine.stage = "claimed", "claimed"
            mine.lease_owner, mine.lease_until = owner, leases.real_now() + until


def noted(desk: Desk, owner: str) -> None:
    """Let its journal say: the first was sent, the second left, the fourth was put off."""
    assert desk.office.journals is not None
    first, second, _, fourth = [message.id or 0 for message in desk.messages()]
    journal = Journal(desk.office.journals, owner)
    for message in (first, second, fourth):
        journal.leaves(message, digest=f"digest {message}", wording="w1")
    journal.answered(first, SENT)
    journal.answered(fourth, LATER)
    journal.close(settled=False)


def standing(desk: Desk) -> list[tuple[str, int, int]]:
    return [(one.status, one.attempts, one.unsure) for one in desk.messages()]


ALL_UNSURE = [("queued", 1, 1)] * 4
UNTOUCHED = [("claimed", 0, 0)] * 4


def test_of_a_dead_worker_each_message_ends_as_its_journal_says(four: Desk, dead: str) -> None:
    claimed_by(four, dead)
    noted(four, dead)

    spent = four.recover()

    first, second, third, fourth = four.messages()
    assert standing(four) == [("sent", 1, 0), ("queued", 1, 1), ("queued", 0, 0), ("queued", 1, 0)]
    assert first.digest == f"digest {first.id}"
    assert second.next_attempt_at is None  # at once: its attempt was long ago
    assert fourth.next_attempt_at == retry_after(1, at=NOW, key=fourth.rfc_id)
    assert (third.next_attempt_at, third.lease_owner, "#" in third.bundle) == (None, None, False)
    assert second.bundle.endswith(f"#{second.id}")
    assert sorted(four.attempts(), key=str) == sorted(
        [
            (250, "2.0.0 kept", "sent"),
            (None, "The worker ended before it knew the answer.", "ambiguous"),
            (451, "4.3.0 later", "temporary"),
        ],
        key=str,
    )
    assert spent == four.journals()


def test_recovering_twice_changes_nothing(four: Desk, dead: str) -> None:
    claimed_by(four, dead)
    noted(four, dead)
    four.recover()
    once = standing(four)

    assert four.recover() == []
    assert standing(four) == once


def test_without_a_journal_every_message_may_have_left(four: Desk, dead: str) -> None:
    claimed_by(four, dead)

    four.recover()

    assert standing(four) == ALL_UNSURE


def test_after_another_boot_the_journal_may_lack_what_was_written_last(four: Desk) -> None:
    """A crash of the machine can lose lines that no disk had taken yet; answers still count."""
    namespace = leases.owner_name().rsplit(":", 2)[0].rpartition("/")[2]
    before = f"{leases.machine()}/00000000/{namespace}:4711:99.1"
    claimed_by(four, before)
    noted(four, before)
    assert four.recover() == []  # another machine may have its name
    assert standing(four) == UNTOUCHED

    claimed_by(four, before, until=-HOUR)
    four.recover()

    assert standing(four) == [("sent", 1, 0), ("queued", 1, 1), ("queued", 1, 1), ("queued", 1, 0)]


def test_a_living_worker_of_this_machine_keeps_what_it_holds_however_late(four: Desk) -> None:
    claimed_by(four, leases.owner_name(), until=-HOUR)
    assert four.recover() == []
    assert standing(four) == UNTOUCHED

    with leases.working() as mine:
        claimed_by(four, mine, until=-HOUR)
        assert four.recover() == []
        assert standing(four) == UNTOUCHED
    four.recover()
    assert standing(four) == ALL_UNSURE


def test_a_worker_in_another_container_keeps_what_it_holds_until_its_lease_ends(
    four: Desk,
) -> None:
    boot = leases.owner_name().rsplit(":", 2)[0].rpartition("/")[0]
    container = f"{boot}/1234:{os.getpid()}:99.1"
    claimed_by(four, container)
    assert four.recover() == []
    assert standing(four) == UNTOUCHED

    claimed_by(four, container, until=-HOUR)
    noted(four, container)  # its data folder is ours, and the machine has run ever since
    four.recover()
    assert standing(four) == [("sent", 1, 0), ("queued", 1, 1), ("queued", 0, 0), ("queued", 1, 0)]


def test_a_worker_elsewhere_keeps_what_it_holds_until_its_lease_ends(four: Desk) -> None:
    elsewhere = f"another-machine/1234abcd:{os.getpid()}:99.1"
    claimed_by(four, elsewhere)
    noted(four, elsewhere)  # as if a journal of that name lay here: it is not that machine's
    assert four.recover() == []
    assert standing(four) == UNTOUCHED

    claimed_by(four, elsewhere, until=-HOUR)
    four.recover()
    assert standing(four) == ALL_UNSURE


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_what_a_worker_held_that_ended_meanwhile_goes_with_this_one(
    four: Desk, dead: str, where: str
) -> None:
    owner = dead if where == "here" else "another-machine/1234abcd:4711:99.1"
    claimed_by(four, owner, until=-HOUR)
    with four.store.write() as session:
        mine = session.get_one(m.Message, four.messages()[0].id)
        mine.status, mine.lease_owner = "queued", None
    with ScriptedServer() as server:
        told = four.dispatch(server.address)

        assert (told.sent, told.errors) == (4, [])
        assert len(server.recipients) == 4
    assert {one.status for one in four.messages()} == {"sent"}


def test_what_another_worker_still_holds_is_waited_for_by_nobody(four: Desk) -> None:
    claimed_by(four, "another-machine/1234abcd:4711:99.1")
    with four.store.write() as session:
        mine = session.get_one(m.Message, four.messages()[0].id)
        mine.status, mine.lease_owner = "queued", None
    with ScriptedServer() as server:
        assert four.dispatch(server.address).sent == 1
    assert [one.status for one in four.messages()] == ["sent", *["claimed"] * 3]
