"""The settings of an installation: environment variables that begin with ATS_, or a file `.env`.

Read by entry points only, and passed on. The environment goes before the file; an empty value
counts as not set. A field's description is what `ats doctor` shows.
"""

from __future__ import annotations

import difflib
import io
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dotenv.parser import parse_stream
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.setting_checks import (
    Address,
    Addresses,
    DatabaseUrl,
    Folder,
    MailServerUrl,
    PoolSize,
    Port,
    Rate,
    Sender,
    WebAddress,
    Zone,
)

PREFIX = "ATS_"
ENV_FILE = Path(".env")
_ENCODING = "utf-8-sig"  # some editors begin a file with a byte order mark
_NEAR = 0.85  # how alike a misspelt name is; others may belong to another program

#: Without these no mail goes to real people.
_NEEDED = (
    "portfolio_url",
    "knowledge_base_url",
    "privacy_notice_url",
    "operations_email",
    "pxm_email",
    "mail_from",
)


class SettingsFaults(Exception):
    """Some settings cannot be used; `faults` holds a sentence for each."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


class Explained(NamedTuple):
    """A setting for people to read: secrets are not shown."""

    variable: str
    value: str
    description: str


def _in_data(name: str) -> Any:
    return lambda data: data["data_dir"] / name


def _own_database(data: dict[str, Any]) -> SecretStr:
    return SecretStr(f"sqlite:///{data['data_dir'] / 'ats.db'}")


class Settings(BaseSettings):
    """Every setting, checked. Addresses that are not set have an example in their property."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        env_file_encoding=_ENCODING,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    data_dir: Folder = Field(
        Path("var"), description="Folder for everything that is written: database, mail, exports."
    )
    database_url: DatabaseUrl = Field(
        default_factory=_own_database,
        description="The database: SQLite in the data folder, or PostgreSQL.",
    )
    smtp_url: MailServerUrl | None = Field(
        None, description="The mail server; without one, mail goes into the local mailbox."
    )
    smtp_pool: PoolSize = Field(10, description="Connections to the mail server at once.")
    smtp_rate: Rate | None = Field(None, description="Messages a second at most; empty: no limit.")
    mail_from: Sender | None = Field(None, description="Who the e-mails are from.")
    mail_reply_to: Sender | None = Field(None, description="Where replies go; else to the sender.")
    mail_redirect_to: Address | None = Field(
        None, description="For staging: every e-mail goes to this address instead."
    )
    trial_recipients: Addresses = Field(
        (), description="Who gets mail while a cohort is in trial, with commas between."
    )
    bounce_mailbox: SecretStr | None = Field(
        None, description="Where undeliverable mail is reported: a Maildir or an IMAP address."
    )
    operations_email: Address | None = Field(None, description="The mailbox of operations staff.")
    pxm_email: Address | None = Field(
        None, description="The mailbox of the Participant Experience Manager."
    )
    portfolio_url: WebAddress | None = Field(None, description="Where participants log in.")
    knowledge_base_url: WebAddress | None = Field(None, description="The Knowledge Base.")
    privacy_notice_url: WebAddress | None = Field(None, description="The privacy notice.")
    public_url: WebAddress | None = Field(None, description="Where people reach the public pages.")
    dashboard_url: WebAddress | None = Field(
        None, description="Where staff reach the dashboard; their digests link to its pages."
    )
    public_port: Port = Field(4300, description="Port of the public pages on this machine.")
    secret_key: SecretStr | None = Field(None, description="Signs the links in e-mails.")
    import_dir: Folder = Field(
        default_factory=_in_data("import"), description="Watched for rosters and progress exports."
    )
    calendar_dir: Folder = Field(
        default_factory=_in_data("calendars"), description="Where calendars are published."
    )
    timezone: Zone = Field(
        "Europe/London",
        description="The zone in which commands read and show moments, and schedules run; when "
        "e-mails go follows the programme file.",
    )

    @property
    def database(self) -> str:
        """The database's address with its password, for whoever connects."""
        return self.database_url.get_secret_value()

    @property
    def maildir(self) -> Path:
        """The folder of the local mailbox."""
        return self.data_dir / "mail"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.timezone)

    @property
    def sender(self) -> str:
        """Who the e-mails are from; an example until it is set."""
        return self.mail_from or "ATS programme team <ats@provider.example>"

    @property
    def replies(self) -> str:
        """Where replies go: the sender, unless set."""
        return self.mail_reply_to or self.sender

    @property
    def operations(self) -> str:
        """The mailbox of operations staff; an example until it is set."""
        return self.operations_email or "operations@provider.example"

    @property
    def pxm(self) -> str:
        """The mailbox of the PXM; an example until it is set."""
        return self.pxm_email or "pxm@provider.example"

    def missing_for_go_live(self) -> list[str]:
        """Return the variables that must be set before a cohort may go live."""
        return [variable(name) for name in _NEEDED if getattr(self, name) is None]

    def explained(self) -> list[Explained]:
        """Return every setting with its value and meaning, secrets left out."""
        return [
            Explained(variable(name), _shown(getattr(self, name)), field.description or "")
            for name, field in type(self).model_fields.items()
        ]


