"""A dispatch that breaks off leaves no message claimed: it is recorded, or queued again."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scripted_server import Late, ScriptedServer
from sending import Desk
from sqlalchemy import text

from ats.commands.entry import templates_folder
from ats.outbox import leases
from ats.outbox.journal import JournalFault, path_of
from ats.outbox.render import Rendered, Renderer

EVERYBODY = [
    "ada@harbour.example",
    "ben@harbour.example",
    "cat@valley.example",
    "dot@harbour.example",
]


def statuses(desk: Desk) -> dict[str, int]:
    found = [message.status for message in desk.messages()]
    return {status: found.count(status) for status in sorted(set(found))}


def next_journal(desk: Desk) -> Path:
    """Return where the next dispatch of this process will keep its journal."""
    with leases.working() as name:
        process, _, number = name.rpartition(".")
    assert desk.office.journals is not None
    desk.office.journals.mkdir(exist_ok=True)
    return path_of(desk.office.journals, f"{process}.{int(number) + 1}")


def test_when_the_journal_cannot_be_written_nothing_is_sent_and_everything_waits(
    four: Desk,
) -> None:
    # Like /dev/full it takes no note; unlike it, reading it comes to an end.
    next_journal(four).symlink_to("/proc/self/oom_score_adj")
    with ScriptedServer() as server:
        with pytest.raises(JournalFault, match="cannot be written"):
            four.dispatch(server.address)

        assert server.arrived == []
        assert statuses(four) == {"queued": 4}
        assert [message.attempts for message in four.messages()] == [0] * 4

        assert four.dispatch(server.address).sent == 4
        assert server.recipients == EVERYBODY


def test_a_journal_whose_folder_is_in_the_way_claims_nothing(four: Desk, tmp_path: Path) -> None:
    (tmp_path / "journals").write_text("in the way")
    with ScriptedServer() as server, pytest.raises(JournalFault):
        four.dispatch(server.address)
    assert statuses(four) == {"queued": 4}
    assert server.connections == 0


def test_what_could_not_be_recorded_is_recorded_later_from_the_journal(four: Desk) -> None:
    """The database fails while mail goes out: nothing is lost, and nothing goes twice."""
    with recording_fails(four), ScriptedServer() as server:
        with pytest.raises(Exception, match="no room"):
            four.dispatch(server.address, pool=1)
        sent = len(server.arrived)
        assert sent >= 1
        assert "claimed" in statuses(four)  # for as long as nothing can be recorded

    four.recover()

    assert statuses(four).get("sent") == sent
    assert statuses(four).get("claimed") is None
    assert [message.attempts for message in four.messages() if message.status == "queued"] == [
        0
    ] * (4 - sent)
    assert (250, "2.0.0 kept", "sent") in four.attempts()
    with ScriptedServer() as second:
        assert four.dispatch(second.address).sent == 4 - sent
    assert sorted([*server.recipients, *second.recipients]) == EVERYBODY


@contextlib.contextmanager
def recording_fails(desk: Desk) -> Any:
    """Let the database refuse every attempt that is written into it."""
    make, drop = _REFUSE["sqlite" if desk.store.is_sqlite else "postgresql"]
    for statements in (make, drop):
        with desk.store.engine.connect() as connection, connection.begin():
            for statement in statements:
                connection.execute(text(statement))
        if statements is make:
            yield


_REFUSE = {
    "sqlite": (
        ["CREATE TRIGGER full_up BEFORE INSERT ON attempt BEGIN SELECT RAISE(ABORT,'no room');END"],
        ["DROP TRIGGER full_up"],
    ),
    "postgresql": (
        [
            (
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'no room'; END $$"
            ),
            "CREATE TRIGGER full_up BEFORE INSERT ON attempt EXECUTE FUNCTION refuse()",
        ],
        ["DROP TRIGGER full_up ON attempt", "DROP FUNCTION refuse()"],
    ),
}


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Have Ctrl-C interrupt, even where whoever started the tests has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_ends_what_is_under_way_and_queues_the_rest(four: Desk) -> None:
    with ScriptedServer({"BODY": Late(0.3)}) as server:

        def interrupt() -> None:
            while not any(line.startswith("DATA") for line in server.heard):
                time.sleep(0.005)
            os.kill(os.getpid(), signal.SIGINT)

        threading.Thread(target=interrupt, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            four.dispatch(server.address, pool=1)
        sent = len(server.arrived)

        assert statuses(four).get("claimed") is None
        assert statuses(four).get("sent", 0) == sent
        assert sent < 4
        assert four.journals() == []

        again = four.dispatch(server.address)

        assert again.sent == 4 - sent
        assert server.recipients == EVERYBODY


class Stumbling(Renderer):
    """Has a fault of ours for one recipient."""

    def render(self, context: Mapping[str, Any]) -> Rendered:
        if context["head"]["to_address"].startswith("ben@"):
            raise ZeroDivisionError
        return super().render(context)


def test_a_message_that_cannot_be_written_is_parked_and_stops_no_other(four: Desk) -> None:
    renderer = Stumbling(templates_folder())
    broken = replace(four.office, renderer=renderer)
    with ScriptedServer() as server:
        told = Desk(broken, Path(str(four.office.journals)).parent).dispatch(server.address)

    assert server.recipients == [one for one in EVERYBODY if not one.startswith("ben@")]
    (sentence,) = told.errors
    assert "writing it was stopped by an unexpected fault (ZeroDivisionError" in sentence
    assert "ben" not in sentence.lower()
    assert statuses(four) == {"sent": 3}


def test_what_comes_back_from_a_relay_that_fails_is_not_claimed_again(four: Desk) -> None:
    """It is left to the next tick, with the stage that it had reached."""
    with ScriptedServer({"MAIL": "451 4.3.0 later"}) as server:
        told = four.dispatch(server.address, pool=1)
    assert len(told.errors) == 1
    assert statuses(four) == {"queued": 4}
    assert [message.stage for message in four.messages()].count("envelope") == 1
    assert [message.attempts for message in four.messages()] == [0] * 4
