"""Init, doctor and programme check: the ground on which everything stands."""

from __future__ import annotations

import socket
import sqlite3
from pathlib import Path

import pytest
from command_line import CommandLine

from ats.outbox.mailbox import InMemoryMailbox


def test_init_makes_data_folder_and_database_and_the_second_time_nothing(
    bare: CommandLine,
) -> None:
    first, second = bare.done("init"), bare.done("init")

    assert (first["result"], first["was"], second["result"]) == ("created", None, "unchanged")
    assert first["version"] == second["version"] == second["was"]
    assert bare.database.exists()


def test_before_init_every_command_says_to_run_it(bare: CommandLine) -> None:
    for command in (("tick",), ("cohort", "show", "2026-10"), ("person", "find", "x")):
        assert bare.refused(*command).endswith("is empty; run `ats init` first.")


def test_a_database_from_the_future_is_refused_and_left_alone(live: CommandLine) -> None:
    path = live.database
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    for command in (("init",), ("tick",), ("cohort", "show", "2026-10")):
        sentence = live.refused(*command)
        assert "was made by a newer version of this program (9999);" in sentence


def test_a_file_that_is_no_database_is_refused(ats: CommandLine) -> None:
    for aside in ("ats.db-wal", "ats.db-shm"):
        (ats.folder / "var" / aside).unlink(missing_ok=True)
    ats.database.write_bytes(b"A letter to my aunt. " * 100)

    for command in (("init",), ("tick",)):
        assert "ATS_DATABASE_URL points to a file of another kind" in ats.refused(*command)


