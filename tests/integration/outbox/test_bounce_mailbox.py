"""The mailbox of bounces: each mail is read once, and none is lost."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_imap import PASSWORD, FakeImap

from ats.errors import SettingsFault
from ats.outbox import bounce_mailbox
from ats.outbox.bounce_mailbox import BounceMailboxFault, PassedOver, open_mailbox
from ats.outbox.notifications import LARGEST

MAILS = [b"Subject: one\r\n\r\nOne.\r\n", b"Subject: two\r\n\r\n\xff\r\n"]


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """An empty Maildir."""
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    return tmp_path / "box"


@pytest.fixture
def imap() -> Iterator[FakeImap]:
    with FakeImap(*MAILS) as server:
        yield server


def read(
    where: str | Path, *, mark: bool = True, most: int = 99, found: list[bytes] | None = None
) -> list[bytes]:
    """Return what is unread, marking each; stop after *most*. *found* has it in any case."""
    found = [] if found is None else found
    with open_mailbox(str(where)) as mailbox:
        for name, data in mailbox.unread():
            found.append(data)
            if mark:
                mailbox.mark(name)
            if len(found) == most:
                break
    return found


# -- Maildir -----------------------------------------------------------------------------------


def test_of_a_maildir_each_mail_is_read_once_and_stays(box: Path) -> None:
    (box / "new" / "1.a").write_bytes(MAILS[0])
    (box / "cur" / "2.b:2,F").write_bytes(MAILS[1])
    (box / "cur" / "3.c:2,RS").write_bytes(b"seen before")
    (box / "tmp" / "4.d").write_bytes(b"not delivered yet")
    (box / "new" / ".hidden").write_bytes(b"no mail")

    assert read(box) == MAILS
    assert read(box) == []
    assert sorted(path.name for path in (box / "cur").iterdir()) == [
        "1.a:2,S",
        "2.b:2,FS",
        "3.c:2,RS",
    ]
    assert (box / "cur" / "1.a:2,S").read_bytes() == MAILS[0]


@pytest.mark.parametrize("prefix", ["", "maildir://", "file://"])
def test_a_maildir_may_be_named_in_three_ways(box: Path, prefix: str) -> None:
    (box / "new" / "1.a").write_bytes(MAILS[0])
    assert read(f"{prefix}{box}") == MAILS[:1]


def test_what_was_not_marked_comes_again(box: Path) -> None:
    (box / "new" / "1.a").write_bytes(MAILS[0])
    (box / "new" / "2.b").write_bytes(MAILS[1])
    assert read(box, most=1, mark=False) == MAILS[:1]
    assert read(box, most=1) == MAILS[:1]
    assert read(box) == MAILS[1:]


def test_a_mail_that_another_reader_takes_meanwhile_is_passed_over(box: Path) -> None:
    (box / "new" / "1.a").write_bytes(MAILS[0])
    (box / "new" / "2.b").write_bytes(MAILS[1])
    with open_mailbox(str(box)) as mailbox:
        unread = mailbox.unread()
        name, _ = next(unread)
        (box / "new" / "1.a").unlink()
        (box / "new" / "2.b").unlink()
        mailbox.mark(name)
        assert list(unread) == []


def test_what_is_no_mail_is_passed_over_and_told_once_at_the_end(box: Path) -> None:
    (box / "new" / "0.folder").mkdir()
    os.mkfifo(box / "new" / "1.pipe")  # opening it would wait for ever
    (box / "new" / "2.a").write_bytes(MAILS[0])
    (box / "new" / "3.loop").symlink_to(box / "new" / "3.loop")
    (box / "cur" / "4.b").write_bytes(MAILS[1])
    found: list[bytes] = []

    with pytest.raises(PassedOver) as fault:
        read(box, found=found)

    assert found == MAILS
    assert "new/0.folder (no file), new/1.pipe (no file), new/3.loop (" in str(fault.value)
    assert (box / "new" / "0.folder").is_dir()


def test_of_much_that_is_no_mail_a_few_names_are_told(box: Path) -> None:
    for n in range(9):
        (box / "new" / f"{n}.folder").mkdir()
    with pytest.raises(PassedOver, match=r"new/4\.folder \(no file\) and 4 more; take it away"):
        read(box)


def test_of_a_huge_mail_the_beginning_is_read(box: Path) -> None:
    with (box / "new" / "1.a").open("wb") as file:
        file.truncate(3_000_000_000)  # a hole, not on the disk
    (data,) = read(box)
    assert len(data) == LARGEST


@pytest.mark.parametrize("where", ["nowhere", "file.txt", ""])
def test_what_is_no_maildir_is_a_fault_with_a_remedy(tmp_path: Path, where: str) -> None:
    (tmp_path / "file.txt").write_text("in the way")
    with pytest.raises(BounceMailboxFault, match=r"no Maildir.*ATS_BOUNCE_MAILBOX"):
        read(tmp_path / where)


# -- IMAP --------------------------------------------------------------------------------------


def test_of_an_imap_folder_each_mail_is_read_once_and_stays(imap: FakeImap) -> None:
    assert read(imap.url()) == MAILS
    assert read(imap.url("INBOX")) == []
    assert imap.seen == {11, 12}
    assert imap.heard[-1] == "LOGOUT"
    assert [one for one in imap.heard if "EXPUNGE" in one or "Deleted" in one] == []


def test_of_an_imap_folder_what_was_not_marked_comes_again(imap: FakeImap) -> None:
    assert read(imap.url(), most=1, mark=False) == MAILS[:1]
    assert imap.seen == set()
    assert read(imap.url(), most=1) == MAILS[:1]
    assert read(imap.url()) == MAILS[1:]


def test_of_a_huge_mail_an_imap_server_is_asked_for_the_beginning() -> None:
    with FakeImap(b"x" * (2 * LARGEST)) as server:
        (data,) = read(server.url())
    assert len(data) == LARGEST


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "SEARCH", "FETCH", "STORE"])
@pytest.mark.parametrize("how", ["refuse", "drop"])
def test_an_imap_server_that_will_not_is_a_fault_and_nothing_is_lost(
    command: str, how: str
) -> None:
    with FakeImap(*MAILS, **{how: command}) as server:
        with pytest.raises(BounceMailboxFault) as fault:
            read(server.url())
        assert "s3cret" not in str(fault.value)
        server.refuse = server.drop = ""
        assert read(server.url()) == MAILS


def test_an_imap_server_that_will_not_show_one_mail_shows_the_others() -> None:
    with FakeImap(*MAILS, refuse="FETCH 11") as server:
        found: list[bytes] = []
        with pytest.raises(PassedOver, match="FETCH"):
            read(server.url(), found=found)
    assert found == MAILS[1:]


def test_a_wrong_password_is_a_fault_that_does_not_tell_it(imap: FakeImap) -> None:
    with pytest.raises(BounceMailboxFault, match="ATS_BOUNCE_MAILBOX") as fault:
        read(imap.url(password="wr0ng"))
    assert "wr0ng" not in str(fault.value)


def test_a_folder_that_is_not_there_is_a_fault(imap: FakeImap) -> None:
    with pytest.raises(BounceMailboxFault, match="folder Bounces cannot be opened"):
        read(imap.url("Bounces"))


@pytest.mark.parametrize(("folder", "password"), [("R%C3%BCckl%C3%A4ufer", "x"), ("", "%C3%BC")])
def test_what_imap_cannot_say_is_a_fault(imap: FakeImap, folder: str, password: str) -> None:
    whole = "s3cret%2F%40word" if password == "x" else password
    with pytest.raises(BounceMailboxFault, match="must be ASCII"):
        read(imap.url(folder, password=whole))


def test_nobody_listens() -> None:
    with FakeImap() as server:
        url = server.url()
    with pytest.raises(BounceMailboxFault, match="the bounces wait there"):
        read(url)


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(bounce_mailbox, "SECONDS", 0.2)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(BounceMailboxFault, match="cannot be used"),
    ):
        read(f"imap://u:p@127.0.0.1:{silent.getsockname()[1]}/")


def test_a_password_goes_by_tls_where_the_server_offers_it(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounce_mailbox.ssl, "create_default_context", lambda: client_tls)
    with FakeImap(*MAILS, tls=server_tls) as server:
        assert read(server.url()) == MAILS
    assert any(one.startswith("LOGIN") for one in server.heard)


def test_a_server_that_cannot_prove_who_it_is_gets_no_password(server_tls: ssl.SSLContext) -> None:
    with FakeImap(*MAILS, tls=server_tls) as server, pytest.raises(BounceMailboxFault):
        read(server.url())
    assert [one for one in server.heard if PASSWORD in one] == []


# -- addresses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "where", ["pop3://u:s3cret@h/", "imap://h/", "imaps://u@h", "imap://u:s3cret@h:99999/"]
)
def test_an_address_of_another_form_is_a_fault_that_tells_no_password(where: str) -> None:
    with pytest.raises(SettingsFault, match="ATS_BOUNCE_MAILBOX") as fault:
        read(where)
    assert "s3cret" not in str(fault.value)