def load_settings(*, env_file: Path | None = ENV_FILE) -> Settings:
    """Return the settings of the environment and of *env_file*, which need not exist.

    Raises SettingsFaults with everything that is wrong: values, lines that cannot be read, and
    variables that are probably misspelt.
    """
    in_file, faults = _names_in(env_file)
    faults += [
        f"{name} is not a setting: did you mean {near}?"
        for name, near in _unknown([*os.environ, *in_file])
        if near
    ]
    try:
        settings = Settings(_env_file=env_file if in_file else None)
    except ValidationError as error:
        raise SettingsFaults(settings_faults(error) + faults) from None
    if faults:
        raise SettingsFaults(faults)
    return settings


def unknown_variables(*, env_file: Path | None = ENV_FILE) -> list[str]:
    """Return variables that begin with ATS_ and resemble no setting: no fault, but worth a look."""
    in_file, _ = _names_in(env_file)
    return [name for name, near in _unknown([*os.environ, *in_file]) if near is None]


def settings_faults(error: ValidationError) -> list[str]:
    """Return a sentence for each fault: the variable, what is wrong, and what to write."""
    return [
        f"{variable(str(fault['loc'][0]))} {fault.get('ctx', {}).get('error', fault['msg'])}."
        for fault in error.errors(include_url=False, include_input=False)
        if fault["type"] != "default_factory_not_called"  # follows from a fault already told
    ]


def variable(name: str) -> str:
    """Return the environment variable of a field."""
    return PREFIX + name.upper()


def _unknown(names: Iterable[str]) -> list[tuple[str, str | None]]:
    """Return the unknown ATS_ variables among *names*, each with what may have been meant."""
    known = {variable(name) for name in Settings.model_fields}
    ours = {name.upper() for name in names if name.upper().startswith(PREFIX)}
    return [
        (name, next(iter(difflib.get_close_matches(name, known, 1, _NEAR)), None))
        for name in sorted(ours - known)
    ]


def _names_in(env_file: Path | None) -> tuple[list[str], list[str]]:
    """Return the variables set in *env_file*, and a sentence for each line that sets none."""
    if env_file is None or not env_file.exists():
        return [], []
    try:
        lines = list(parse_stream(io.StringIO(env_file.read_text(encoding=_ENCODING))))
    except (OSError, UnicodeError):
        return [], [f"The settings file {env_file} cannot be read: save it as plain UTF-8 text."]
    faults = [
        f"Line {line.original.line} of {env_file} cannot be read: write NAME=value."
        for line in lines
        if line.error
    ]
    return [line.key for line in lines if line.key], faults


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        text = value.get_secret_value()
        return _without_secrets(text) if "://" in text else "set, not shown"
    if isinstance(value, tuple):
        return ", ".join(value) or "not set"
    return "not set" if value is None else str(value)


def _without_secrets(address: str) -> str:
    """Return an address without its login and without what it says after a question mark."""
    plain = re.sub("//.*@", "//…@", address)
    head, mark, _ = plain.partition("?")
    return f"{head}?…" if mark else head
