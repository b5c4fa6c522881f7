"""The local mailbox: a real SMTP server that writes a Maildir."""

import mailbox
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ats.errors import AtsError
from ats.outbox.deliver import Outgoing, SmtpAddress, send_all
from ats.outbox.mailbox import LocalMailbox, MailboxFault, main

DATA = b"Subject: hello\r\nMessage-ID: <1@ats.example>\r\n\r\n.dot\r\nDear Ada \xc3\xa9\r\n"


def deliver(address: SmtpAddress, *, count: int = 1, data: bytes = DATA) -> Counter[str]:
    kinds: Counter[str] = Counter()
    mails = [
        Outgoing(key=n, sender="ats@example.org", recipient=f"p{n}@example.org", data=data)
        for n in range(count)
    ]
    send_all(address, mails, on_result=lambda _, result: kinds.update([result.kind]), pool=10)
    return kinds


def runs(pid: int) -> bool:
    """Whether the process is there and no zombie, which only waits to be noticed."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"


def ends(pid: int, *, within: float = 5) -> bool:
    until = time.monotonic() + within
    while runs(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not runs(pid)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_message_is_stored_as_it_was_received(tmp_path: Path) -> None:
    with LocalMailbox(tmp_path / "mail") as address:
        assert deliver(address) == {"sent": 1}
    files = list((tmp_path / "mail" / "new").iterdir())
    assert [file.read_bytes() for file in files] == [DATA]
    assert list((tmp_path / "mail" / "tmp").iterdir()) == []


def test_five_hundred_messages_are_five_hundred_files_for_any_mail_program(tmp_path: Path) -> None:
    with LocalMailbox(tmp_path) as address:
        assert deliver(address, count=500) == {"sent": 500}
    with_subject = [message["Subject"] for message in mailbox.Maildir(tmp_path, create=False)]
    assert with_subject == ["hello"] * 500


def test_mail_is_for_the_owner_of_the_folder_only(tmp_path: Path) -> None:
    with LocalMailbox(tmp_path) as address:
        deliver(address)
    (file,) = (tmp_path / "new").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_two_mailboxes_may_share_a_folder(tmp_path: Path) -> None:
    with LocalMailbox(tmp_path) as one, LocalMailbox(tmp_path) as other:
        assert one != other
        deliver(one, count=50)
        deliver(other, count=50)
    assert len(list((tmp_path / "new").iterdir())) == 100


def test_the_server_ends_with_the_block(tmp_path: Path) -> None:
    local = LocalMailbox(tmp_path)
    with local as address:
        pid = local.pid
        assert pid is not None
    assert local.pid is None
    assert not runs(pid)
    assert deliver(address) == {"relay": 1}


def test_the_server_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path\n"
        "from ats.outbox.mailbox import LocalMailbox\n"
        "local = LocalMailbox(Path(sys.argv[1])); local.__enter__()\n"
        "print(local.pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert runs(pid)
        parent.kill()
    assert ends(pid)


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path, taken_port: int) -> None:
    with pytest.raises(MailboxFault) as fault, LocalMailbox(tmp_path, port=taken_port):
        pass
    assert str(fault.value) == (
        f"Port {taken_port} on 127.0.0.1 is taken by another program: "
        "choose another port, or 0 for any free one."
    )
    assert isinstance(fault.value, AtsError)


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "mail"
    with pytest.raises(MailboxFault) as fault, LocalMailbox(folder):
        pass
    assert str(fault.value) == (
        f"The mailbox folder {folder} cannot be written (Not a directory): "
        "name another folder, or make it writable."
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_said_in_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(MailboxFault, match="Permission denied"), LocalMailbox(tmp_path / "mail"):
        pass


def test_a_folder_that_goes_away_puts_messages_off(tmp_path: Path) -> None:
    with LocalMailbox(tmp_path / "mail") as address:
        (tmp_path / "mail").rename(tmp_path / "elsewhere")
        assert deliver(address, count=3) == {"temporary": 3}
        (tmp_path / "elsewhere").rename(tmp_path / "mail")
        assert deliver(address, count=3) == {"sent": 3}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_in_the_foreground_it_runs_until_it_is_told_to_end(tmp_path: Path, number: int) -> None:
    command = [
        sys.executable,
        "-m",
        "ats.outbox.mailbox",
        "--maildir",
        str(tmp_path),
        "--port",
        "0",
    ]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        said = re.fullmatch(
            r"Listening on (smtp://127.0.0.1:\d+), writing to (.*); Ctrl-C ends it.\n",
            server.stdout.readline(),
        )
        assert said is not None
        assert deliver(SmtpAddress.parse(said[1])) == {"sent": 1}
        server.send_signal(number)
        _, errors = server.communicate(timeout=5)
    assert (server.returncode, errors) == (0, "")
    assert len(list((tmp_path / "new").iterdir())) == 1


def test_in_the_foreground_a_fault_is_one_sentence_and_exit_1(
    tmp_path: Path, taken_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--maildir", str(tmp_path), "--port", str(taken_port)]) == 1
    out, errors = capsys.readouterr()
    assert out == ""
    assert errors.startswith(f"Port {taken_port} on 127.0.0.1 is taken")
    assert errors.count("\n") == 1
