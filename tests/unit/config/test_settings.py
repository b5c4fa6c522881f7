"""The settings of an installation, from the environment and a file."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from config.settings import (
    Settings,
    SettingsFaults,
    load_settings,
    settings_faults,
    unknown_variables,
    variable,
)


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.upper().startswith("ATS_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def faults_of(env_file: Path | None = None) -> list[str]:
    with pytest.raises(SettingsFaults) as raised:
        load_settings(env_file=env_file)
    assert raised.value.__cause__ is None
    return raised.value.faults


def test_without_any_setting_everything_has_a_default(tmp_path: Path) -> None:
    settings = load_settings()
    var = tmp_path / "var"
    assert settings.data_dir == var
    assert settings.database == f"sqlite:///{var}/ats.db"
    assert settings.smtp_url is None
    assert settings.maildir == var / "mail"
    assert settings.import_dir == var / "import"
    assert settings.calendar_dir == var / "calendars"
    assert settings.smtp_pool == 10
    assert settings.smtp_rate is None
    assert settings.trial_recipients == ()
    assert settings.zone == ZoneInfo("Europe/London")


def test_addresses_that_are_not_set_are_examples_and_block_going_live() -> None:
    settings = load_settings()
    assert settings.sender == "ATS programme team <ats@provider.example>"
    assert settings.replies == settings.sender
    assert settings.operations == "operations@provider.example"
    assert settings.pxm == "pxm@provider.example"
    assert settings.missing_for_go_live() == [
        "ATS_PORTFOLIO_URL",
        "ATS_KNOWLEDGE_BASE_URL",
        "ATS_PRIVACY_NOTICE_URL",
        "ATS_OPERATIONS_EMAIL",
        "ATS_PXM_EMAIL",
        "ATS_MAIL_FROM",
    ]


def test_with_all_of_them_set_nothing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORTFOLIO", "KNOWLEDGE_BASE", "PRIVACY_NOTICE"):
        monkeypatch.setenv(f"ATS_{name}_URL", "https://provider.org/page")
    for name in ("OPERATIONS_EMAIL", "PXM_EMAIL", "MAIL_FROM"):
        monkeypatch.setenv(f"ATS_{name}", "team@provider.org")
    settings = load_settings()
    assert settings.missing_for_go_live() == []
    assert settings.sender == settings.replies == settings.operations == "team@provider.org"


def test_folders_follow_the_data_folder_unless_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ATS_DATA_DIR", "elsewhere")
    monkeypatch.setenv("ATS_IMPORT_DIR", "/srv/exports")
    settings = load_settings()
    assert settings.database == f"sqlite:///{tmp_path}/elsewhere/ats.db"
    assert settings.maildir == tmp_path / "elsewhere/mail"
    assert settings.import_dir == Path("/srv/exports")


def test_the_environment_goes_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(
        "\ufeff# ours\nATS_SMTP_POOL=3\nexport ATS_PXM_EMAIL='pxm@provider.org'\nOTHER=x\n"
    )
    monkeypatch.setenv("ATS_SMTP_POOL", "4")
    settings = load_settings()
    assert (settings.smtp_pool, settings.pxm_email) == (4, "pxm@provider.org")


def test_an_empty_value_counts_as_not_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ATS_SMTP_URL=\nATS_TRIAL_RECIPIENTS=\n")
    monkeypatch.setenv("ATS_SMTP_POOL", "")
    monkeypatch.setenv("ATS_DATABASE_URL", "")
    assert load_settings() == load_settings(env_file=None)


def test_trial_recipients_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATS_TRIAL_RECIPIENTS", " ada@example.org,ben@Example.org ; ")
    assert load_settings().trial_recipients == ("ada@example.org", "ben@example.org")


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        ("ats@provider.org", "ats@provider.org"),
        ("ATS team <ats@provider.org>", "ATS team <ats@provider.org>"),
        ('"Team, ATS" <ats@provider.org>', '"Team, ATS" <ats@provider.org>'),
        ("Équipe ATS <ats@provider.org>", "Équipe ATS <ats@provider.org>"),
        ("ops@localhost", "ops@localhost"),
        ("someone@mail.test", "someone@mail.test"),
    ],
)
def test_a_sender_may_have_a_name(
    monkeypatch: pytest.MonkeyPatch, written: str, sender: str
) -> None:
    monkeypatch.setenv("ATS_MAIL_FROM", written)
    assert load_settings().sender == sender


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("OPERATIONS_EMAIL", "nobody", "is not an e-mail address: write for instance team@"),
        ("MAIL_REDIRECT_TO", "a@b@c", "is not an e-mail address: write for instance team@"),
        ("MAIL_FROM", "ATS <nobody>", "is not an e-mail address: write for instance team@"),
        ("MAIL_FROM", "a@b.org\nBcc: x@y.org", "must be an address or a name with one: write"),
        ("PXM_EMAIL", "a..b@c.org", "is not an e-mail address: write for instance team@"),
        ("PXM_EMAIL", "a@b..org", "is not an e-mail address: write for instance team@"),
        ("PXM_EMAIL", "a@b.org>\r\nx", "is not an e-mail address: write for instance team@"),
        ("TRIAL_RECIPIENTS", "ada@example.org, ben", "must be e-mail addresses with commas"),
        ("PORTFOLIO_URL", "portfolio.org", "is not a web address: write for instance https://"),
        ("PUBLIC_URL", "ftp://x.org", "is not a web address: write for instance https://"),
        ("PUBLIC_URL", "https://x.org:99999", "is not a web address: write for instance"),
        ("DATABASE_URL", "postgres://u:s3cret@h/ats", "must begin with sqlite:/// or postgresql+"),
        ("SMTP_URL", "relay.org:25", "must have the form smtp://host:port, smtp+starttls://user"),
        ("SMTP_URL", "smtps://u:s3cret/x@h", "must have the form smtp://host:port, smtp+star"),
        ("SMTP_POOL", "ten", "must be a whole number from 1 to 100: write for instance 10."),
        ("SMTP_POOL", "0", "must be a whole number from 1 to 100: write for instance 10."),
        ("SMTP_RATE", "nan", "must be a number from 0.01 to 10000: write for instance 20."),
        ("TIMEZONE", "London", "is not a time zone: write for instance Europe/London."),
        ("TIMEZONE", "../etc", "is not a time zone: write for instance Europe/London."),
    ],
)
def test_a_value_that_cannot_be_used_is_one_sentence_that_names_variable_and_remedy(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"ATS_{name}", value)
    (fault,) = faults_of()
    assert fault.startswith(f"ATS_{name} {sentence}")
    assert fault.endswith(".")
    assert "\n" not in fault
    assert "s3cret" not in fault


def test_all_faults_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATS_SMTP_POOL", "ten")
    monkeypatch.setenv("ATS_TIMEZONE", "London")
    monkeypatch.setenv("ATS_MAIL_REDIRECTTO", "staging@provider.org")
    assert [fault.split()[0] for fault in faults_of()] == [
        "ATS_SMTP_POOL",
        "ATS_TIMEZONE",
        "ATS_MAIL_REDIRECTTO",
    ]


def test_a_misspelt_variable_is_refused_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("ATS_SMPT_URL=smtp://relay.org\n")
    monkeypatch.setenv("ATS_REDIRECT_TO", "staging@provider.org")
    assert faults_of(tmp_path / ".env") == [
        "ATS_REDIRECT_TO is not a setting: did you mean ATS_MAIL_REDIRECT_TO?",
        "ATS_SMPT_URL is not a setting: did you mean ATS_SMTP_URL?",
    ]


def test_a_variable_that_resembles_nothing_is_worth_a_look_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ATS_WORKSPACE_OF_ANOTHER_PROGRAM", "1")
    assert load_settings() == load_settings()
    assert unknown_variables() == ["ATS_WORKSPACE_OF_ANOTHER_PROGRAM"]


def test_a_line_of_the_file_that_would_be_passed_over_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("ATS_SMTP_POOL=3\nATS_MAIL_REDIRECT_TO: staging@provider.org\n")
    assert faults_of(file) == [f"Line 2 of {file} cannot be read: write NAME=value."]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00A", None])
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / ".env"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    assert faults_of(file) == [
        f"The settings file {file} cannot be read: save it as plain UTF-8 text."
    ]


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATS_DATABASE_URL", "postgresql+psycopg://ats:s3cret@db.org/ats")
    monkeypatch.setenv("ATS_SMTP_URL", "smtps://ats:s3cret@relay.org")
    monkeypatch.setenv("ATS_BOUNCE_MAILBOX", "imaps://ats:s3cret@mail.org")
    monkeypatch.setenv("ATS_SECRET_KEY", "s3cret")
    settings = load_settings()
    assert "s3cret" not in repr(settings)
    shown = {row.variable: row.value for row in settings.explained()}
    assert shown["ATS_DATABASE_URL"] == "postgresql+psycopg://…@db.org/ats"
    assert shown["ATS_SMTP_URL"] == "smtps://…@relay.org"
    assert shown["ATS_BOUNCE_MAILBOX"] == "imaps://…@mail.org"
    assert shown["ATS_SECRET_KEY"] == "set, not shown"
    assert settings.database == "postgresql+psycopg://ats:s3cret@db.org/ats"


def test_every_setting_is_explained_in_one_line() -> None:
    rows = load_settings().explained()
    assert [row.variable for row in rows] == [variable(name) for name in Settings.model_fields]
    assert all(row.description.endswith(".") and "\n" not in row.description for row in rows)


def test_settings_do_not_change_once_they_are_read() -> None:
    with pytest.raises(ValidationError) as raised:
        load_settings().smtp_pool = 5  # type: ignore[misc]
    assert settings_faults(raised.value) == ["ATS_SMTP_POOL Instance is frozen."]