def test_a_data_folder_that_cannot_be_made_is_refused(
    bare: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare.write("file", "")
    monkeypatch.setenv("ATS_DATA_DIR", str(bare.folder / "file" / "var"))

    assert bare.refused("init") == (
        f"The data folder {bare.folder}/file/var cannot be made (Not a directory); "
        "make the folder above it writable, or set ATS_DATA_DIR."
    )


def test_a_data_folder_that_cannot_be_written_is_refused(
    bare: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATS_DATA_DIR", "/proc")  # read-only for everybody, root included

    assert "check that its folder exists and may be written" in bare.refused("init")


def test_a_fault_is_written_down_elsewhere_when_the_data_folder_is_read_only(
    bare: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise RuntimeError

    monkeypatch.setenv("ATS_DATA_DIR", "/proc")
    monkeypatch.setenv("TMPDIR", str(bare.folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("ats.records.store.Store.refuse_newer", broken)

    assert bare.refused("init") == (
        f"Something unexpected happened (RuntimeError); details are in {bare.folder / 'error.log'}."
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ATS_DATABASE_URL", "mysql://x/y"),
        ("ATS_SMTP_URL", "mail.example:25"),
        ("ATS_TIMEZONE", "Europe/Lundon"),
        ("ATS_OPERATIONS_EMAIL", "operations"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_sentence(
    bare: CommandLine, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    for command in (("tick",), ("init",), ("forecast",)):
        assert bare.refused(*command).startswith(f"{name} ")


# -- doctor -------------------------------------------------------------------------------------


def test_the_doctor_finds_everything_in_order(ats: CommandLine) -> None:
    found = {one["name"]: one["status"] for one in ats.done("doctor")}

    names = ("ATS_MAIL_FROM", "data folder", "database", "mail", "prefect", "clock", "templates")
    assert {found[name] for name in names} == {"green"}
    assert {found["programme ats"], found["programme qtls"]} == {"green"}
    assert "closures scotland" in found


def test_the_doctor_explains_each_setting_and_shows_no_secret(
    ats: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATS_SECRET_KEY", "hunter2hunter2hunter2hunter2hunter2")
    monkeypatch.setenv("ATS_BOUNCE_MAILBOX", "imaps://me:hunter2@127.0.0.1:9/INBOX")

    ran = ats("doctor")

    assert "hunter2" not in ran.out + ran.err
    assert "ATS_SMTP_POOL" in ran.out
    assert "Connections to the mail server at once" in ran.out


def test_what_is_missing_for_going_live_is_amber_and_no_fault(
    bare: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare.done("init")

    found = {one["name"]: one for one in bare.done("doctor")}

    assert found["ATS_PXM_EMAIL"]["status"] == "amber"
    assert found["ATS_PXM_EMAIL"]["remedy"] == "Set ATS_PXM_EMAIL before a cohort goes live."
    assert found["mail"]["text"].startswith("mail goes into the local mailbox")


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("ATS_PUBLIC_URL", "", "Set it to the https address at which people reach `ats serve`"),
        ("ATS_PUBLIC_URL", "http://ats.provider.example", "Give it an https address"),
        ("ATS_SECRET_KEY", "", "Set it to 32 random characters or more and keep it"),
        ("ATS_SECRET_KEY", "hunter2", "Take 32 random characters or more"),
    ],
)
def test_links_that_cannot_be_made_or_trusted_are_amber_with_a_remedy(
    ats: CommandLine, monkeypatch: pytest.MonkeyPatch, name: str, value: str, remedy: str
) -> None:
    monkeypatch.setenv(name, value)

    found = {one["name"]: one for one in ats.done("doctor")}

    assert found[name]["status"] == "amber"
    assert found[name]["remedy"].startswith(remedy)


@pytest.mark.parametrize(
    ("key", "box", "status", "remedy"),
    [
        ("", "box", "amber", "Set ATS_SECRET_KEY, which signs bounce addresses."),
        ("hunter2", "nowhere", "amber", "Set ATS_BOUNCE_MAILBOX to the mailbox that the mail "),
        ("hunter2", "imaps://me@x", "amber", "Write imaps://user:password@host/folder"),
        ("hunter2", "box", "green", ""),
    ],
)
def test_a_mailbox_of_bounces_that_nobody_can_read_is_amber(
    ats: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    key: str,
    box: str,
    status: str,
    remedy: str,
) -> None:
    for name in ("new", "cur"):
        (tmp_path / "box" / name).mkdir(parents=True)
    monkeypatch.setenv("ATS_SECRET_KEY", key)
    monkeypatch.setenv("ATS_BOUNCE_MAILBOX", box if "//" in box else str(tmp_path / box))

    found = {one["name"]: one for one in ats.done("doctor")}["bounces"]

    assert found["status"] == status
    assert found["remedy"].startswith(remedy)
    assert ("`ats bounces read`" in found["text"]) == (status == "green")


def test_links_over_https_or_on_this_machine_are_in_order(
    ats: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATS_SECRET_KEY", "hunter2hunter2hunter2hunter2hunter2")
    for url in ("https://ats.provider.example", "http://127.0.0.1:4300"):
        monkeypatch.setenv("ATS_PUBLIC_URL", url)

        found = {one["name"]: one["status"] for one in ats.done("doctor")}

        assert (found["ATS_PUBLIC_URL"], found["ATS_SECRET_KEY"]) == ("green", "green")


def test_the_doctor_is_red_with_a_remedy_and_exit_1(
    bare: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("ATS_SMTP_URL", f"smtp://127.0.0.1:{port}")

    ran = bare("doctor", "--json")

    reds = {one["name"]: one for one in ran.document if one["status"] == "red"}
    assert ran.code == 1
    assert ran.err.startswith("Not in order: data folder, database, mail;")
    assert reds["database"]["remedy"] == "Run `ats init` first."
    assert reds["mail"]["remedy"] == "Check ATS_SMTP_URL and that the server runs."


def test_a_mail_server_that_does_not_want_us_is_red(
    ats: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with InMemoryMailbox({"CONNECT": "554 5.7.1 no service for you"}) as closed:
        monkeypatch.setenv("ATS_SMTP_URL", str(closed.address))

        ran = ats("doctor", "--json")

    (mail,) = (one for one in ran.document if one["name"] == "mail")
    assert (ran.code, mail["status"]) == (1, "red")
    assert "no service for you" in mail["text"]


def test_a_setting_that_cannot_be_used_is_a_red_line_of_the_doctor(
    bare: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATS_TIMEZONE", "Europe/Lundon")

    ran = bare("doctor", "--json")

    assert ran.code == 1
    assert [one["status"] for one in ran.document] == ["red"]


def test_a_prefect_server_that_does_not_answer_is_amber(
    ats: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")

    found = {one["name"]: one for one in ats.done("doctor")}

    assert found["prefect"]["status"] == "amber"
    assert "does not answer" in found["prefect"]["text"]


# -- programme check ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ats", "qtls"])
def test_a_packaged_programme_is_valid(bare: CommandLine, name: str) -> None:
    assert bare("programme", "check", name).out.startswith("valid: ")
    told = bare.done("programme", "check", name)
    assert (told["valid"], told["faults"]) == (True, [])


def test_every_fault_of_a_programme_file_is_a_line(bare: CommandLine) -> None:
    import config

    source = (Path(config.__file__).parent / "programmes" / "ats.yaml").read_text()
    broken = source.replace("send: milestone-nudge", "send: milestone-nudg")
    bare.write(
        "mine.yaml", broken.replace('time: "16:30"}  # Thu 8 Oct', "time: 16:30}  # Thu 8 Oct")
    )

    ran = bare("programme", "check", "mine.yaml", "--json")

    assert ran.code == 1
    assert ran.document["valid"] is False
    assert ran.err.splitlines() == ran.document["faults"]
    assert len(ran.document["faults"]) == 2
    assert "16:30" in ran.err
    assert "did you mean milestone-nudge?" in ran.err


@pytest.mark.parametrize("content", ["", "\x00\x01", "[1, 2", "programme: ats"])
def test_a_file_that_is_no_programme_is_told_in_sentences(bare: CommandLine, content: str) -> None:
    bare.write("mine.yaml", content)

    ran = bare("programme", "check", "mine.yaml")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("mine.yaml")


def test_a_programme_file_that_is_not_there_is_one_sentence(bare: CommandLine) -> None:
    assert bare.refused("programme", "check", "nowhere.yaml") == (
        "nowhere.yaml: there is no such file; check its name and folder."
    )


def test_a_demo_never_empties_a_folder_that_it_did_not_make(
    ats: CommandLine, tmp_path: Path
) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "ats.db").write_bytes(b"somebody's records")

    ran = ats("demo", "--out", str(real))

    assert (ran.code, (real / "ats.db").read_bytes()) == (1, b"somebody's records")
    assert [path.name for path in real.iterdir()] == ["ats.db"]
    assert "that no demo made, so nothing is touched" in ran.err


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://127.0.0.1:1/db?user=u&password=s3cret",
        "postgresql+psycopg://u:s3cret@127.0.0.1:1/db?foo=1",
        "postgresql+psycopg://u:s3cret@127.0.0.1:abc/db",
        "sqlite:////tmp/q.db?timeout=s3cret",
        "sqlite:///:memory:",
    ],
)
def test_a_database_address_that_cannot_be_used_is_one_sentence_without_its_password(
    ats: CommandLine, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("ATS_DATABASE_URL", address)

    ran, checked = ats("init"), ats("doctor")

    assert (ran.code, checked.code) == (1, 1)
    assert "s3cret" not in ran.err + ran.out + checked.err + checked.out
    assert "unexpected" not in ran.err + checked.err
    assert "ATS_DATABASE_URL" in ran.err
